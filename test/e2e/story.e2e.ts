import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ElectronApplication, Page } from '@playwright/test';
import type { EspalierBridge } from '../../src-main/contract/index.ts';
import { type DatasetsPage } from './pages/datasets.ts';
import { StudyPage } from './pages/studies.ts';
import { goTo, LaunchPage, RunPage, RunsPage, WelcomePage } from './pages/workbench.ts';
import { expect, test } from './support/launch.ts';

/** The one story Espalier is for: train, watch, compare, look inside; and the two ways it goes wrong. */

/** What takes so long hangs. */
const DEMO_SECONDS = 600;

async function setSize(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1280, 800));
}

/** For the README and for whoever reviews: the newest pictures of every screen. */
async function picture(page: Page, name: string): Promise<void> {
  const path = join(import.meta.dirname, '../../test-results/pictures', `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
}

test('a person runs the demo study, compares the runs and scrubs through the masks', async ({ app, page }) => {
  test.setTimeout((DEMO_SECONDS + 60) * 1000);
  await setSize(app);
  const welcome = new WelcomePage(page);
  await expect(welcome.heading).toHaveText(/dynamic sparse training/);
  await picture(page, 'welcome');
  const runs = await welcome.runDemoStudy();

  await expect(runs.rows('Running')).not.toHaveCount(0);
  await picture(page, 'runs-live');
  await expect(runs.rows('Finished')).toHaveCount(4, { timeout: DEMO_SECONDS * 1000 });
  await picture(page, 'runs');

  const run = await runs.openRun(/RigL 95/);
  for (const chart of [/^Loss/, /^Accuracy/, /share of weights ever active/, /^Churn/, /^Learning rate/]) {
    await expect(run.chart(chart)).toBeVisible();
  }
  await picture(page, 'run');

  // A step's width beside the middle there is no point of the accuracy, and the chart stays, with its keys.
  await run.pressOn(/^Accuracy/, '+', 11);
  await run.pressOn(/^Accuracy/, 'ArrowRight', 4);
  await expect(run.noPoint()).toBeVisible();
  await expect(run.chart(/^Accuracy/)).toBeFocused();
  await expect(run.chart(/^Accuracy/)).toHaveAccessibleName(/over epoch: .+/);
  await picture(page, 'run-zoomed');
  await run.pressOn(/^Accuracy/, '0', 1);
  await expect(run.noPoint()).toHaveCount(0);

  const masks = await run.openMasks();
  await expect(masks.heatMap()).toBeVisible();
  await expect(masks.degreeImage()).toBeVisible();
  const last = Number(await masks.slider.inputValue());
  expect(last).toBeGreaterThan(10);
  await masks.scrub('Home');
  await expect(masks.heatMap()).toHaveAccessibleName(/at update 0,/);
  const atFirst = await masks.count('Kept');
  expect(await masks.count('Born')).toBe(0);
  await masks.scrub('ArrowRight');
  await expect(masks.heatMap()).toHaveAccessibleName(/at update 1,/);
  const died = await masks.count('Died');
  expect(died).toBeGreaterThan(0);
  expect(await masks.count('Kept')).toBe(atFirst - died);
  expect(await masks.count('Born')).toBe(died);
  expect(await masks.count('Revived')).toBe(0);
  await masks.scrub('End');
  await expect(masks.heatMap()).toHaveAccessibleName(new RegExp(`at update ${last},`));
  expect(await masks.count('Revived')).toBeGreaterThan(0);
  await picture(page, 'masks');

  await goTo(page, 'Runs');
  const compare = await runs.compareAll();
  await expect(compare.chart()).toBeVisible();
  await expect(compare.results()).toHaveCount(5);
  for (const axis of ['Step', 'Time', 'Training FLOPs', 'Epoch']) await compare.chooseAxis(axis);
  await expect(compare.differences()).toContainText('Method');
  await picture(page, 'compare');
});

test('a new run shows its errors beside the fields, trains, pauses, goes on and is cancelled', async ({
  app,
  page,
}) => {
  await setSize(app);
  await goTo(page, 'New run');
  const form = new LaunchPage(page);
  await form.field('Sparsity').fill('1.5');
  await expect(form.error(/at most 0\.9999/)).toBeVisible();
  await expect(form.queueButton()).toBeDisabled();
  await form.field('Sparsity').fill('0.9');
  await form.field('Epochs').fill('100000');
  await expect(form.queueButton()).toBeEnabled();
  await picture(page, 'launch');
  await form.queueButton().click();

  // The launch leads to the run, which is watched from before its engine is known.
  const run = new RunPage(page);
  await expect(run.status('Running')).toBeVisible();
  await expect(run.note('Engine')).toHaveText(/Espalier|auto:/);
  await expect(run.chart(/^Loss/)).toBeVisible();
  await run.pause();
  await expect(run.status('Paused')).toBeVisible();
  await run.resume();
  await expect(run.status('Running')).toBeVisible();
  await run.cancel();
  await expect(new RunPage(page).status('Cancelled')).toBeVisible();
  await goTo(page, 'Runs');
  await expect(new RunsPage(page).rows('Cancelled')).toHaveCount(1);
});

test('what goes to the trash is asked for by number, can be seen there and comes back', async ({ app, page }) => {
  await setSize(app);
  // Two that end at once, and one that the filter will hide.
  await page.evaluate(async () => {
    const { lab } = (window as unknown as { espalier: EspalierBridge }).espalier;
    const runs = await lab.launchRuns(
      ['first', 'second', 'third'].map((name) => ({ name, epochs: 100_000 })),
      null,
    );
    await lab.cancelRuns(runs.map(({ id }) => id));
  });
  await goTo(page, 'Runs');
  const runs = new RunsPage(page);
  await expect(runs.rows('Cancelled')).toHaveCount(3);
  for (const name of [/first/, /second/, /third/]) await runs.tick(name);
  await runs.filter('third');
  await expect(runs.rows('Cancelled')).toHaveCount(1);
  await runs.withSelected('Move to trash');
  await expect(runs.question()).toContainText('Move 3 runs to the trash?');
  await expect(runs.question()).toContainText('The filter hides 2 of them.');
  await runs.answer('Keep');
  await runs.filter('');
  await expect(runs.rows('Cancelled')).toHaveCount(3);
  await runs.withSelected('Move to trash');
  await runs.answer('Move to trash');
  await expect(page.getByRole('heading', { name: 'No runs here' })).toBeVisible();

  await page.reload();
  await runs.openTrash();
  await expect(runs.rows('Cancelled')).toHaveCount(3);
  await runs.tick(/first/);
  await runs.tick(/second/);
  await picture(page, 'trash');
  await runs.withSelected('Restore');
  await expect(runs.rows('Cancelled')).toHaveCount(1);
  const thrownAway = await runs.openRun(/third/);
  await thrownAway.restore();
  await goTo(page, 'Runs');
  await expect(runs.rows('Cancelled')).toHaveCount(3);
});

test('a study gets back what is in the trash, and asks before it trains that anew', async ({ app, page }) => {
  await setSize(app);
  const { id } = await page.evaluate(async () => {
    const { lab } = (window as unknown as { espalier: EspalierBridge }).espalier;
    const study = await lab.launchStudy({
      ...{ name: 'Thinned', base: { epochs: 100_000 }, grid: {}, variants: [], seeds: [1, 2, 3] },
    });
    await lab.cancelRuns(study.runIds);
    await lab.trashRuns(study.runIds.slice(0, 2));
    return study;
  });
  const study = await StudyPage.open(page, id);
  await expect(study.progress).toHaveText('0 of 3 runs finished, 1 cancelled, 2 in the trash');
  await study.press('Resume');
  await expect(study.question).toContainText('Train 2 runs anew?');
  await study.answer('Cancel');
  await study.press('Restore 2 runs');
  await expect(study.progress).toHaveText('0 of 3 runs finished, 3 cancelled');
});

test('more runs than can be told apart: the first hundred are drawn, and all are cancelled at once', async ({
  app,
  page,
}) => {
  await setSize(app);
  await page.evaluate(async () => {
    const { lab } = (window as unknown as { espalier: EspalierBridge }).espalier;
    await lab.launchRuns(
      Array.from({ length: 103 }, (_, at) => ({ seed: at + 1, epochs: 100_000 })),
      'Many',
    );
  });
  await goTo(page, 'Runs');
  const runs = new RunsPage(page);
  const compare = await runs.compareAll();
  await expect(compare.results()).toHaveCount(104);
  await expect(compare.drawn()).toHaveText('The first 100 of 103 runs are drawn; the tables have all of them.');
  await goTo(page, 'Runs');
  await runs.withSelected('Cancel');
  await runs.answer('Cancel runs');
  await runs.filter('queued');
  await expect(page.getByRole('heading', { name: 'No run matches the filter' })).toBeVisible({ timeout: 5000 });
});

test('a bad dataset folder is refused with the file and what is wrong with it', async ({ app, page, dataFolder }) => {
  await setSize(app);
  const folder = join(dataFolder, 'broken digits');
  mkdirSync(folder);
  const idx = (magic: number, dimensions: number[], bytes: number) => {
    const header = Buffer.alloc(4 + 4 * dimensions.length);
    header.writeUInt32BE(magic, 0);
    dimensions.forEach((size, at) => header.writeUInt32BE(size, 4 + 4 * at));
    return Buffer.concat([header, Buffer.alloc(bytes, 1)]);
  };
  writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(idx(0x803, [10, 4, 4], 100)));
  writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx(0x801, [10], 10));
  writeFileSync(join(folder, 't10k-images-idx3-ubyte'), idx(0x803, [5, 4, 4], 80));
  writeFileSync(join(folder, 't10k-labels-idx1-ubyte'), idx(0x801, [5], 5));
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = (() => Promise.resolve({ canceled: false, filePaths: [path] })) as never;
  }, folder);

  const datasets: DatasetsPage = await new WelcomePage(page).openDatasetFolder();
  await expect(datasets.alert).toContainText('train-images-idx3-ubyte.gz');
  await expect(datasets.alert).toContainText(/160|100/);
  // The six that the catalogue knows, and nothing of the broken folder.
  await expect(datasets.cards).toHaveCount(6);
  await picture(page, 'datasets-refused');
});
