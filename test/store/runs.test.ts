import { describe, expect, it } from 'vitest';
import { openTestStore, newRun, temporaryFolder } from './support/store.ts';

describe('runs', () => {
  it('come back as they were written, in order, each with a colour of its own', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa'), newRun('bbbb', { study: 'Demo' })]);
    await store.write.createRuns([newRun('cccc')]);
    await store.write.changeRuns(['bbbb'], {
      status: 'finished',
      name: 'renamed',
      endedAt: 5,
      weightsHash: 'ff00',
      best: { validationAccuracy: 0.97, epoch: 4 },
      final: { testAccuracy: 0.1, testLoss: Number.NaN },
      failure: null,
    });
    await store.close();

    const again = await openTestStore(folder);
    const runs = await again.read.runs();
    expect(runs.map(({ id, colour, status }) => [id, colour, status])).toEqual([
      ['aaaa', 0, 'queued'],
      ['bbbb', 1, 'finished'],
      ['cccc', 2, 'queued'],
    ]);
    expect(runs[1]).toMatchObject({
      name: 'renamed',
      study: 'Demo',
      configuration: { method: 'rigl', sparsity: 0.95 },
      plan: { totalSteps: 100 },
      best: { validationAccuracy: 0.97, epoch: 4 },
      final: { testAccuracy: 0.1, testLoss: Number.NaN },
      rs: 0.05,
    });
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'keep a test loss of %s',
    async (testLoss) => {
      const folder = temporaryFolder();
      const store = await openTestStore(folder);
      await store.write.createRuns([newRun('aaaa')]);
      await store.write.changeRuns(['aaaa'], { final: { testAccuracy: 0.1, testLoss } });
      await store.close();
      const [run] = await (await openTestStore(folder)).read.runs();
      expect(run.final).toEqual({ testAccuracy: 0.1, testLoss });
    },
  );

  it('are made all or none', async () => {
    const store = await openTestStore();
    await expect(store.write.createRuns([newRun('aaaa'), newRun('aaaa')])).rejects.toThrow(/UNIQUE/);
    expect(await store.read.runs()).toEqual([]);
  });

  it('refuse a change of a run that is not there, by its id', async () => {
    const store = await openTestStore();
    await expect(store.write.changeRuns(['nono'], { name: 'x' })).rejects.toMatchObject({
      kind: 'missing',
      message: 'There is no run nono.',
    });
  });

  it('left running by an Espalier that is gone become interrupted when they were last seen', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa'), newRun('bbbb')]);
    await store.write.changeRuns(['aaaa'], { status: 'running', startedAt: 10 });
    await store.write.heartbeat([{ id: 'aaaa', steps: 7, epochs: 0, updates: 1, rs: 0.06, seconds: 2 }], 1234);
    expect(await store.write.adoptOrphans()).toEqual([]);
    await store.kill();

    const next = await openTestStore(folder);
    expect(await next.write.adoptOrphans()).toEqual(['aaaa']);
    const [run, queued] = await next.read.runs();
    expect(run).toMatchObject({ status: 'interrupted', endedAt: 1234, steps: 7, rs: 0.06 });
    expect(queued.status).toBe('queued');
  });
});

describe('settings and logs', () => {
  it('survive a restart', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    expect(await store.read.settings()).toEqual({});
    await store.write.changeSettings({ concurrency: 3 });
    await store.write.changeSettings({ theme: 'dark' });
    await store.write.createRuns([newRun('aaaa')]);
    const lines = [
      { at: 1, level: 'info' as const, text: 'first' },
      { at: 1, level: 'error' as const, text: 'second' },
    ];
    await store.write.appendBatches([{ runId: 'aaaa', points: [], lines }]);
    await store.close();

    const again = await openTestStore(folder);
    expect(await again.read.settings()).toEqual({ concurrency: 3, theme: 'dark' });
    expect(await again.read.log('aaaa')).toEqual(lines);
  });
});
