import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import Database from 'better-sqlite3';
import {
  defaultImportChoices,
  type EspalierBridge,
  type RunListItem,
  type RunStatus,
} from '../../src-main/contract/index.ts';
import { expect, launch, test } from './support/launch.ts';

type WithBridge = Window & { espalier: EspalierBridge };

const listRuns = (page: Page): Promise<RunListItem[]> =>
  page.evaluate(() => (window as unknown as WithBridge).espalier.lab.listRuns());

/** Starts a run that is not over before the test is. */
async function startLongRun(page: Page): Promise<void> {
  await page.evaluate(() =>
    (window as unknown as WithBridge).espalier.lab.launchRuns([{ method: 'rigl', epochs: 100_000 }], null),
  );
  await expectStatus(page, 'running');
  await expect.poll(async () => (await listRuns(page))[0].progress.step).toBeGreaterThan(3);
}

const expectStatus = (page: Page, status: RunStatus) =>
  expect.poll(async () => (await listRuns(page))[0].status).toBe(status);

/** Replaces the system's question by an answer; returns how often it was asked. */
async function answerQuestions(app: ElectronApplication, button: number): Promise<() => Promise<string[]>> {
  await app.evaluate(({ dialog }, response) => {
    const asked = ((globalThis as { asked?: string[] }).asked ??= []);
    dialog.showMessageBox = ((_owner: unknown, options: { message: string }) => {
      asked.push(options.message);
      return Promise.resolve({ response, checkboxChecked: false });
    }) as typeof dialog.showMessageBox;
  }, button);
  return () => app.evaluate(() => (globalThis as { asked?: string[] }).asked ?? []);
}

async function resumedAtStep(page: Page, runId: string): Promise<number> {
  const lines = await page.evaluate((id) => (window as unknown as WithBridge).espalier.lab.readLog(id), runId);
  return Math.max(-1, ...lines.map(({ text }) => Number(/^Resumed at step (\d+)/.exec(text)?.[1] ?? -1)));
}

const exited = (app: ElectronApplication) => once(app.process(), 'exit');

test('closing the window while a run trains asks; staying goes on, quitting keeps a checkpoint to resume from', async ({
  dataFolder,
}) => {
  const app = await launch({ dataFolder });
  const page = await app.firstWindow();
  await startLongRun(page);

  const asked = await answerQuestions(app, 1);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close());
  await expect.poll(asked).toEqual([expect.stringContaining('1 run is not finished')]);
  const [before] = await listRuns(page);
  await expect.poll(async () => (await listRuns(page))[0].progress.step).toBeGreaterThan(before.progress.step);

  await answerQuestions(app, 0);
  const [stayed] = await listRuns(page);
  const end = exited(app);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close()).catch(() => undefined);
  await end;

  const again = await launch({ dataFolder });
  const reopened = await again.firstWindow();
  await expectStatus(reopened, 'interrupted');
  const [{ id }] = await listRuns(reopened);
  await reopened.evaluate((runId) => (window as unknown as WithBridge).espalier.lab.resumeRun(runId), id);
  // Nothing that was trained when the question was answered is trained again.
  await expect.poll(() => resumedAtStep(reopened, id)).toBeGreaterThanOrEqual(stayed.progress.step);
  await reopened.evaluate((runId) => (window as unknown as WithBridge).espalier.lab.cancelRun(runId), id);
  await expectStatus(reopened, 'cancelled');
  await again.close();
});

/** What comes from outside, each as it comes; of the system, whether it waits for the app. */
const ENDINGS: Record<string, (app: ElectronApplication) => Promise<boolean>> = {
  SIGTERM: (app) => Promise.resolve(app.process().kill('SIGTERM')),
  SIGHUP: (app) => Promise.resolve(app.process().kill('SIGHUP')),
  'a shutdown (Linux, macOS)': (app) =>
    app.evaluate(({ powerMonitor }) => {
      const event = { isPrevented: false, preventDefault: () => void (event.isPrevented = true) };
      powerMonitor.emit('shutdown', event);
      return event.isPrevented;
    }),
  'a shutdown (Windows)': (app) =>
    app.evaluate(({ BrowserWindow }) => {
      const event = { isPrevented: false, preventDefault: () => void (event.isPrevented = true) };
      BrowserWindow.getAllWindows()[0].emit('query-session-end', event);
      return event.isPrevented;
    }),
};

