import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { DatasetDescription, RunListItem, StudyListItem } from '../../src-main/contract/index.ts';
import type { EspalierBridge } from '../../src-main/contract/api.ts';
import { picture, writeTree } from '../datasets/support/image-files.ts';
import { actingSigns, HOSTILE_NAMES } from '../support/acting-signs.ts';
import { RunsPage } from './pages/workbench.ts';
import { espalier } from './support/command-line.ts';
import { close, expect, launch, test } from './support/launch.ts';

/** What a page has said so far, whatever it shows it by. */
interface Shown {
  where: string;
  text: string;
}

type Watched = typeof globalThis & { espalier: EspalierBridge; drawn: string[] };

/** Notes what is written on canvases from now on. */
const watchCanvases = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const watched = globalThis as Watched;
    watched.drawn = [];
    const { prototype } = CanvasRenderingContext2D;
    for (const name of ['fillText', 'strokeText'] as const) {
      const draw = prototype[name];
      prototype[name] = function (this: CanvasRenderingContext2D, text: string, ...rest: [number, number, number?]) {
        watched.drawn.push(text);
        draw.call(this, text, ...rest);
      };
    }
  });

const shownOn = (page: Page): Promise<Shown[]> =>
  page.evaluate(() => {
    const shown = [{ where: 'title of the window', text: document.title }];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (node instanceof Element) {
        for (const { name, value } of node.attributes) {
          if (['title', 'placeholder', 'alt'].includes(name) || name.startsWith('aria-')) {
            shown.push({ where: `${name} of ${node.localName}`, text: value });
          }
        }
      } else shown.push({ where: `text of ${node.parentElement?.localName}`, text: node.textContent ?? '' });
    }
    const { drawn } = globalThis as Watched;
    return [...shown, ...drawn.splice(0).map((text) => ({ where: 'canvas', text }))];
  });

/** A page may say nothing of a name that acts, and no name may end a line. */
async function expectHarmless(page: Page, address: string): Promise<Shown[]> {
  const shown = await shownOn(page);
  const bad = shown.filter(({ text }) => actingSigns(text).length > 0 || /c\nd|study\n/.test(text));
  expect(bad, `what ${address} shows`).toEqual([]);
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
  return shown;
}

/** Half a hundred pages and runs; what takes so long hangs. */
const HANG_SECONDS = 900;

const STUDY = '\u202estudy\u001b[31m\nname';
const LABEL = 'a|b & c_d\u001b\n\u202e=1';
const CLASSES = [...new Set(HOSTILE_NAMES)].filter((name) => !name.includes('/'));

const configuration = {
  ...{ dataset: 'hostile', network: 'mlp-4', epochs: 1, batchSize: 16, engine: 'cpu', threads: 1 },
  ...{ sparsity: 0.5, updateEvery: 1 },
};

