import { BrowserWindow, MessageChannelMain, type MessagePortMain } from 'electron';
import {
  type Amount,
  type GpuPageNews,
  type GpuPageRequest,
  type GpuReport,
  type GpuTrainerHelper,
  type GpuTrainerRequest,
  type TrainerEvent,
  type TrainerStart,
} from '../../contract/index.ts';
import type { GpuHost } from '../../lab/environment.ts';
import type { TrainerListeners, TrainerThread } from '../../lab/runs/trainer-process.ts';
import { WEB_PREFERENCES } from '../policies.ts';
import { HOST, SCHEME } from '../respond.ts';
import { startBatchProcess, type BatchFiles } from './batch-process.ts';
import { GPU_CHANNEL, GPU_PAGE_PATH } from './channel.ts';
import { startRulesProcess } from './rules-process.ts';
import { isResident, methodOptions, startInWindow } from './window-start.ts';

/** A first look at the card compiles nothing; drivers that hang must not hang the Devices page. */
const DESCRIBE_LIMIT_MILLISECONDS = 15_000;

export interface GpuWindow extends GpuHost {
  /** Ends the window, and with it every trainer in it. */
  close(): void;
}

export interface GpuWindowFiles {
  preloadFile: string;
  /** What reads images from disk for the window. */
  batches: BatchFiles;
  /** Entry of the process in which a person's own method runs. */
  rules: string;
}

/**
 * The graphics card, reached through a hidden sandboxed window: Electron's main process cannot run WebGPU itself
 * (desktop-runtime.md, WebGPU in Electron). The window opens on first use, and again after its process was lost.
 */
export function createGpuWindow({ preloadFile, batches: batchFiles, rules: rulesEntry }: GpuWindowFiles): GpuWindow {
  let opened: Promise<BrowserWindow> | null = null;
  /** Called when the window's process is gone. */
  const trainers = new Set<(reason: string) => void>();
  let describing = 0;

  function open(): Promise<BrowserWindow> {
    if (opened) return opened;
    const window = openHiddenWindow(preloadFile, (reason) => {
      // A window that was given up takes no trainer of the next one along.
      if (opened === window) lost(reason);
    });
    return (opened = window);
  }

  function lost(reason: string): void {
    opened = null;
    for (const tell of trainers) tell(reason);
    trainers.clear();
  }

  async function post(request: GpuPageRequest, ports: MessagePortMain[]): Promise<void> {
    (await open()).webContents.postMessage(GPU_CHANNEL, request, ports);
  }

  return {
    async describe() {
      const { port1, port2 } = new MessageChannelMain();
      const answer = new Promise<GpuReport>((resolve) => {
        port1.once('message', ({ data }) => resolve(data as GpuReport));
        const reason = `The graphics driver did not answer within ${DESCRIBE_LIMIT_MILLISECONDS / 1000} s.`;
        setTimeout(() => resolve({ available: false, reason }), DESCRIBE_LIMIT_MILLISECONDS);
      });
      port1.start();
      describing++;
      try {
        await post({ type: 'describe' }, [port2]);
        return await answer;
      } finally {
        port1.close();
        // A look at the card must not leave a process behind.
        if (--describing === 0 && trainers.size === 0) giveUpIdle();
      }
    },

    startTrainer(start, listeners) {
      const watch = new MessageChannelMain();
      const trainer = new MessageChannelMain();
      const helpers: { name: GpuTrainerHelper; port: MessagePortMain; end(): void }[] = [];
      const forget = (): void => {
        trainers.delete(onLost);
        for (const helper of helpers) helper.end();
      };
      const thread = connect(start, watch.port1, trainer.port1, listeners, forget);
      const onLost = (reason: string): void => thread.lose(reason);
      trainers.add(onLost);
      const onHelperEnd = (message: string): void => {
        listeners.onCrash(message, message);
        thread.terminate();
      };
      const addHelper = (name: GpuTrainerHelper, startHelper: (port: MessagePortMain) => { end(): void }): void => {
        const { port1, port2 } = new MessageChannelMain();
        helpers.push({ name, port: port2, ...startHelper(port1) });
      };
      const { data, measure, methodSource: source } = start;
      if (!isResident(data) && !measure)
        addHelper('batches', (port) => startBatchProcess(batchFiles, data, port, onHelperEnd));
      if (source)
        addHelper('method', (port) =>
          startRulesProcess(rulesEntry, { source, opening: methodOptions(start) }, port, onHelperEnd),
        );
      const ports = [watch.port2, trainer.port2, ...helpers.map(({ port }) => port)];
      const names = helpers.map(({ name }) => name);
      post({ type: 'train', runId: start.runId, helpers: names }, ports).catch((error: unknown) =>
        thread.lose(String(error)),
      );
      return thread;
    },

    close() {
      void opened?.then((window) => window.destroy());
    },
  };

  function giveUpIdle(): void {
    const idle = opened;
    opened = null;
    void idle?.then((window) => window.destroy());
  }
}

/** The lab's end of a trainer in the hidden window. */
function connect(
  start: TrainerStart,
  watch: MessagePortMain,
  port: MessagePortMain,
  listeners: TrainerListeners,
  forget: () => void,
): TrainerThread & { lose(reason: string): void } {
  let isOver = false;
  const say = (request: GpuTrainerRequest): void => port.postMessage(request);
  const end = (how: string): void => {
    if (isOver) return;
    isOver = true;
    forget();
    port.close();
    watch.close();
    listeners.onExit(how);
  };
  port.on('message', ({ data }) => listeners.onEvent(data as TrainerEvent));
  watch.on('message', ({ data }) => {
    const { message, detail } = data as GpuPageNews;
    listeners.onCrash(message, detail);
  });
  /** One message for all that is stored in a turn. */
  let stored: Amount | null = null;
  const addStored = ({ messages, bytes }: Amount): void => {
    if (stored === null) setImmediate(tellStored);
    stored = { messages: (stored?.messages ?? 0) + messages, bytes: (stored?.bytes ?? 0) + bytes };
  };
  const tellStored = (): void => {
    if (stored !== null && !isOver) say({ type: 'stored', amount: stored });
    stored = null;
  };
  port.start();
  watch.start();
  say({ type: 'start', start: startInWindow(start) });
  return {
    setCommand: (command) => say({ type: 'command', command }),
    addStored,
    terminate() {
      if (isOver) return;
      watch.postMessage('terminate');
      // A Web Worker tells nobody that it ended; nothing it still says is heard.
      setImmediate(() => end('terminated'));
    },
    lose(reason) {
      const message = `The graphics process was lost: ${reason}`;
      listeners.onEvent({ type: 'failed', message, detail: message, lostDevice: true });
      end(reason);
    },
  };
}

async function openHiddenWindow(preloadFile: string, onLost: (reason: string) => void): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    show: false,
    title: 'Espalier: graphics card',
    // Timers and tasks of a hidden window would otherwise be slowed down.
    webPreferences: { ...WEB_PREFERENCES, preload: preloadFile, backgroundThrottling: false },
  });
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    window.destroy();
    onLost(reason);
  });
  window.on('closed', () => onLost('its window was closed'));
  await window.loadURL(`${SCHEME}://${HOST}${GPU_PAGE_PATH}`);
  return window;
}
