import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import Database from 'better-sqlite3';
import type { ConfigurationInput, EspalierBridge, RunListItem } from '../../src-main/contract/index.ts';
import { goTo, RunsPage } from './pages/workbench.ts';
import { close, expect, launch, test } from './support/launch.ts';

type WithBridge = Window & { espalier: EspalierBridge };

const tiny = { method: 'set', network: 'mlp-16', engine: 'cpu', epochs: 100_000, updateEvery: 20 } as const;

const launchRuns = (page: Page, configurations: ConfigurationInput[]): Promise<RunListItem[]> =>
  page.evaluate((inputs) => (window as unknown as WithBridge).espalier.lab.launchRuns(inputs, null), configurations);

test('the masks of a run that waits come when it starts, with its layers and R_s', async ({ page }) => {
  const [first] = await launchRuns(page, [tiny, { ...tiny, name: 'The one that waits' }]);
  await goTo(page, 'Runs');
  const run = await new RunsPage(page).openRun(/The one that waits/);
  const masks = await run.openMasks();
  await expect(page.getByRole('heading', { name: 'No mask yet' })).toBeVisible();

  await page.evaluate((id) => (window as unknown as WithBridge).espalier.lab.cancelRun(id), first.id);
  await expect(masks.heatMap()).toHaveAccessibleName(/at update [1-9]/);
  await expect(masks.layers).toHaveCount(2);
  await expect(masks.number(/all layers/)).toHaveText(/\d/);
  await expect(masks.number(/this layer/)).toHaveText(/\d/);
});

test('an update that cannot be read says so where it would be, and the others can be chosen', async ({
  dataFolder,
}) => {
  const app = await launch({ dataFolder });
  const page = await app.firstWindow();
  await launchRuns(page, [{ ...tiny, name: 'Damaged', epochs: 1 }]);
  await goTo(page, 'Runs');
  await expect(new RunsPage(page).rows('Finished')).toHaveCount(1, { timeout: 60_000 });
  await close(app);
  const database = new Database(join(dataFolder, 'espalier.db'));
  database.exec(`UPDATE mask_frames SET frame = x'00' WHERE kind = 'update' AND at >= 2`);
  database.close();

  const again = await launch({ dataFolder });
  try {
    const reopened = await again.firstWindow();
    await goTo(reopened, 'Runs');
    const masks = await (await new RunsPage(reopened).openRun(/Damaged/)).openMasks();
    await expect(masks.alert).toContainText('This mask could not be read');
    await masks.scrub('Home');
    await expect(masks.heatMap()).toHaveAccessibleName(/at update 0,/);
    await expect(masks.alert).toHaveCount(0);
    await masks.scrub('ArrowRight');
    await expect(masks.heatMap()).toHaveAccessibleName(/at update 1,/);
    await masks.scrub('ArrowRight');
    await expect(masks.alert).toContainText('update 2');
  } finally {
    await close(again);
  }
});

test('all masks are saved to a file that the person chooses', async ({ app, page, dataFolder }) => {
  await launchRuns(page, [{ ...tiny, name: 'Saved', epochs: 1 }]);
  await goTo(page, 'Runs');
  await expect(new RunsPage(page).rows('Finished')).toHaveCount(1, { timeout: 60_000 });
  await (await new RunsPage(page).openRun(/Saved/)).openMasks();
  const file = join(dataFolder, 'masks.csv');
  const names = await app.evaluateHandle(({ dialog }, filePath) => {
    const asked: (string | undefined)[] = [];
    dialog.showSaveDialog = ((_: unknown, options: { defaultPath?: string }) => {
      asked.push(options.defaultPath);
      return Promise.resolve({ canceled: asked.length === 1, filePath });
    }) as typeof dialog.showSaveDialog;
    return asked;
  }, file);
  const save = page.getByRole('button', { name: 'Save as CSV' });
  // The dialog is closed the first time.
  await save.click();
  await expect(save).toBeEnabled();
  expect(existsSync(file)).toBe(false);
  await save.click();
  await expect(page.getByText(/^Wrote the masks as CSV to .*masks\.csv, [\d.]+ [kM]B/)).toBeVisible();
  const [head, first] = readFileSync(file, 'utf8').split('\r\n');
  expect(head).toBe('update,step,layer,name,outputs,inputs,change,row,column');
  expect(first).toMatch(/^0,0,0,fc1,16,784,initial,0,\d+$/);
  expect(await names.jsonValue()).toEqual([1, 2].map(() => expect.stringMatching(/^espalier-\w+-masks\.csv$/)));
});
