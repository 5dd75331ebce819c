import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import type { ConfigurationInput } from '../../src-main/contract/index.ts';
import { outFolder } from '../../src-main/toolchain/support/folders.ts';
import { finished, runInWindow, TINY, withApp, type WithBridge } from './support/gpu-runs.ts';
import { expect, test } from './support/launch.ts';

/** A person's own methods whose runs train in the hidden window, while the methods run in a process beside it. */

/** RigL, as a person writes it; `rules` in place of its rules. */
const rigl = (name: string, rules = '') => `
import { defineMethod, DROP_AND_GROW_KEYS, dropSmallestMagnitudes, growLargestGradients } from 'espalier';
export default defineMethod({
  name: '${name}', title: 'Own', source: 'mine', drops: 'smallest', grows: 'largest gradient', uses: DROP_AND_GROW_KEYS,
  defaults: { stopFraction: 0.75 },
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growLargestGradients,
    needsDenseGradient: true,
    ${rules}
  },
});
`;

function writeMethods(dataFolder: string, files: Record<string, string>): void {
  mkdirSync(join(dataFolder, 'methods'), { recursive: true });
  for (const [name, code] of Object.entries(files)) writeFileSync(join(dataFolder, 'methods', `${name}.js`), code);
}

const lab = (page: Page) => ({
  /** As the person does who has read them. */
  allowAll: () =>
    page.evaluate(async () => {
      const { lab: here } = (window as unknown as WithBridge).espalier;
      for (const { file, sha256 } of (await here.listMethodFiles()).files) await here.trustMethod(file, sha256);
    }),
  launch: (configuration: ConfigurationInput) =>
    page.evaluate(
      async (input) => (await (window as unknown as WithBridge).espalier.lab.launchRuns([input], null))[0].id,
      configuration,
    ),
  resume: (id: string) => page.evaluate((run) => (window as unknown as WithBridge).espalier.lab.resumeRun(run), id),
  look: (id: string) =>
    page.evaluate(async (run) => (await (window as unknown as WithBridge).espalier.lab.getRun(run)).item, id),
});

const rulesProcesses = (app: ElectronApplication) =>
  app.evaluate(({ app: electron }) => electron.getAppMetrics().filter(({ name }) => name === 'Espalier: rules').length);

test('a method of one’s own trains in the hidden window, and over a suspension, as the same method built in', async ({
  dataFolder,
}) => {
  test.setTimeout(400_000);
  writeMethods(dataFolder, { mine: rigl('own-rigl') });
  const run = { ...TINY, epochs: 2, checkpointEvery: 1 };
  const [id, builtIn] = await withApp(dataFolder, async (page, app) => {
    const { item } = await runInWindow(page, { ...run, method: 'rigl' });
    expect(item).toMatchObject({ status: 'finished', epochs: 2 });
    expect(await rulesProcesses(app)).toBe(0);
    await lab(page).allowAll();
    const own = await lab(page).launch({ ...run, method: 'own-rigl' });
    await expect.poll(async () => (await lab(page).look(own)).updates, finished).toBeGreaterThan(0);
    expect(await rulesProcesses(app)).toBe(1);
    return [own, item];
  });
  await withApp(dataFolder, async (page, app) => {
    expect((await lab(page).look(id)).status).toBe('interrupted');
    await lab(page).resume(id);
    await expect.poll(async () => (await lab(page).look(id)).status, finished).toMatch(/finished|failed/);
    const { status, weightsHash, rs, updates } = await lab(page).look(id);
    expect({ status, weightsHash, rs, updates }).toEqual({
      status: 'finished',
      weightsHash: builtIn.weightsHash,
      rs: builtIn.rs,
      updates: builtIn.updates,
    });
    await expect.poll(() => rulesProcesses(app)).toBe(0);
  });
});

test('a method that throws, ends its process or never ends takes its own run along, and no other', async ({
  dataFolder,
}) => {
  test.setTimeout(400_000);
  writeMethods(dataFolder, {
    throws: rigl('own-throws', 'grow() { throw new Error("no idea"); },'),
    exits: rigl('own-exits', 'grow() { process.exit(3); },'),
    hangs: rigl('own-hangs', 'grow() { for (;;); },'),
  });
  await withApp(dataFolder, async (page, app) => {
    await page.evaluate(() => (window as unknown as WithBridge).espalier.lab.changeSettings({ concurrency: 4 }));
    await lab(page).allowAll();
    const start = (method: string) => lab(page).launch({ ...TINY, epochs: 1, method });
    const hangs = await start('own-hangs');
    const good = await start('rigl');
    const throws = await start('own-throws');
    const exits = await start('own-exits');
    const failureOf = async (id: string) => {
      await expect.poll(async () => (await lab(page).look(id)).status, finished).toMatch(/finished|failed/);
      return (await lab(page).look(id)).failure;
    };
    expect(await failureOf(throws)).toMatch(
      /The method own-throws failed at update 1 in its grow rule of layer fc1: no idea \(throws\.js:10\)/,
    );
    expect(await failureOf(exits)).toMatch(/The process of the method own-exits \(exits\.js\) ended: exit code 3/);
    expect(await failureOf(good)).toBeNull();
    expect(await failureOf(hangs)).toMatch(
      /The method own-hangs \(hangs\.js\) took more than 30 seconds for update 1; its grow rule of layer fc1 had not ended/,
    );
    await expect.poll(() => rulesProcesses(app), finished).toBe(0);
  });
});

test('the scripts of the hidden window can make no code of text', () => {
  const folder = join(outFolder, 'renderer', 'gpu');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  expect(scripts).toContain('training.web-worker.js');
  const chunks = join(outFolder, 'renderer', 'assets');
  const imported = (text: string) =>
    [...text.matchAll(/from\s*["']\.\.\/assets\/([^"']+)["']/g)].map(([, name]) => name);
  for (const name of scripts) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const part of [text, ...imported(text).map((chunk) => readFileSync(join(chunks, chunk), 'utf8'))]) {
      expect(part).not.toMatch(/\bnew Function\b|[^.\w]eval\(|compileFunction|sucrase|methodSource|runInThisContext/);
    }
  }
});
