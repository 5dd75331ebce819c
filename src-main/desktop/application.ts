import { app, dialog, nativeTheme, type BrowserWindow } from 'electron';
import { join } from 'node:path';
import { visibleBlock, type LabApi, type LabSettings } from '../contract/index.ts';
import { checkDataFolder } from '../lab/check-data-folder.ts';
import type { LabEnvironment } from '../lab/environment.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { createLogFile } from '../lab/log-file.ts';
import type { Unstored } from '../lab/runs/unstored.ts';
import { serveApplication } from './application-protocol.ts';
import { createAttention } from './attention.ts';
import { GPU_PAGE, GPU_PAGE_PATH } from './gpu/channel.ts';
import { createGpuWindow } from './gpu/gpu-window.ts';
import { labEnvironment, type AppPaths } from './environment.ts';
import { createEventBatches } from './event-batches.ts';
import { listenToWindows } from './ipc.ts';
import { setApplicationMenu } from './menu.ts';
import { EVENTS_CHANNEL, EVENT_NAMES, type LabEvent } from './messages.ts';
import { PROBLEM_PATH, PROBLEM_STYLE, PROBLEM_STYLE_PATH, problemPage } from './problem-page.ts';
import { HOME_URL, HOST, SCHEME } from './respond.ts';
import { arrangeShutdown } from './shutdown.ts';
import { describeStartupProblem } from './startup-problem.ts';
import { readWindowState, writeWindowState, type WindowState } from './window-state.ts';
import { focusWindow, load, openWindow } from './window.ts';

async function openLab(environment: LabEnvironment): Promise<Lab> {
  checkDataFolder(environment.dataFolder, environment.access, true);
  return createLab(environment);
}

/** Of a lab that is not open. */
const NOTHING_UNSTORED: Unstored = { runs: 0, messages: 0, bytes: 0, because: null };

export interface ApplicationOptions {
  paths: AppPaths;
  /** Where electron-vite serves the window from; null where it was built. */
  developmentServer: string | null;
}

