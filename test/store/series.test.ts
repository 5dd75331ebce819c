import { describe, expect, it } from 'vitest';
import type { SeriesPoint } from '../../src-main/contract/index.ts';
import type { Store } from '../../src-main/store/client.ts';
import { newRun, openTestStore } from './support/store.ts';

async function storeWithRun(): Promise<Store> {
  const store = await openTestStore();
  await store.write.createRuns([newRun('aaaa')]);
  return store;
}

const append = (store: Store, points: SeriesPoint[]): Promise<void> =>
  store.write.appendBatches([{ runId: 'aaaa', points, lines: [] }]);

const line = (count: number, value: (step: number) => number, metric = 'loss'): SeriesPoint[] =>
  Array.from({ length: count }, (_, step) => ({ metric, step, value: value(step) }));

describe('a series', () => {
  it('keeps NaN and both infinities, and its least and most ignore them', async () => {
    const store = await storeWithRun();
    const values = [2, Number.NaN, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, 3, Number.NaN];
    await append(
      store,
      line(4, (step) => values[step]),
    );
    await append(store, line(7, (step) => values[step]).slice(4));

    const [series] = await store.read.series({ runIds: ['aaaa'], metric: 'loss' });
    expect([...series.values]).toEqual(values);
    expect([...series.steps]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(series.downsampled).toBe(false);
    expect(await store.read.metrics('aaaa')).toEqual([
      { metric: 'loss', count: 7, last: Number.NaN, lastStep: 6, least: 1, leastStep: 3, most: 3, mostStep: 5 },
    ]);
  });

  it('takes the later value of a step that comes twice, also in its summary', async () => {
    const store = await storeWithRun();
    await append(
      store,
      line(3, (step) => step * 10),
    );
    await append(store, [{ metric: 'loss', step: 2, value: -5 }]);
    const [summary] = await store.read.metrics('aaaa');
    expect(summary).toMatchObject({ count: 3, last: -5, least: -5, leastStep: 2, most: 10, mostStep: 1 });
  });

  it('answers empty for a metric the run does not have, and refuses a run that is not there', async () => {
    const store = await storeWithRun();
    const [series] = await store.read.series({ runIds: ['aaaa'], metric: 'nothing' });
    expect(series).toMatchObject({ totalPoints: 0, downsampled: false });
    await expect(store.read.series({ runIds: ['zzzz'], metric: 'loss' })).rejects.toThrow('There is no run zzzz.');
  });

  it('never loses a spike, a dip or a NaN to downsampling, and says that it downsampled', async () => {
    const store = await storeWithRun();
    const special = new Map([
      [61_803, 1e6],
      [31_415, -1e6],
      [77_777, Number.NaN],
    ]);
    await append(
      store,
      line(100_000, (step) => special.get(step) ?? Math.sin(step / 500)),
    );

    const [series] = await store.read.series({ runIds: ['aaaa'], metric: 'loss', maxPoints: 300 });
    expect(series.downsampled).toBe(true);
    expect(series.totalPoints).toBe(100_000);
    expect(series.steps.length).toBeLessThanOrEqual(300);
    expect(series.steps.length).toBeGreaterThan(60);
    for (const [step, value] of special) expect(series.values[series.steps.indexOf(step)]).toBe(value);
    expect([...series.steps]).toEqual([...series.steps].sort((a, b) => a - b));

    const [zoomed] = await store.read.series({
      runIds: ['aaaa'],
      metric: 'loss',
      fromStep: 61_800,
      toStep: 61_809,
      maxPoints: 300,
    });
    expect(zoomed).toMatchObject({ downsampled: false, totalPoints: 10 });
    expect(zoomed.values[3]).toBe(1e6);
  });

  it('goes along with its neighbours where a part of it is to be drawn, and tells its last step', async () => {
    const store = await storeWithRun();
    await append(
      store,
      [0, 100, 200, 300, 1000].map((step) => ({ metric: 'loss', step, value: step / 100 })),
    );
    const read = async (fromStep?: number, toStep?: number, maxPoints = 100): Promise<unknown> => {
      const range = { fromStep, toStep, maxPoints, neighbours: true };
      const [series] = await store.read.series({ runIds: ['aaaa'], metric: 'loss', ...range });
      return [[...series.steps], [...series.values], series.totalPoints, series.lastStep];
    };
    expect(await read(110, 190)).toEqual([[100, 200], [1, 2], 0, 1000]);
    expect(await read(100, 200)).toEqual([[0, 100, 200, 300], [0, 1, 2, 3], 2, 1000]);
    expect(await read(-5, 10)).toEqual([[0, 100], [0, 1], 1, 1000]);
    expect(await read(2000, 3000)).toEqual([[1000], [10], 0, 1000]);
    expect(await read()).toEqual([[0, 100, 200, 300, 1000], [0, 1, 2, 3, 10], 5, 1000]);
    await append(store, [{ metric: 'loss', step: 2000, value: 0.5 }]);
    const [thinned] = await store.read.series({
      ...{ runIds: ['aaaa'], metric: 'loss', maxPoints: 2, neighbours: true },
      ...{ fromStep: 50, toStep: 1500 },
    });
    expect(thinned).toMatchObject({ downsampled: true, totalPoints: 4, lastStep: 2000 });
    expect([thinned.steps[0], thinned.steps.at(-1)]).toEqual([0, 2000]);
    const [nothing] = await store.read.series({ runIds: ['aaaa'], metric: 'nothing', neighbours: true });
    expect(nothing).toMatchObject({ totalPoints: 0, lastStep: null });
  });

  it('has the same buckets however many points follow', async () => {
    const store = await storeWithRun();
    const wave = (step: number): number => Math.sin(step) * step;
    await append(store, line(1000, wave));
    const [before] = await store.read.series({ runIds: ['aaaa'], metric: 'loss', maxPoints: 100 });
    await append(store, line(1010, wave).slice(1000));
    const [after] = await store.read.series({ runIds: ['aaaa'], metric: 'loss', maxPoints: 100 });
    expect([...after.steps].slice(0, before.steps.length - 2)).toEqual([...before.steps].slice(0, -2));
  });

  it('forgets what came after the step a run goes back to, summaries included', async () => {
    const store = await storeWithRun();
    await append(store, [...line(10, (step) => step), ...line(3, () => 1, 'early')]);
    await append(store, [{ metric: 'late', step: 8, value: 1 }]);
    await store.write.rewind('aaaa', 4);
    const [series] = await store.read.series({ runIds: ['aaaa'], metric: 'loss' });
    expect([...series.steps]).toEqual([0, 1, 2, 3, 4]);
    const summaries = await store.read.metrics('aaaa');
    expect(summaries.map(({ metric, count }) => [metric, count])).toEqual([
      ['early', 3],
      ['loss', 5],
    ]);
    expect(summaries[1]).toMatchObject({ last: 4, most: 4, mostStep: 4 });
  });
});