for (const [name, end] of Object.entries(ENDINGS)) {
  test(`${name} ends the app in good order without a question`, async ({ dataFolder }) => {
    const app = await launch({ dataFolder });
    const page = await app.firstWindow();
    await startLongRun(page);
    const over = exited(app);
    expect(await end(app)).toBe(true);
    await over;
    // The note that says who holds the folder is gone only where the store was closed.
    expect(existsSync(join(dataFolder, 'lock.json'))).toBe(false);
    const again = await launch({ dataFolder });
    await expectStatus(await again.firstWindow(), 'interrupted');
    await again.close();
  });
}

test('a second start brings the first window forward and ends', async ({ app, page, dataFolder }) => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].minimize());
  // The first one's command line, without what Playwright needs of it.
  const [command, ...all] = app.process().spawnargs;
  const preload = all.indexOf('-r');
  const args = all.filter(
    (argument, at) =>
      !/inspect|remote-debugging/.test(argument) && (preload < 0 || (at !== preload && at !== preload + 1)),
  );
  const env: NodeJS.ProcessEnv = { ...process.env, ESPALIER_DATA: dataFolder };
  const second = spawn(command, args, { env, stdio: 'ignore' });
  const [status] = (await once(second, 'exit')) as [number];
  expect(status).toBe(0);
  await expect
    .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].isMinimized()))
    .toBe(false);
  expect(await listRuns(page)).toEqual([]);
});

test('the window comes back where it was, in the theme it had', async ({ dataFolder }) => {
  const app = await launch({ dataFolder });
  const page = await app.firstWindow();
  await page.evaluate(() => (window as unknown as WithBridge).espalier.lab.changeSettings({ theme: 'dark' }));
  expect(await app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark');
  const wanted = { x: 100, y: 60, width: 1000, height: 700 };
  await app.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0].setBounds(bounds), wanted);
  await app.close();

  const again = await launch({ dataFolder });
  await again.firstWindow();
  const seen = await again.evaluate(({ BrowserWindow, nativeTheme }) => ({
    bounds: BrowserWindow.getAllWindows()[0].getNormalBounds(),
    theme: nativeTheme.themeSource,
  }));
  expect(seen).toEqual({ bounds: wanted, theme: 'dark' });
  await again.close();
});

test.describe('a data folder that cannot be opened: a page says why, never a stack trace', () => {
  const problems: [string, (file: string) => void, RegExp][] = [
    ['damaged', (file) => writeFileSync(file, 'not a database '.repeat(500)), /database of runs is damaged/i],
    ['from the future', (file) => writeFutureDatabase(file), /belongs to a newer Espalier/i],
  ];
  for (const [name, prepare, title] of problems) {
    test(name, async ({ dataFolder }) => {
      mkdirSync(dataFolder, { recursive: true });
      const file = join(dataFolder, 'espalier.db');
      prepare(file);
      const app = await launch({ dataFolder });
      const page = await app.firstWindow();
      await expect(page.getByRole('heading', { name: title })).toBeVisible();
      const text = await page.getByRole('alert').innerText();
      expect(text).toContain(file);
      expect(text).toContain(dataFolder);
      expect(text).not.toMatch(/\n\s+at |node:internal|\.js:\d+/);
      await app.close();
    });
  }

  function writeFutureDatabase(file: string): void {
    const database = new Database(file);
    database.pragma(`application_id = ${0x45737061}`);
    database.pragma('user_version = 9999');
    database.exec('CREATE TABLE tomorrow (value)');
    database.close();
  }
});

test('a dataset folder is chosen in the dialog; a bad one is refused by name, a closed dialog is no error', async ({
  app,
  page,
  dataFolder,
}) => {
  const folder = join(dataFolder, 'shapes');
  mkdirSync(folder);
  writeFileSync(join(folder, 'train-labels-idx1-ubyte'), 'nonsense');
  const choose = (filePaths: string[]) =>
    app.evaluate(({ dialog }, paths) => {
      dialog.showOpenDialog = (() =>
        Promise.resolve({ canceled: paths.length === 0, filePaths: paths })) as typeof dialog.showOpenDialog;
    }, filePaths);
  const importFolder = () =>
    page.evaluate(
      (choices) =>
        (window as unknown as WithBridge).espalier.lab.importDataset({ choose: 'folder' }, choices).then(
          (report) => JSON.stringify(report),
          (error: Error) => error.message,
        ),
      defaultImportChoices,
    );
  await choose([]);
  expect(await importFolder()).toBe('null');
  await choose([folder]);
  expect(await importFolder()).toContain(`${folder}: the file of train images is missing`);
});
