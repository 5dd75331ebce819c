import type { Page } from '@playwright/test';
import type { ConfigurationInput, EspalierBridge } from '../../src-main/contract/index.ts';
import { goTo, RunPage, RunsPage } from './pages/workbench.ts';
import { expect, test } from './support/launch.ts';

/** Where the focus is, what the keys then act on, and what becomes of a text that cannot be read. */

type WithBridge = Window & { espalier: EspalierBridge };

const small = { method: 'rigl', network: 'mlp-16', epochs: 1, updateEvery: 10 } as const;

/** Queues runs of these names, as another window or the command line would; gives their identifiers. */
const queue = (page: Page, names: readonly string[], change: ConfigurationInput = {}): Promise<string[]> =>
  page.evaluate(
    async ({ configurations }) => {
      const runs = await (window as unknown as WithBridge).espalier.lab.launchRuns(configurations, 'Widths');
      return runs.map(({ id }) => id);
    },
    { configurations: names.map((name) => ({ ...small, name, ...change })) },
  );

test('keys act on the run that has the focus, wherever the list puts it', async ({ page }) => {
  const [id] = await queue(page, ['beech', 'elm']);
  await goTo(page, 'Runs');
  const runs = new RunsPage(page);
  await runs.sortBy('Name');
  await runs.row(/^beech$/).focus();

  // Another run comes in above.
  await queue(page, ['ash']);
  await expect(runs.row(/^ash$/)).toBeVisible();
  await page.keyboard.press('Space');
  await expect(runs.row(/^beech$/)).toHaveAttribute('aria-selected', 'true');
  await expect(runs.row(/^ash$/)).toHaveAttribute('aria-selected', 'false');

  // It moves itself.
  await page.evaluate((run) => (window as unknown as WithBridge).espalier.lab.renameRun(run, 'willow'), id);
  await expect(runs.row(/^willow$/)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(runs.row(/^elm$/)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('elm');
});

test('a study is ticked by keyboard, and Tab finds a row however far the list is scrolled', async ({ page }) => {
  const names = Array.from({ length: 60 }, (_, at) => `run ${at}`);
  await queue(page, names);
  await goTo(page, 'Runs');
  const runs = new RunsPage(page);
  await runs.groupByStudy();
  const study = runs.row(/Widths 60 runs/);
  await study.focus();
  await page.keyboard.press('Space');
  await expect(study).toHaveAttribute('aria-selected', 'true');
  await expect(runs.selected()).toHaveText('60 runs selected');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(study).toHaveAttribute('aria-selected', 'false');
  await expect(runs.selected()).toHaveText('59 runs selected');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await expect(runs.selected()).toHaveText('60 runs selected');
  await page.keyboard.press('Space');
  await expect(runs.selected()).toBeHidden();

  await runs
    .row(/^run \d+$/)
    .first()
    .hover();
  await page.mouse.wheel(0, 10_000);
  await expect(study).toBeHidden();
  await runs.header('Time').focus();
  await page.keyboard.press('Tab');
  await expect(page.locator(':focus')).toHaveRole('row');
});

test('the focus comes back after a dialog and after renaming', async ({ page }) => {
  const [id] = await queue(page, ['oak'], { epochs: 100_000 });
  await goTo(page, 'Runs');
  const run = await new RunsPage(page).openRun(/^oak$/);
  await run.pause();
  await expect(run.status('Paused')).toBeVisible();

  await run.button('Cancel').press('Enter');
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toBeHidden();
  await expect(run.button('Cancel')).toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(run.button('Cancel')).toBeFocused();

  await run.button('Rename').press('Enter');
  await expect(run.nameField()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(run.button('Rename')).toBeFocused();
  await page.keyboard.press('Enter');
  await run.nameField().fill('holm oak');
  await page.keyboard.press('Enter');
  await expect(run.button('Rename')).toBeFocused();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('holm oak');
  await page.evaluate((one) => (window as unknown as WithBridge).espalier.lab.cancelRun(one), id);
});

test('a number that cannot be read is named, and nothing is measured for it', async ({ page }) => {
  await queue(page, ['yew']);
  await goTo(page, 'Runs');
  const runs = new RunsPage(page);
  await expect(runs.rows('Finished')).toHaveCount(1);
  await runs.openRun(/^yew$/);
  const run = new RunPage(page);
  const measures = run.measures();
  await measures.choose('R_s');
  await expect(measures.chart).toBeVisible();
  for (const text of ['1.5', 'abc', '-1']) {
    await measures.field(/^Lived for at least/).fill(text);
    await page.keyboard.press('Tab');
    await expect(measures.alert).toContainText(`not “${text}”`);
    await expect(measures.chart).toBeHidden();
  }
  await measures.field(/^Lived for at least/).fill('1');
  await page.keyboard.press('Tab');
  await expect(measures.chart).toBeVisible();
  await measures.choose('Distribution of fan-in');
  await measures.field(/^At update/).fill('last');
  await page.keyboard.press('Tab');
  await expect(measures.alert).toContainText('not “last”');
  await measures.field(/^At update/).fill('');
  await page.keyboard.press('Tab');
  await expect(measures.chart).toBeVisible();
});
