import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../../src-main/contract/index.ts';
import { createLab, type Lab } from '../../../src-main/lab/lab.ts';
import { methodFile, type FileParts } from '../../own-methods/support.ts';
import { openTestLab, standingAt, temporaryFolder, testEnvironment, tiny, untilUpdated } from '../support/lab.ts';

/** A data folder with these files of methods. */
function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'methods'));
  for (const [file, code] of Object.entries(files)) writeMethod(folder, file, code);
  return folder;
}
const writeMethod = (folder: string, file: string, code: string): void =>
  writeFileSync(join(folder, 'methods', file), code);

const STRENGTH = "{ strength: { kind: 'number', label: 'Strength', help: 'How.', least: 0, most: 1, default: 0.5 } }";
/** With a key of its own, by which it drops more or less strictly the smallest. */
const strong: FileParts = {
  keys: STRENGTH,
  drop: `(view, count, context) => {
    const noise = createStream(context.seed, 'mine drop', view.layer, context.update);
    const { strength } = context.configuration;
    const noisy = view.weights.map((weight, rank) => weight * (1 + strength * noise.uniform(rank)));
    return espalier.selectSmallestMagnitudes(noisy, count, (rank) => rank);
  }`,
};
const mine: ConfigurationInput = { ...tiny, method: 'mine', epochs: 2, checkpointEvery: 0 };

describe('the folder of methods', () => {
  it('makes a method of each file, in the catalogue and in the schema of its configurations', async () => {
    const lab = await openTestLab(folderWith({ 'mine.js': methodFile(strong), 'notes.txt': 'no method' }));
    expect((await lab.listMethods()).at(-1)).toMatchObject({ name: 'mine', keys: { strength: { default: 0.5 } } });
    expect(lab.methodFiles()).toMatchObject([{ file: 'mine.js', state: 'loaded', name: 'mine', message: null }]);
    const { issues } = await lab.checkConfiguration({ ...mine, strength: 2 });
    expect(issues).toEqual([{ field: 'strength', message: expect.stringContaining('at most 1') as string }]);
    // As any key that a method does not use, it changes nothing of another's runs.
    const plain = await lab.checkConfiguration({ ...tiny, method: 'rigl' });
    expect(await lab.checkConfiguration({ ...tiny, method: 'rigl', strength: 1 })).toMatchObject({
      issues: [],
      plan: plain.plan,
    });
  });

  it.each<[what: string, files: Record<string, string>, message: string]>([
    ['a broken file', { 'a.js': 'const = 1;' }, 'a.js:1: '],
    [
      'a second file of one name',
      { 'a.js': methodFile(), 'b.js': methodFile() },
      'b.js: its method is called mine, as that of a.js is.',
    ],
    ['what is too large', { 'a.js': `//${'x'.repeat(2 ** 20)}` }, 'a.js has 1048578 bytes, more than the 1048576'],
  ])('names %s, and has the others', async (_, files, message) => {
    const lab = await openTestLab(folderWith({ ...files, 'z.js': methodFile({ name: 'last' }) }));
    const broken = lab.methodFiles().filter(({ state }) => state === 'broken');
    expect(broken).toHaveLength(1);
    expect(broken[0].message).toContain(message);
    expect(lab.methods().has('last')).toBe(true);
  });

  it('is looked at again: a file that has come, changed or gone is so for the next configuration', async () => {
    const folder = folderWith({});
    const lab = await openTestLab(folder);
    const known = async () => (await lab.listMethods()).map(({ name }) => name);
    expect(await known()).not.toContain('mine');
    writeMethod(folder, 'mine.js', methodFile());
    expect(await known()).toContain('mine');
    writeMethod(folder, 'mine.js', methodFile({ name: 'renamed' }));
    expect(await known()).toContain('renamed');
    expect(await known()).not.toContain('mine');
    rmSync(join(folder, 'methods', 'mine.js'));
    expect(await known()).not.toContain('renamed');
    expect((await lab.checkConfiguration(mine)).issues).toMatchObject([{ field: 'method' }]);
  });
});

