import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { ConfigurationInput, RunListItem } from '../../../src-main/contract/index.ts';
import {
  endless,
  openTestLab,
  standingAt,
  statusOf,
  temporaryFolder,
  tiny,
  untilUpdated,
  waitForSteps,
  waitUntil,
} from '../support/lab.ts';

describe('the queue', () => {
  it('trains runs one after the other, says their positions, and says when it is idle', async () => {
    const lab = await openTestLab();
    let idle = 0;
    lab.onIdle(() => idle++);
    const runs = await lab.launchRuns([tiny, { ...tiny, method: 'dense' }, { ...tiny, method: 'set' }], 'Study');
    expect(runs.map((run) => [run.status, run.queuePosition])).toEqual([
      ['running', null],
      ['queued', 1],
      ['queued', 2],
    ]);
    expect(runs.map((run) => run.colour)).toEqual([0, 1, 2]);
    expect([...runs].sort((a, b) => a.id.localeCompare(b.id))).toEqual(runs);

    const ended = await lab.waitForEnd(runs.map((run) => run.id));
    expect(ended.map((run) => run.status)).toEqual(['finished', 'finished', 'finished']);
    for (let index = 1; index < ended.length; index++) {
      expect(ended[index].startedAt).toBeGreaterThanOrEqual(ended[index - 1].endedAt ?? Infinity);
    }
    await waitUntil(() => idle === 1);
    const [rigl, dense] = ended;
    expect(rigl).toMatchObject({
      name: 'RigL 90% · mlp-24 · updateEvery 10, epochs 2, batchSize 128, threads 1, checkpointEvery 1 · seed 1',
      engine: 'cpu',
      threads: 1,
      study: 'Study',
      epochs: 2,
    });
    expect(rigl.weightsHash).toMatch(/^[0-9a-f]{64}$/);
    expect(rigl.updates).toBeGreaterThan(0);
    expect(rigl.rs).toBeGreaterThan(0.1);
    expect(rigl.final?.testAccuracy).toBeGreaterThan(0.5);
    expect(dense).toMatchObject({
      name: expect.stringMatching(/^Dense · mlp-24 · .*epochs \d+.* · seed 1$/) as string,
      sparsity: 0,
      rs: 1,
      updates: 0,
    });
  });

  it('shows of a run that waits what its initial masks explore, however sparse it is to become', async () => {
    const lab = await openTestLab();
    const waiting: [ConfigurationInput, number][] = [
      [{ method: 'set' }, 0.1],
      [{ method: 'gmp' }, 1],
      [{ method: 'granet', initialSparsity: 0.5 }, 0.5],
      [{ method: 'mest', initialSparsity: 0.7 }, 0.3],
      [{ method: 'dense' }, 1],
    ];
    const runs = await lab.launchRuns([endless, ...waiting.map(([change]) => ({ ...tiny, ...change }))], null);
    for (const [at, [, rs]] of waiting.entries()) expect(runs[at + 1].rs).toBeCloseTo(rs, 3);
  });

  it('announces the positions again whenever the queue moves', async () => {
    const lab = await openTestLab();
    const announced = new Map<string, number | null>();
    lab.on('runs-changed', (items) => items.forEach((item) => announced.set(item.id, item.queuePosition)));
    const [first, second, third] = await lab.launchRuns([endless, endless, tiny], null);
    const positions = () => [first, second, third].map(({ id }) => announced.get(id));
    await waitUntil(() => positions().join() === ',1,2');
    await lab.cancelRun(second.id);
    await waitUntil(() => positions().join() === ',,1');
  });

  it('cancels many at once: one announcement with the positions of those that still wait, and none of them starts', async () => {
    const folder = temporaryFolder();
    const lab = await openTestLab(folder);
    const runs = await lab.launchRuns(
      Array.from({ length: 40 }, (_, at) => ({ ...endless, seed: at + 1 })),
      null,
    );
    const ids = runs.map(({ id }) => id);
    await waitForSteps(lab, ids[0]);
    const announced: RunListItem[][] = [];
    const stop = lab.on('runs-changed', (items) => {
      if (items.some(({ id }) => id !== ids[0])) announced.push(items);
    });
    // All but the first, which trains, and every tenth, which goes on waiting.
    const chosen = ids.filter((_, at) => at > 0 && at % 10 !== 0);
    await lab.cancelRuns(chosen);
    stop();
    expect(announced).toHaveLength(1);
    const [items] = announced;
    expect(items.filter(({ status }) => status === 'cancelled').map(({ id }) => id)).toEqual(chosen);
    expect(
      items.filter(({ status }) => status === 'queued').map(({ id, queuePosition }) => [id, queuePosition]),
    ).toEqual([ids[10], ids[20], ids[30]].map((id, at) => [id, at + 1]));

    // The one in training among them; what is over stays as it is, and an unknown one refuses all.
    await expect(lab.cancelRuns([ids[0], 'nono'])).rejects.toThrow('There is no run nono.');
    expect(await statusOf(lab, ids[0])).toBe('running');
    await lab.cancelRuns(ids);
    expect((await lab.listRuns()).map(({ status }) => status)).toEqual(ids.map(() => 'cancelled'));
    expect((await lab.listRuns()).filter(({ startedAt }) => startedAt !== null)).toHaveLength(1);
    await lab.close();
    const again = await openTestLab(folder);
    expect((await again.listRuns()).map(({ status }) => status)).toEqual(ids.map(() => 'cancelled'));
  });

  it('takes more at once when the limit is raised', async () => {
    const lab = await openTestLab();
    const runs = await lab.launchRuns([endless, endless, endless], null);
    const statuses = async (): Promise<string[]> => (await lab.listRuns()).map((run) => run.status);
    expect(await statuses()).toEqual(['running', 'queued', 'queued']);
    await lab.changeSettings({ concurrency: 2 });
    expect(await statuses()).toEqual(['running', 'running', 'queued']);
    await Promise.all(runs.slice(0, 2).map((run) => waitForSteps(lab, run.id)));
  });

  it('shares the cores among the runs at once where a run leaves its threads to us', async () => {
    const cores = availableParallelism();
    const left = { ...endless, threads: 0 };
    const together = await openTestLab(temporaryFolder(), { runsAtOnce: cores });
    const [first, second] = await together.launchRuns([left, { ...left, seed: 2 }, { ...left, threads: 2 }], null);
    const all = await together.listRuns();
    expect(all.map(({ threads }) => threads)).toEqual([1, 1, 2]);
    expect(all.filter(({ status }) => status === 'running')).toHaveLength(Math.min(3, cores));
    await Promise.all([first, second].slice(0, cores).map((run) => waitForSteps(together, run.id)));

    const alone = await openTestLab(temporaryFolder(), { runsAtOnce: 1 });
    const [only] = await alone.launchRuns([left], null);
    expect(only.threads).toBe(cores);
    expect((await alone.getSettings()).concurrency).toBe(1);
  });

  it('gives the slot of a paused run to the next one', async () => {
    const lab = await openTestLab();
    const [first, second] = await lab.launchRuns([endless, tiny], null);
    await waitForSteps(lab, first.id);
    await lab.pauseRun(first.id);
    await lab.waitForEnd([second.id]);
    expect(await statusOf(lab, first.id)).toBe('paused');
  });

  it('keeps queued runs over a restart, and starts them by itself only where it is told to', async () => {
    const folder = temporaryFolder();
    const lab = await openTestLab(folder);
    const [, queued] = await lab.launchRuns([endless, tiny], null);
    await lab.close();

    const held = await openTestLab(folder, { startQueued: false });
    expect((await held.listRuns()).map((run) => run.status)).toEqual(['interrupted', 'queued']);
    await held.close();

    const again = await openTestLab(folder);
    const [ended] = await again.waitForEnd([queued.id]);
    expect(ended.status).toBe('finished');
  });
});