/** A data folder with a dataset, runs and a study whose names would act, and runs with something to be warned of. */
async function fillFolder(dataFolder: string): Promise<void> {
  const pictures = CLASSES.flatMap((name, at) =>
    [0, 1, 2, 3].map(async (one) => [`${name}/${one}\u202e\n.png`, await picture(4 * at + one)] as const),
  );
  const folder = await writeTree(join(dataFolder, 'photos\u001b[31m\n\u202e'), {
    ...Object.fromEntries(await Promise.all(pictures)),
    [`${CLASSES[0]}/broken\u001b[2J\n\u202e.png`]: 'no picture',
  });
  const file = (name: string, content: unknown): string => {
    const path = join(dataFolder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const named = HOSTILE_NAMES.map((name) => ({ ...configuration, name, method: 'set' }));
  const warned = [
    { name: 'goes wrong', method: 'dense', network: 'mlp-20', learningRate: 100, momentum: 0.99 },
    { name: 'loses a layer', method: 'gmp', network: 'mlp-300-100', sparsity: 0.9999, updateEvery: 50 },
  ].map((one) => ({ ...one, epochs: 1, threads: 1, engine: 'cpu', learningRateSchedule: 'constant' }));
  const diverging = {
    ...{ label: 'diverging', dataset: 'mnist', network: 'mlp-20', sparsity: 0.9, batchSize: 128, updateEvery: 50 },
    ...{ learningRate: 100, momentum: 0.99, learningRateSchedule: 'constant' },
  };
  const study = {
    ...{ name: STUDY, base: configuration, grid: { method: ['set'] }, seeds: [1, 2] },
    variants: [{ label: LABEL }, diverging],
  };
  const imported = ['datasets', 'import', folder, '--name', 'hostile', '--test-share', '0.25', '--on-bad-file', 'skip'];
  const { code, stderr } = await espalier(dataFolder, imported);
  expect(code, stderr).toBe(0);
  // One diverges, so it exits with 1.
  expect((await espalier(dataFolder, ['run', '--config', file('runs.json', [...named, ...warned])])).code).toBe(1);
  await espalier(dataFolder, ['study', file('study.json', study)]);
}

const ofLab = <T>(page: Page, ask: (lab: EspalierBridge['lab']) => Promise<T>): Promise<T> =>
  page.evaluate<T, string>(
    (source) => (eval(source) as typeof ask)((globalThis as Watched).espalier.lab),
    `(${ask.toString()})`,
  );

test('no page, chart, dialog or command shows a sign of a name that acts, and what went wrong is seen', async ({
  dataFolder,
}) => {
  test.setTimeout(HANG_SECONDS * 1000);
  await test.step('make runs, a study and a dataset with such names', () => fillFolder(dataFolder));
  const app = await launch({ dataFolder });
  try {
    const page = await app.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    await watchCanvases(page);
    const runs: RunListItem[] = await ofLab(page, (lab) => lab.listRuns());
    const [study]: StudyListItem[] = await ofLab(page, (lab) => lab.listStudies());
    const datasets: DatasetDescription[] = await ofLab(page, (lab) => lab.listDatasets());
    expect(runs.map(({ name }) => name)).toEqual(expect.arrayContaining(HOSTILE_NAMES.map((name) => name.trim())));
    expect(study.name).toBe(STUDY);
    expect(datasets.find(({ id }) => id === 'hostile')?.classes).toHaveLength(CLASSES.length);
    const idOf = (name: string): string => runs.find((run) => run.name === name)?.id ?? 'none';
    const hostile = idOf('\u202egnp.exe');

    const addresses = [
      ...['#/runs', '#/welcome', '#/trash', '#/launch', `#/launch?from=${hostile}`, '#/datasets', '#/datasets/hostile'],
      ...['#/devices', '#/settings', '#/studies', '#/studies/new', `#/studies/${study.id}`],
      ...HOSTILE_NAMES.slice(4, 8).map((name) => `#/runs/${idOf(name.trim())}`),
      ...[`#/runs/${hostile}/masks`, `#/runs/${study.runIds[0]}`],
      `#/compare?runs=${runs
        .slice(0, 12)
        .map(({ id }) => id)
        .join(',')}`,
    ];
    const seen: Shown[] = [];
    for (const address of addresses) {
      await test.step(address, async () => {
        await page.evaluate((hash) => (location.hash = hash), address);
        await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
        // Nothing is measured before it is looked at.
        const lazy = page.getByRole('region', { name: 'The life of the masks' });
        if ((await lazy.count()) > 0) await lazy.scrollIntoViewIfNeeded();
        await expect(page.getByText(/^Reading .* …$/)).toHaveCount(0);
        const canvas = page.getByRole('main').locator('canvas').first();
        if ((await canvas.count()) > 0) await canvas.hover();
        seen.push(...(await expectHarmless(page, address)));
      });
    }
    // Both ways of showing a name have been looked at.
    for (const where of [/^canvas$/, /^text of bdi$/]) {
      expect(seen.some((one) => where.test(one.where) && one.text.includes('\\u202egnp.exe'))).toBe(true);
    }

    await test.step('the palette', async () => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search commands and runs' }).fill('open goes');
      await expect(page.getByRole('option', { name: /^Open goes wrong/ })).toContainText('Diverged');
      for (const text of ['open', 'masks', 'c']) {
        await page.getByRole('combobox', { name: 'Search commands and runs' }).fill(text);
        await expectHarmless(page, `the palette on ${text}`);
      }
      await page.keyboard.press('Escape');
    });

    await test.step('the runs, those in the trash and what is asked before', async () => {
      await page.evaluate(() => (location.hash = '#/runs'));
      const list = new RunsPage(page);
      for (const [name, marks] of [
        ['goes wrong', /^\d warnings?$/],
        ['loses a layer', /^\d warnings$/],
      ] as const) {
        await expect(list.row(new RegExp(`^${name}$`)).getByRole('img', { name: marks })).toBeVisible();
      }
      await expect(list.rows('Diverged').filter({ hasText: 'goes wrong' })).toHaveCount(1);
      await list.groupByStudy();
      await expectHarmless(page, 'the runs by study');
      await list.tick(/gnp\.exe$/);
      await list.withSelected('Move to trash');
      if (await list.question().isVisible()) {
        await expectHarmless(page, 'the question');
        await list.question().getByRole('button').last().click();
      }
      await page.evaluate(() => (location.hash = '#/trash'));
      await expect(page.getByText('gnp.exe').first()).toBeVisible();
      await expectHarmless(page, 'the trash');
    });

    await test.step('what happened is on the pages of the runs and of the study', async () => {
      await page.evaluate((hash) => (location.hash = hash), `#/runs/${idOf('goes wrong')}`);
      const warnings = page.getByRole('list', { name: 'Warnings' });
      await expect(warnings).toContainText('the run has diverged and ends here');
      await expect(page.getByRole('main').getByText('Diverged', { exact: true })).toBeVisible();
      await page.evaluate((hash) => (location.hash = hash), `#/runs/${idOf('loses a layer')}`);
      await expect(warnings).toContainText('fc1 lost its last weight at step 50');
      await page.evaluate((hash) => (location.hash = hash), `#/studies/${study.id}`);
      await expect(page.getByRole('table', { name: 'Results of the study' })).toContainText('0 of 2, 2 diverged');
      await expect(page.getByRole('main')).toContainText('There is no mean: none of its 2 runs has finished.');
      await expect(page.getByRole('main')).toContainText('Not drawn, in no mean: 2 diverged');
    });
  } finally {
    await close(app);
  }
});