describe('a run of a method of one’s own', { timeout: 120_000 }, () => {
  const hashOf = async (lab: Lab, id: string) => (await lab.getRun(id)).item.weightsHash;

  it('trains, and its key says what came of it', async () => {
    const lab = await openTestLab(folderWith({ 'mine.js': methodFile(strong) }));
    const runs = await lab.launchRuns([mine, { ...mine, strength: 0 }, mine], null);
    const ended = await lab.waitForEnd(runs.map(({ id }) => id));
    expect(ended.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished']);
    const [one, other, again] = await Promise.all(runs.map(({ id }) => hashOf(lab, id)));
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  it('fails alone where a rule of it fails, by name, file, line, rule and layer', async () => {
    const broken = methodFile({ name: 'broken', drop: "() => { throw new Error('no idea'); }" });
    const lab = await openTestLab(folderWith({ 'broken.js': broken, 'mine.js': methodFile() }));
    const runs = await lab.launchRuns([{ ...mine, method: 'broken' }, mine], null);
    const [failed, finished] = await lab.waitForEnd(runs.map(({ id }) => id));
    expect(failed.status).toBe('failed');
    expect(failed.failure).toMatch(
      /^The method broken failed at update 1 in its drop rule of layer \S+: no idea \(broken\.js:11\)\.$/,
    );
    expect(finished.status).toBe('finished');
  });

  /** Suspended after the update of step 20, and closed. */
  async function interrupted(code = methodFile(strong)): Promise<{ folder: string; id: string }> {
    const folder = folderWith({ 'mine.js': code });
    const lab = await createLab(testEnvironment(folder, standingAt(20)));
    const [{ id }] = await lab.launchRuns([mine], null);
    await untilUpdated(lab, id, 20);
    await lab.close();
    return { folder, id };
  }

  it('whose file is gone is listed, shown, exported, and goes on by what is stored with it, bit for bit', async () => {
    const { folder, id } = await interrupted();
    rmSync(join(folder, 'methods'), { recursive: true });
    const lab = await openTestLab(folder);
    expect(lab.methods().has('mine')).toBe(false);
    expect(await lab.listRuns()).toMatchObject([{ id, status: 'interrupted', method: 'mine' }]);
    expect((await lab.getRun(id)).configuration).toMatchObject({ method: 'mine', strength: 0.5 });
    expect(await lab.exportRuns([id], 'csv')).toContain('mine');
    expect((await lab.maskTimeline(id)).steps.length).toBeGreaterThan(1);
    await lab.resumeRun(id);
    expect(await lab.waitForEnd([id])).toMatchObject([{ status: 'finished' }]);
    await expect(lab.launchRuns([mine], null)).rejects.toThrow(/method/);

    const whole = await openTestLab(folderWith({ 'mine.js': methodFile(strong) }));
    const [reference] = await whole.launchRuns([mine], null);
    await whole.waitForEnd([reference.id]);
    expect(await hashOf(lab, id)).toBe(await hashOf(whole, reference.id));
  });

  it('whose file has changed does not go on, but says in which line; accepted, it goes on by the new one', async () => {
    const { folder, id } = await interrupted(methodFile());
    writeMethod(folder, 'mine.js', methodFile({ drop: "() => { throw new Error('changed'); }" }));
    const lab = await openTestLab(folder);
    await expect(lab.resumeRun(id)).rejects.toThrow(
      /has changed: in mine\.js, line 11 was "drop: dropSmallestMagnitudes," and is "drop: \(\) => .*--accept-changed-method/,
    );
    expect((await lab.getRun(id)).item.status).toBe('interrupted');
    await lab.resumeRun(id, { acceptsChangedMethod: true });
    const [failed] = await lab.waitForEnd([id]);
    expect(failed.failure).toContain('changed (mine.js:11)');
  });

  it('may be a study over its key', async () => {
    const lab = await openTestLab(folderWith({ 'mine.js': methodFile(strong) }));
    const study = await lab.launchStudy({
      name: 'How strong',
      base: { ...mine, epochs: 1 },
      grid: { strength: [0, 1] },
      variants: [],
      seeds: [1],
    });
    await lab.waitForEnd(study.runIds);
    const { groups, variedKeys } = await lab.getStudyResults(study.id);
    expect(variedKeys).toEqual(['strength']);
    expect(groups.map(({ method, finished }) => [method, finished])).toEqual([
      ['mine', 1],
      ['mine', 1],
    ]);
  });
});
