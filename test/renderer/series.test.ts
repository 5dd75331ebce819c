import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EspalierBridge, LabApi, LabEvents, Series, SeriesQuery } from '../../src-main/contract/index.ts';
import { paced } from '../../src-renderer/state/pace.ts';
import { followSeries, seriesKey, type SeriesTable } from '../../src-renderer/state/series.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** The smallest lab that serves one growing series; answers wait until they are released. */
function smallLab() {
  const points = { steps: [] as number[], values: [] as number[] };
  const queries: SeriesQuery[] = [];
  const waiting: (() => void)[] = [];
  let listener: ((payload: LabEvents['points-appended']) => void) | null = null;
  const readSeries: LabApi['readSeries'] = (query) => {
    queries.push(query);
    const answer: Series = {
      runId: 'run1',
      metric: query.metric,
      steps: Float64Array.from(points.steps),
      values: Float64Array.from(points.values),
      totalPoints: points.steps.length,
      lastStep: points.steps.at(-1) ?? null,
      downsampled: false,
    };
    return new Promise((resolve) => waiting.push(() => resolve([answer])));
  };
  const bridge = {
    lab: { readSeries } as LabApi,
    on: (_: string, added: (payload: never) => void) => {
      listener = added as typeof listener;
      return () => (listener = null);
    },
  } as EspalierBridge;
  return {
    bridge,
    points,
    queries,
    hasListener: () => listener !== null,
    append: (step: number, value: number) => {
      points.steps.push(step);
      points.values.push(value);
      listener?.([{ runId: 'run1', points: [{ metric: 'rs', step, value }] }]);
    },
    answer: async () => {
      for (const release of waiting.splice(0)) release();
      await vi.advanceTimersByTimeAsync(300);
    },
  };
}

function follow(lab: ReturnType<typeof smallLab>, change: Partial<Parameters<typeof followSeries>[1]> = {}) {
  const tables: SeriesTable[] = [];
  const request = { runIds: ['run1'], metrics: ['rs'], maxPoints: 100, ...change };
  const stop = followSeries(
    lab.bridge,
    request,
    (table) => tables.push(table),
    (error) => {
      throw error;
    },
  );
  return { tables, stop, last: () => tables.at(-1)?.get(seriesKey('run1', 'rs')) };
}

test('points that arrive while the first answer is under way are drawn once', async () => {
  const lab = smallLab();
  lab.append(1, 0.1);
  const { last } = follow(lab);
  lab.append(2, 0.2);
  await lab.answer();
  lab.append(3, 0.3);
  await vi.advanceTimersByTimeAsync(300);
  expect([...(last()?.steps ?? [])]).toEqual([1, 2, 3]);
  expect([...(last()?.values ?? [])]).toEqual([0.1, 0.2, 0.3]);
});

test('many points make few updates: at most four a second', async () => {
  const lab = smallLab();
  const { tables, last } = follow(lab);
  await lab.answer();
  const before = tables.length;
  for (let step = 1; step <= 100; step++) {
    lab.append(step, step);
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(300);
  expect(tables.length - before).toBeLessThanOrEqual(6);
  expect(last()?.totalPoints).toBe(100);
});

test('a run resumed from a checkpoint replaces its points: the curve is read again', async () => {
  const lab = smallLab();
  lab.append(10, 1);
  lab.append(20, 2);
  const { last } = follow(lab);
  await lab.answer();
  lab.points.steps = [10];
  lab.points.values = [1];
  lab.append(15, 9);
  await vi.advanceTimersByTimeAsync(300);
  await lab.answer();
  expect([...(last()?.steps ?? [])]).toEqual([10, 15]);
});

test('a curve that outgrows its limit is read again, thinned by the lab', async () => {
  const lab = smallLab();
  follow(lab, { maxPoints: 4 });
  await lab.answer();
  const before = lab.queries.length;
  for (let step = 1; step <= 9; step++) lab.append(step, step);
  await vi.advanceTimersByTimeAsync(300);
  expect(lab.queries.length).toBe(before + 1);
});

test('within a zoom only the points of its steps are added', async () => {
  const lab = smallLab();
  const { last } = follow(lab, { fromStep: 5, toStep: 8 });
  await lab.answer();
  lab.append(4, 4);
  lab.append(6, 6);
  lab.append(9, 9);
  await vi.advanceTimersByTimeAsync(300);
  expect([...(last()?.steps ?? [])]).toEqual([6]);
  // Where the data end is known all the same: one can move on to there.
  expect(last()?.lastStep).toBe(9);
  expect(lab.queries[0]).toMatchObject({ fromStep: 5, toStep: 8, neighbours: true });
});

test('after stopping nothing is listened to', async () => {
  const lab = smallLab();
  const { stop, tables } = follow(lab);
  await lab.answer();
  stop();
  const before = tables.length;
  expect(lab.hasListener()).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(tables.length).toBe(before);
});

test('paced work happens at once, then at most once an interval, and never goes missing', async () => {
  const work = vi.fn();
  const call = paced(work, 250);
  call();
  expect(work).toHaveBeenCalledTimes(1);
  call();
  call();
  expect(work).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(250);
  expect(work).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1000);
  call();
  expect(work).toHaveBeenCalledTimes(3);
});
