import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MethodFileReport } from '../../../src-main/contract/index.ts';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { OWN_METHOD, writeMethod } from '../../support/own-method.ts';
import { openTestLab, standingAt, temporaryFolder, tiny, untilUpdated, waitUntil } from '../support/lab.ts';

const FILE = 'gentle.ts';
const CHANGED = OWN_METHOD.replace('Updates before', 'Mask updates before');
const own = { ...tiny, method: 'gentle-set', patience: 3 };
const asking = { asksForMethods: true };

const states = async (lab: Lab) => (await lab.listMethodFiles()).files.map(({ state, name }) => [state, name]);
const names = async (lab: Lab) => (await lab.listMethods()).map(({ name }) => name);
const allow = async (lab: Lab, file = FILE) => lab.trustMethod(file, (await lab.readMethodFile(file)).sha256);

/** Says that it was loaded, by a file. */
const program = (mark: string) =>
  `process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(mark)}, '');\n${OWN_METHOD}`;

test('a file is not loaded before its content was allowed, and is asked about again once that changes', async () => {
  const folder = temporaryFolder();
  const mark = join(folder, 'loaded');
  const lab = await openTestLab(folder, asking);
  const heard: MethodFileReport[][] = [];
  lab.on('methods-changed', (files) => heard.push(files));
  expect(await lab.listMethodFiles()).toEqual({ folder: join(folder, 'methods'), files: [] });

  writeMethod(folder, FILE, program(mark));
  expect(await states(lab)).toEqual([['new', null]]);
  expect(await names(lab)).not.toContain('gentle-set');
  await expect(lab.launchRuns([own], null)).rejects.toThrow(/method: must be one of/);
  expect(heard.map(([file]) => [file.state, file.lines])).toEqual([['new', program(mark).split('\n').length - 1]]);
  expect(() => readFileSync(mark)).toThrow(/ENOENT/);

  const { code, sha256 } = await lab.readMethodFile(FILE);
  expect(code).toBe(program(mark));
  await expect(lab.trustMethod(FILE, 'ab'.repeat(32))).rejects.toThrow('gentle.ts has changed meanwhile');
  await expect(lab.trustMethod('other.ts', sha256)).rejects.toThrow('There is no file');
  await lab.trustMethod(FILE, sha256);
  expect(await states(lab)).toEqual([['loaded', 'gentle-set']]);
  expect(await names(lab)).toContain('gentle-set');
  expect(readFileSync(mark, 'utf8')).toBe('');

  writeMethod(folder, FILE, CHANGED);
  expect(await states(lab)).toEqual([['changed', null]]);
  expect(await names(lab)).not.toContain('gentle-set');
  await lab.close();

  writeMethod(folder, FILE, program(mark));
  const again = await openTestLab(folder, asking);
  expect(await states(again)).toEqual([['loaded', 'gentle-set']]);
  // What a window may write are the settings of the contract alone.
  expect(await again.getSettings()).toEqual({ theme: 'system', concurrency: 1 });
});

test('where nobody is asked, every file is loaded, and one that is no method says why', async () => {
  const folder = temporaryFolder();
  writeMethod(folder, FILE, OWN_METHOD);
  writeMethod(folder, 'broken.js', 'export default {\n  name: ,\n};\n');
  const lab = await openTestLab(folder);
  expect((await lab.listMethodFiles()).files).toMatchObject([
    { file: 'broken.js', state: 'broken', message: expect.stringMatching(/^broken\.js:2: /) as unknown },
    { file: FILE, state: 'loaded', name: 'gentle-set', lines: OWN_METHOD.split('\n').length - 1 },
  ]);
});

test('a run of content that was never allowed here waits in the queue, and starts once it is', async () => {
  const folder = temporaryFolder();
  writeMethod(folder, FILE, OWN_METHOD);
  const before = await openTestLab(folder, { runsAtOnce: 0 });
  const [{ id }] = await before.launchRuns([own], null);
  await before.close();

  const lab = await openTestLab(folder, asking);
  expect((await lab.getRun(id)).item.status).toBe('queued');
  const { ownMethod } = await lab.getRun(id);
  expect(ownMethod).toMatchObject({ source: { file: FILE }, isAllowed: false, change: null });
  await expect(lab.resumeRun(id)).rejects.toThrow(/nobody has allowed that program here/);
  // Its file has gone on; the run has what it was started with.
  writeMethod(folder, FILE, CHANGED);
  expect((await lab.getRun(id)).ownMethod?.change).toMatchObject({
    difference: expect.stringContaining('"help: \'Updates before any weight moves.\',"') as unknown,
    isAllowed: false,
  });
  await lab.trustMethod(FILE, ownMethod!.source.sha256);
  await waitUntil(async () => (await lab.getRun(id)).item.status === 'finished');
  expect(await states(lab)).toEqual([['changed', null]]);
});

test('a run goes on by a changed file only where the change is accepted and its content allowed', async () => {
  const folder = temporaryFolder();
  writeMethod(folder, FILE, OWN_METHOD);
  const first = await openTestLab(folder, { ...asking, ...standingAt(10) });
  await allow(first);
  const [{ id }] = await first.launchRuns([own], null);
  await untilUpdated(first, id, 10);
  await first.close();

  writeMethod(folder, FILE, CHANGED);
  const lab = await openTestLab(folder, asking);
  await expect(lab.resumeRun(id)).rejects.toThrow(/has changed: in gentle\.ts, line \d+ was .*Updates before/);
  await expect(lab.resumeRun(id, { acceptsChangedMethod: true })).rejects.toThrow(/nobody has allowed that program/);
  await allow(lab);
  await lab.resumeRun(id, { acceptsChangedMethod: true });
  await lab.waitForEnd([id]);
  const { item, ownMethod } = await lab.getRun(id);
  expect(item.status).toBe('finished');
  expect(ownMethod).toMatchObject({ source: { code: CHANGED }, isAllowed: true, change: null });
});

test('a study with a run of a changed method is not resumed in part', async () => {
  const folder = temporaryFolder();
  writeMethod(folder, FILE, OWN_METHOD);
  const first = await openTestLab(folder, { ...asking, ...standingAt(10), runsAtOnce: 2 });
  await allow(first);
  const base = { ...tiny };
  const variants = [
    { label: 'SET', method: 'set' },
    { label: 'Own', method: 'gentle-set' },
  ];
  const { id } = await first.launchStudy({ name: 'Both', base, grid: {}, variants, seeds: [1] });
  const runs = (await first.listRuns()).map((run) => run.id);
  await Promise.all(runs.map((run) => untilUpdated(first, run, 10)));
  await first.close();

  writeMethod(folder, FILE, CHANGED);
  const lab = await openTestLab(folder, asking);
  await expect(lab.resumeStudy(id)).rejects.toThrow(/has changed: in gentle\.ts/);
  expect((await lab.listRuns()).map(({ status }) => status)).toEqual(['interrupted', 'interrupted']);
  writeMethod(folder, FILE, OWN_METHOD);
  await lab.resumeStudy(id);
  await lab.waitForEnd(runs);
  expect((await lab.listRuns()).map(({ status }) => status)).toEqual(['finished', 'finished']);
});
