import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { RunStatus, StudyDefinition } from '../../../src-main/contract/index.ts';
import { databaseFile } from '../../../src-main/store/database.ts';
import { THREADED_NODE } from '../../../src-main/toolchain/support/threaded-node.ts';
import { standingProcess } from '../../support/standing.ts';
import { openTestLab, standingAt, temporaryFolder, tiny, waitUntil } from '../support/lab.ts';

const base = { ...tiny };
delete base.method;

/** Of the MNIST that comes along, 128 images a step. */
const STEPS_AN_EPOCH = 60;

const definition = (change: Partial<StudyDefinition> = {}): StudyDefinition => ({
  name: 'Two methods',
  base: { ...base, epochs: 1 },
  grid: { method: ['dense', 'set'] },
  variants: [],
  seeds: [1, 2],
  ...change,
});

describe('a study', { timeout: 120_000 }, () => {
  it('trains every method and seed, groups them without the seed and pairs them with dense', async () => {
    const folder = temporaryFolder();
    const lab = await openTestLab(folder);
    const study = await lab.launchStudy(definition());
    expect(study).toMatchObject({ name: 'Two methods', total: 4, trashedRunIds: [] });
    const runs = await lab.waitForEnd(study.runIds);
    expect(runs.map(({ study: name }) => name)).toEqual(Array(4).fill('Two methods'));
    // Whenever a study stops, what is there can be compared.
    const inOrder = runs.toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
    expect(inOrder.map(({ seed, method }) => [seed, method])).toEqual([
      [1, 'dense'],
      [1, 'set'],
      [2, 'dense'],
      [2, 'set'],
    ]);

    const { groups, notes, variedKeys, study: after } = await lab.getStudyResults(study.id);
    expect(after.counts.finished).toBe(4);
    expect(variedKeys).toEqual([]);
    expect(groups.map(({ method, seeds, finished }) => [method, seeds, finished])).toEqual([
      ['dense', [1, 2], 2],
      ['set', [1, 2], 2],
    ]);
    const accuracy = (method: string, seed: number): number =>
      runs.find((run) => run.method === method && run.seed === seed)?.final?.testAccuracy ?? Number.NaN;
    const [d1, d2, s1, s2] = [accuracy('dense', 1), accuracy('dense', 2), accuracy('set', 1), accuracy('set', 2)];
    const [dense, set] = groups;
    expect(dense.measures.testAccuracy).toMatchObject({ n: 2 });
    expect(dense.measures.testAccuracy?.mean).toBeCloseTo((d1 + d2) / 2, 12);
    expect(set.measures.testAccuracy?.deviation).toBeCloseTo(Math.abs(s1 - s2) / Math.SQRT2, 12);
    expect(dense.difference).toBeNull();
    expect(set.difference).toMatchObject({ n: 2, halfWidth: null, denseKey: dense.key });
    expect(set.difference?.mean).toBeCloseTo((s1 - d1 + s2 - d2) / 2, 12);
    expect(set.difference?.statement).toContain('n = 2: no interval worth stating');
    expect(set.measures.lastValidation?.mean).toBeGreaterThan(0.3);
    expect(set.measures.rs?.mean).toBeGreaterThan(0.1);
    expect(notes.join('\n')).toContain('nothing is chosen by the test set');

    const latex = await lab.exportStudy(study.id, 'latex');
    expect(latex).toContain('\\toprule');
    expect(latex.split('\n').filter((line) => line.endsWith('\\\\'))).toHaveLength(3);

    await lab.close();
    const later = await openTestLab(folder, { access: 'read' });
    expect((await later.getStudyResults(study.id)).groups).toEqual(groups);
    await expect(later.resumeStudy(study.id)).rejects.toThrow('opened for reading only');
  });

  it('refuses a name that another study has, and queues nothing of one that cannot run', async () => {
    const lab = await openTestLab(temporaryFolder(), { startQueued: true });
    await lab.launchStudy(definition({ seeds: [1], grid: { method: ['set'] } }));
    await expect(lab.launchStudy(definition({ seeds: [1], grid: { method: ['set'] } }))).rejects.toThrow(
      'this study is there already',
    );
    await expect(lab.launchStudy(definition({ seeds: [5] }))).rejects.toThrow('the name of another study');
    const before = (await lab.listRuns()).length;
    const unknown = definition({ name: 'Other', base: { dataset: 'nowhere' } });
    await expect(lab.launchStudy(unknown)).rejects.toThrow('there is no dataset "nowhere"');
    expect(await lab.listRuns()).toHaveLength(before);
    expect(await lab.listStudies()).toHaveLength(1);
  });

  it('leaves failed and cancelled runs out of every mean, by name, and trains them anew on resume', async () => {
    const lab = await openTestLab();
    const study = await lab.launchStudy(definition({ base: { ...definition().base, epochs: 4 } }));
    const victim = study.runIds[3];
    await lab.cancelRun(victim);
    await lab.waitForEnd(study.runIds);
    const short = await lab.getStudyResults(study.id);
    const set = short.groups.find(({ method }) => method === 'set');
    expect(set).toMatchObject({ finished: 1, leftOut: [{ runId: victim, status: 'cancelled' }] });
    expect(set?.measures.testAccuracy).toMatchObject({ n: 1, deviation: null });
    expect(set?.difference).toMatchObject({ n: 1, halfWidth: null });
    expect(short.notes.join('\n')).toContain(`(${victim}), cancelled`);

    const finished = study.runIds.slice(0, 3);
    await lab.trashRuns([finished[0]]);
    const [thinned] = await lab.listStudies();
    expect(thinned).toMatchObject({ total: 4, trashedRunIds: [finished[0]] });
    await lab.restoreRuns(thinned.trashedRunIds);
    expect((await lab.getStudyResults(study.id)).study).toMatchObject({ trashedRunIds: [] });
    await lab.trashRuns([finished[0]]);

    // Two at once, as two clicks are: the runs are queued once.
    const [resumed] = await Promise.all([lab.resumeStudy(study.id), lab.resumeStudy(study.id)]);
    expect(resumed).toMatchObject({ total: 4, trashedRunIds: [] });
    expect(resumed.runIds.filter((id) => study.runIds.includes(id))).toEqual(finished.slice(1));
    expect(await lab.listRuns()).toHaveLength(5);
    await lab.waitForEnd(resumed.runIds);
    const whole = await lab.getStudyResults(study.id);
    expect(whole.groups.map((group) => group.finished)).toEqual([2, 2]);
    expect(whole.notes.join('\n')).not.toContain('Left out');
  });

  it('resumed goes on with failed runs from their checkpoints, and trains anew one whose checkpoint cannot be read', async () => {
    const folder = temporaryFolder();
    const first = await openTestLab(folder, standingAt(2 * STEPS_AN_EPOCH));
    await first.changeSettings({ concurrency: 2 });
    // No mask update falls on the end of the second epoch, so that both stand after its checkpoint.
    const study = await first.launchStudy(definition({ base: { ...base, epochs: 4, updateEvery: 25 }, seeds: [1] }));
    for (const id of study.runIds) await waitUntil(async () => (await first.getRun(id)).checkpointEpoch === 2);
    await first.close();
    const without = await openTestLab(folder, { kernelsFolder: join(folder, 'no-kernels') });
    await without.resumeStudy(study.id);
    await without.waitForEnd(study.runIds);
    await without.close();

    const [broken, sound] = study.runIds;
    const database = new Database(databaseFile(folder), { readonly: true });
    const hashes = database.prepare<[string], string>(
      'SELECT hash FROM checkpoints JOIN runs ON runs.key = checkpoints.run WHERE runs.id = ?',
    );
    // The one before it is kept too; with that alone the run would go on.
    const kept = hashes.pluck().all(broken);
    expect(kept).toHaveLength(2);
    for (const hash of kept) writeFileSync(join(folder, 'checkpoints', `${hash}.checkpoint`), 'something else');
    database.close();

    const lab = await openTestLab(folder);
    expect((await lab.listStudies())[0].counts.failed).toBe(2);
    const resumed = await lab.resumeStudy(study.id);
    expect(resumed.runIds).toContain(sound);
    expect(resumed.runIds).not.toContain(broken);
    expect(resumed.total).toBe(2);
    const [ended] = await lab.waitForEnd([sound]);
    expect(ended).toMatchObject({ status: 'finished', steps: 4 * STEPS_AN_EPOCH });
    const said = (await lab.readLog(sound)).map(({ text }) => text);
    expect(said.join()).toMatch(new RegExp(`Resumed at step ${2 * STEPS_AN_EPOCH} `));
  });

  it('after kill -9, resuming it as a whole ends with the results of an undisturbed one', async () => {
    const folder = temporaryFolder();
    const script = fileURLToPath(new URL('../support/study-process.ts', import.meta.url));
    const long = definition({ base: { ...base, epochs: 4 }, seeds: [1, 2] });
    // Dense runs pass, without a mask update at this step; the first sparse one is killed there or before.
    const child = spawn(process.execPath, [...THREADED_NODE, script, folder, JSON.stringify(long)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...standingProcess(170) },
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const counts = JSON.parse(line) as Record<RunStatus, number> | null;
      if (counts && counts.finished >= 1 && counts.running === 1) break;
    }
    child.kill('SIGKILL');
    await once(child, 'close');

    const lab = await openTestLab(folder, { startQueued: false });
    const [killed] = await lab.listStudies();
    expect(killed.counts).toMatchObject({ finished: 1, interrupted: 1, queued: 2 });
    const resumed = await lab.resumeStudy(killed.id);
    expect(resumed.runIds).toEqual(killed.runIds);
    await lab.waitForEnd(resumed.runIds);
    const undisturbed = await lab.launchStudy({ ...long, name: 'Undisturbed' });
    await lab.waitForEnd(undisturbed.runIds);
    const hashes = async (ids: string[]): Promise<(string | null)[]> =>
      Promise.all(ids.map(async (id) => (await lab.getRun(id)).item.weightsHash));
    expect(await hashes(resumed.runIds)).toEqual(await hashes(undisturbed.runIds));
    await waitUntil(async () => (await lab.getStudyResults(killed.id)).study.counts.finished === 4);
  });
});