describe('control', () => {
  it('pauses where it is, resumes and cancels, keeping what was reached', async () => {
    const lab = await openTestLab(temporaryFolder(), standingAt(50));
    const [{ id }, beside] = await lab.launchRuns([endless, { ...tiny, updateEvery: 20 }], null);
    await untilUpdated(lab, id, 50);

    await lab.pauseRun(id);
    const { item: paused } = await lab.getRun(id);
    expect(paused).toMatchObject({ status: 'paused', steps: 50 });
    // Another run trains from its beginning to its end meanwhile.
    await lab.waitForEnd([beside.id]);
    expect((await lab.getRun(id)).item).toMatchObject({ status: 'paused', steps: 50 });

    await lab.resumeRun(id);
    expect(await statusOf(lab, id)).toBe('running');
    await waitForSteps(lab, id, paused.steps + 50);

    await lab.cancelRun(id);
    const { item: cancelled, checkpointEpoch } = await lab.getRun(id);
    expect(cancelled.status).toBe('cancelled');
    expect(cancelled.final?.testAccuracy).toBeGreaterThan(0);
    expect(cancelled.weightsHash).not.toBeNull();
    expect(cancelled.steps).toBeGreaterThan(paused.steps);
    expect(checkpointEpoch).not.toBeNull();
    const [series] = await lab.readSeries({ runIds: [id], metric: 'train/loss' });
    expect(series.totalPoints).toBeGreaterThan(0);
    // Asked again, nothing happens.
    await lab.cancelRun(id);
    await expect(lab.pauseRun(id)).rejects.toThrow('only a running run can be paused');
    await expect(lab.resumeRun(id)).rejects.toThrow('only a paused, interrupted or failed run can be resumed');
  });

  it('cancels a paused run, a starting run and a queued run', async () => {
    const lab = await openTestLab();
    const [first, second, third] = await lab.launchRuns([endless, endless, endless], null);
    await lab.cancelRun(third.id);
    expect(await statusOf(lab, third.id)).toBe('cancelled');
    await waitForSteps(lab, first.id);
    await lab.pauseRun(first.id);
    // The second run has this moment been started instead.
    await lab.cancelRun(second.id);
    expect(await statusOf(lab, second.id)).toBe('cancelled');
    await lab.cancelRun(first.id);
    expect(await statusOf(lab, first.id)).toBe('cancelled');
    expect(lab.activeCount()).toBe(0);
  });
});
