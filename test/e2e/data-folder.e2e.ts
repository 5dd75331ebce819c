import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import type { EspalierBridge, RunListItem } from '../../src-main/contract/index.ts';
import { findElectron } from '../../src-main/toolchain/electron-runtime.ts';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { close, expect, launch, test } from './support/launch.ts';

type WithBridge = Window & { espalier: EspalierBridge };

const onlyRun = async (page: Page): Promise<RunListItem> =>
  (await page.evaluate(() => (window as unknown as WithBridge).espalier.lab.listRuns()))[0];

const resume = (page: Page, id: string): Promise<void> =>
  page.evaluate((runId) => (window as unknown as WithBridge).espalier.lab.resumeRun(runId), id);

interface Shown {
  message: string;
  detail: string;
}

/** Replaces the system's dialogs by the answer, a button's number; returns what they said. */
async function answerDialogs(app: ElectronApplication, button: number): Promise<() => Promise<Shown[]>> {
  await app.evaluate(({ dialog }, response) => {
    const shown = ((globalThis as { shown?: Shown[] }).shown ??= []);
    dialog.showMessageBox = ((...args: unknown[]) => {
      const { message, detail } = args.at(-1) as Shown;
      shown.push({ message, detail });
      return Promise.resolve({ response, checkboxChecked: false });
    }) as typeof dialog.showMessageBox;
  }, button);
  return () => app.evaluate(() => (globalThis as { shown?: Shown[] }).shown ?? []);
}

const closeWindow = (app: ElectronApplication): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close());

test('a data folder that is moved fails its run, is asked for at closing, and loses nothing once it is back', async ({
  dataFolder,
}) => {
  const [folder, elsewhere] = [join(dataFolder, 'data'), join(dataFolder, 'elsewhere')];
  const app = await launch({ dataFolder: folder });
  const page = await app.firstWindow();
  await page.evaluate(() =>
    (window as unknown as WithBridge).espalier.lab.launchRuns(
      [{ method: 'set', network: 'mlp-8', epochs: 100_000, checkpointEvery: 1 }],
      null,
    ),
  );
  await expect.poll(async () => (await onlyRun(page)).epochs).toBeGreaterThan(0);

  renameSync(folder, elsewhere);
  await expect.poll(async () => (await onlyRun(page)).status).toBe('failed');
  const failed = await onlyRun(page);
  expect(failed.failure).toContain('was moved or removed while it was in use. Put it back, then resume its runs');
  await page.evaluate((id) => (location.hash = `#/runs/${id}`), failed.id);
  await expect(page.getByText('Put it back, then resume its runs').first()).toBeVisible();
  await expect(resume(page, failed.id)).rejects.toThrow('cannot be resumed yet');

  const shown = await answerDialogs(app, 1);
  await closeWindow(app);
  await expect.poll(shown).toHaveLength(1);
  const [question] = await shown();
  expect(question.message).toMatch(/^[\d,]+ messages? \(.*\) of 1 run cannot be stored\. Quit, and lose them\?$/);
  expect(question.detail).toContain('Put it back');

  renameSync(elsewhere, folder);
  await expect
    .poll(() =>
      resume(page, failed.id).then(
        () => 'resumed',
        (error: Error) => error.message,
      ),
    )
    .toBe('resumed');
  await expect.poll(async () => (await onlyRun(page)).epochs).toBeGreaterThan(failed.epochs);
  const log = await page.evaluate((id) => (window as unknown as WithBridge).espalier.lab.readLog(id), failed.id);
  // What was in memory when the folder came back was written into it.
  expect(log.map(({ text }) => text).join('\n')).toContain('was moved or removed');
  await close(app);
});

test('a data folder that is not put back is left alone, and what is lost is said', async ({ dataFolder }) => {
  const [folder, elsewhere] = [join(dataFolder, 'data'), join(dataFolder, 'elsewhere')];
  const app = await launch({ dataFolder: folder });
  const page = await app.firstWindow();
  await page.evaluate(() =>
    (window as unknown as WithBridge).espalier.lab.launchRuns(
      [{ method: 'set', network: 'mlp-8', epochs: 100_000, checkpointEvery: 1 }],
      null,
    ),
  );
  await expect.poll(async () => (await onlyRun(page)).epochs).toBeGreaterThan(0);
  renameSync(folder, elsewhere);
  await expect.poll(async () => (await onlyRun(page)).status).toBe('failed');
  const { id } = await onlyRun(page);

  let said = '';
  app.process().stderr?.on('data', (chunk) => (said += String(chunk)));
  const ended = once(app.process(), 'exit');
  await answerDialogs(app, 0);
  await closeWindow(app).catch(() => undefined);
  await ended;
  expect(said).toMatch(new RegExp(`not stored, and lost, are .* of run ${id}`));
  expect(existsSync(join(folder, 'espalier.db'))).toBe(false);

  const again = await launch({ dataFolder: elsewhere });
  const there = await again.firstWindow();
  await expect.poll(async () => (await onlyRun(there)).status).toBe('interrupted');
  await resume(there, id);
  await expect.poll(async () => (await onlyRun(there)).status).toBe('running');
  await close(again);
});

/** A folder on a disk mounted for reading only needs a namespace of its own, which not every machine gives. */
const mayMount = spawnSync('unshare', ['-m', 'mount', '--bind', '/tmp', '/tmp']).status === 0;

test('a data folder that is a file is said in the window', async ({ dataFolder }) => {
  const file = join(dataFolder, 'file');
  writeFileSync(file, '');
  const app = await launch({ dataFolder: file });
  const page = await app.firstWindow();
  await expect(page.getByRole('alert')).toContainText(`The data folder ${file} is a file.`);
  await close(app);
});

test('a data folder on a disk mounted for reading only is said in the window', async ({ dataFolder }) => {
  test.skip(!mayMount, 'unshare -m is not allowed here');
  const runtime = findElectron();
  if (runtime === null) throw new Error('No Electron runtime.');
  const wrapper = join(dataFolder, 'electron');
  const folder = join(dataFolder, 'data');
  mkdirSync(folder);
  const mount = `mount --bind "${folder}" "${folder}" && mount -o remount,ro,bind "${folder}"`;
  const inside = `${mount} && exec "${runtime.executable}" "$@"`;
  writeFileSync(wrapper, `#!/bin/sh\nexec unshare -m sh -c '${inside}' electron "$@"\n`, { mode: 0o755 });
  const app = await launch({ dataFolder: folder, packaged: wrapper, args: [projectRoot] });
  const page = await app.firstWindow();
  await expect(page.getByRole('alert')).toContainText('cannot be written: its disk is mounted for reading only.');
  await close(app);
});