/** Opens the window and the lab side by side: the page shows while the database opens. Call when Electron is ready. */
export function startApplication({ paths, developmentServer }: ApplicationOptions): void {
  const homeAddress = developmentServer ?? HOME_URL;
  const stateFile = join(paths.windowFolder, 'window.json');
  const gpu = createGpuWindow({ preloadFile: paths.gpuPreloadFile, batches: paths.gpuBatches, rules: paths.gpuRules });
  const environment = labEnvironment(paths, gpu, { chooseDataset, chooseExport });
  const logFile = createLogFile(environment.logFile);

  let window: BrowserWindow | null = null;
  let lab: Lab | null = null;
  let state = readWindowState(stateFile);
  const contentsIds = new Set<number>();
  const pages = new Map([
    [PROBLEM_STYLE_PATH, PROBLEM_STYLE],
    [GPU_PAGE_PATH, GPU_PAGE],
  ]);
  let address = homeAddress;

  nativeTheme.themeSource = state.theme;
  setApplicationMenu();
  serveApplication(paths.rendererFolder, pages);

  const opening = openLab(environment);
  const seen = opening.then(asSeenByWindows);
  // `labFailed` tells of it; without this, Node would take it for forgotten.
  seen.catch(() => undefined);
  listenToWindows({ windows: contentsIds, developmentServer, lab: seen });

  const attention = createAttention({ window: () => window, openRun });
  const batches = createEventBatches((batch) => {
    if (window && !window.webContents.isDestroyed()) window.webContents.send(EVENTS_CHANNEL, batch);
  });
  const shutdown = arrangeShutdown({
    activity: attention.activity,
    window: () => window,
    unstored: () => lab?.unstored() ?? NOTHING_UNSTORED,
    log: (text) => logFile.write(`desktop: ${text}`),
    async closeLab() {
      batches.close();
      // After the lab: runs on the graphics card live in its hidden window until they are suspended.
      await lab?.close({ graceful: true }).finally(() => gpu.close());
    },
  });

  show();
  app.on('second-instance', show);
  app.on('activate', show);
  opening.then(labOpened, labFailed).catch(logFault);
  process.on('uncaughtException', logFault);
  process.on('unhandledRejection', logFault);

  function show(): void {
    if (window) return focusWindow(window);
    const opened = openWindow({ address, preloadFile: paths.preloadFile, state, iconFile: paths.iconFile });
    const { id } = opened.webContents;
    window = opened;
    contentsIds.add(id);
    opened.on('close', (event) => {
      keepState({ bounds: opened.getNormalBounds(), isMaximized: opened.isMaximized() });
      // On macOS the app, and with it the training, outlives its window.
      if (process.platform !== 'darwin' && !shutdown.mayClose()) event.preventDefault();
    });
    opened.on('closed', () => {
      contentsIds.delete(id);
      window = null;
      // The hidden window of the graphics card would keep the app from ending with its last visible one.
      if (process.platform !== 'darwin') app.quit();
    });
    opened.on('query-session-end', shutdown.holdSession);
    opened.on('session-end', shutdown.force);
  }

  async function labOpened(opened: Lab): Promise<void> {
    lab = opened;
    for (const event of EVENT_NAMES) {
      opened.on(event, (payload) => batches.add({ event, payload } as LabEvent));
    }
    opened.on('runs-changed', attention.runsChanged);
    attention.runsChanged(await opened.listRuns());
    applyTheme((await opened.getSettings()).theme);
  }

  function labFailed(error: unknown): void {
    logFile.makeFolder();
    logFault(error);
    pages.set(PROBLEM_PATH, problemPage(describeStartupProblem(error, paths.dataFolder)));
    address = `${SCHEME}://${HOST}${PROBLEM_PATH}`;
    if (window) void load(window, address);
  }

  function openRun(runId: string): void {
    show();
    if (window) void load(window, `${homeAddress}#/runs/${encodeURIComponent(runId)}`);
  }

  /** The lab as a page may use it: folders and files are chosen in the system's dialog, never named by the page. */
  function asSeenByWindows(opened: Lab): LabApi {
    return {
      ...opened,
      importDataset(from, choices) {
        if ('choose' in from) return opened.importDataset(from, choices);
        return Promise.reject(new Error('A window cannot name a folder or file: choose it in the dialog.'));
      },
      exportMasks(runId, format, to) {
        if ('choose' in to) return opened.exportMasks(runId, format, to);
        return Promise.reject(new Error('A window cannot name a file to write: choose it in the dialog.'));
      },
      async changeSettings(change) {
        const settings = await opened.changeSettings(change);
        applyTheme(settings.theme);
        return settings;
      },
    };
  }

  async function chooseDataset(what: 'folder' | 'file'): Promise<string | null> {
    const property = what === 'folder' ? ('openDirectory' as const) : ('openFile' as const);
    const options = { title: `Import a dataset ${what}`, properties: [property] };
    const { canceled, filePaths } = await (window
      ? dialog.showOpenDialog(window, options)
      : dialog.showOpenDialog(options));
    return canceled ? null : (filePaths[0] ?? null);
  }

  async function chooseExport(name: string): Promise<string | null> {
    // Linux replaces a file without asking otherwise.
    const properties = ['showOverwriteConfirmation' as const];
    const options = { title: 'Export masks', defaultPath: name, properties };
    const { canceled, filePath } = await (window
      ? dialog.showSaveDialog(window, options)
      : dialog.showSaveDialog(options));
    return canceled || filePath === '' ? null : filePath;
  }

  function applyTheme(theme: LabSettings['theme']): void {
    nativeTheme.themeSource = theme;
    if (theme !== state.theme) keepState({ theme });
  }

  function keepState(change: Partial<WindowState>): void {
    state = { ...state, ...change };
    writeWindowState(stateFile, state);
  }

  /** What nobody expected: the details go to the log, the window and the runs go on where they can. */
  function logFault(error: unknown): void {
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
    void logFile.write(`desktop: ${details}`);
    console.error(`Espalier: ${visibleBlock(error instanceof Error ? error.message : String(error))}`);
  }
}
