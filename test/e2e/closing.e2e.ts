import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import type { EspalierBridge, RunListItem } from '../../src-main/contract/index.ts';
import { CLOSING_LIMIT_MILLISECONDS } from '../../src-main/desktop/closing.ts';
import { HELD, HOLDING, heldApp } from '../support/held-store.ts';
import { close, expect, launch, test } from './support/launch.ts';

type WithBridge = Window & { espalier: EspalierBridge };

const onlyRun = async (page: Page): Promise<RunListItem> =>
  (await page.evaluate(() => (window as unknown as WithBridge).espalier.lab.listRuns()))[0];

interface Shown {
  message: string;
  detail?: string;
  buttons?: string[];
}

interface Dialogs {
  shown: Shown[];
  answer: ((button: number) => void) | null;
}

type WithDialogs = typeof globalThis & { dialogs: Dialogs };

/** Takes the system's dialogs over: each stays open until the test answers it, or the app withdraws it. */
async function takeDialogs(app: ElectronApplication) {
  await app.evaluate(({ dialog }) => {
    const dialogs: Dialogs = { shown: [], answer: null };
    (globalThis as WithDialogs).dialogs = dialogs;
    dialog.showMessageBox = ((...args: unknown[]) => {
      const { message, detail, buttons, signal } = args.at(-1) as Shown & { signal?: AbortSignal };
      dialogs.shown.push({ message, detail, buttons });
      return new Promise((resolve) => {
        dialogs.answer = (response) => resolve({ response, checkboxChecked: false });
        signal?.addEventListener('abort', () => dialogs.answer?.(0));
      });
    }) as typeof dialog.showMessageBox;
  });
  return {
    /** The dialog of this number, from 0, once it is shown. */
    async shown(at: number): Promise<Shown> {
      await expect.poll(() => app.evaluate(() => (globalThis as WithDialogs).dialogs.shown.length)).toBeGreaterThan(at);
      return app.evaluate(({}, index) => (globalThis as WithDialogs).dialogs.shown[index], at);
    },
    answer: (button: number): Promise<void> =>
      app.evaluate(({}, response) => (globalThis as WithDialogs).dialogs.answer?.(response), button),
  };
}

/** After which the app asks: at once, so that the test waits for no clock. The store stands much longer than that. */
const passLimit = (app: ElectronApplication): Promise<void> =>
  app.evaluate(({}, limit) => {
    const { setTimeout: real } = globalThis;
    const patched = (run: () => void, milliseconds?: number): unknown =>
      real(run, milliseconds === limit ? 0 : milliseconds);
    globalThis.setTimeout = patched as typeof setTimeout;
  }, CLOSING_LIMIT_MILLISECONDS);

/** A window whose run is past its first checkpoint when its store stands, and that is told to close. */
async function closing(folder: string) {
  const preload = join(folder, 'held-app.cjs');
  writeFileSync(preload, heldApp());
  const data = join(folder, 'data');
  const app = await launch({ dataFolder: data, preload });
  const ended = once(app.process(), 'exit');
  const holding = new Promise<void>((resolve) => {
    app.process().stderr?.on('data', (chunk) => String(chunk).includes(HOLDING) && resolve());
  });
  let said = '';
  app.process().stderr?.on('data', (chunk) => (said += String(chunk)));
  const page = await app.firstWindow();
  await page.evaluate(() =>
    (window as unknown as WithBridge).espalier.lab.launchRuns(
      [{ method: 'set', network: 'mlp-8', updateEvery: 10, epochs: 100_000, checkpointEvery: 1 }],
      null,
    ),
  );
  await expect.poll(async () => (await onlyRun(page)).epochs).toBeGreaterThan(0);
  writeFileSync(join(data, HELD), '');
  await holding;
  await passLimit(app);
  const dialogs = await takeDialogs(app);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close());
  expect((await dialogs.shown(0)).message).toBe('1 run is not finished. Quit all the same?');
  await dialogs.answer(0);
  return {
    data,
    dialogs,
    app,
    letGo: () => rmSync(join(data, HELD)),
    ended: ended.then(() => said),
  };
}

const QUESTION = {
  message: expect.stringMatching(/^Not stored yet: [\d,]+ messages \([\d.]+ [KM]iB\) of 1 run\. Wait for that\?$/),
  detail: 'It is lost where Espalier ends now. The runs can be resumed from what was stored.',
  buttons: ['Wait', 'Quit and lose it'],
};

/** The only run, as the next window finds it, resumed there. */
async function reopened(folder: string): Promise<{ found: RunListItem; log: string }> {
  const app = await launch({ dataFolder: folder });
  const page = await app.firstWindow();
  await expect.poll(async () => (await onlyRun(page)).status).toBe('interrupted');
  const found = await onlyRun(page);
  await page.evaluate((id) => (window as unknown as WithBridge).espalier.lab.resumeRun(id), found.id);
  await expect.poll(async () => (await onlyRun(page)).epochs).toBeGreaterThan(found.epochs);
  const lines = await page.evaluate((id) => (window as unknown as WithBridge).espalier.lab.readLog(id), found.id);
  await close(app);
  return { found, log: lines.map(({ text }) => text).join('\n') };
}

test('closed while the store is behind, the window asks; who waits on is asked again, and loses nothing', async ({
  dataFolder,
}) => {
  const { data, dialogs, app, letGo, ended } = await closing(dataFolder);
  expect(await dialogs.shown(1)).toEqual(QUESTION);
  await expect
    .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].getTitle()))
    .toMatch(/^Closing: [\d,]+ messages \([\d.]+ [KM]iB\) of 1 run to be stored – Espalier$/);
  await dialogs.answer(0);
  expect(await dialogs.shown(2)).toEqual(QUESTION);
  // Not answered: it is withdrawn once all is stored.
  letGo();
  expect(await ended).not.toContain('lost');
  const { found, log } = await reopened(data);
  expect(log).toContain(`Resumed at step ${found.steps}`);
});

test('closed while the store is behind, the window says what is lost to who does not wait, and ends', async ({
  dataFolder,
}) => {
  const { data, dialogs, letGo, ended } = await closing(dataFolder);
  expect(await dialogs.shown(1)).toEqual(QUESTION);
  await dialogs.answer(1);
  const loss = await dialogs.shown(2);
  expect(loss.message).toBe('Not all could be stored');
  expect(loss.detail).toMatch(
    /lost, are [\d,]+ messages \([\d.]+ [KM]iB\) of 1 run\. The runs can be resumed from what/,
  );
  await dialogs.answer(0);
  expect(await ended).toContain(loss.detail);
  letGo();
  const { found, log } = await reopened(data);
  expect(found.epochs).toBeGreaterThan(0);
  expect(log).toMatch(/Resumed at step \d+/);
});
