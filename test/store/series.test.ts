import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { SeriesPoint, SeriesQuery } from '../../src-main/contract/index.ts';
import type { Store } from '../../src-main/store/client.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import { waitUntil } from '../lab/support/lab.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';

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

  it.each([
    ['in two batches', 2],
    ['in one', 1],
  ])('takes the later value of a step that comes twice %s, also in its summary', async (_, batches) => {
    const store = await storeWithRun();
    const points = line(3, (step) => step * 10);
    const later = { metric: 'loss', step: 2, value: -5 };
    if (batches === 2) await append(store, points);
    await append(store, batches === 2 ? [later] : [...points, later]);
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

  /** A small repeatable stream: the test must not lean on the product's own. */
  function stream(seed: number): () => number {
    let state = seed;
    return () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  }

  /** Least, most and first unusual point of every bucket, by their definition. */
  function thinned(all: Map<number, number>, from: number, to: number, most: number): [number, number][] {
    const here = [...all].filter(([step]) => step >= from && step <= to).sort((a, b) => a[0] - b[0]);
    if (here.length <= most) return here;
    const isPlain = [...all.values()].every(Number.isFinite);
    const buckets = Math.max(1, Math.floor(most / (isPlain ? 2 : 3)));
    let width = 1;
    const at = (step: number): number => Math.floor(step / width);
    while (at(here[here.length - 1][0]) - at(here[0][0]) + 1 > buckets) width *= 2;
    const kept = new Map<number, number>();
    for (let bucket = at(here[0][0]); bucket <= at(here[here.length - 1][0]); bucket++) {
      const inside = here.filter(([step]) => at(step) === bucket);
      const finite = inside.filter(([, value]) => Number.isFinite(value));
      const pick = (best: (a: number, b: number) => boolean): void => {
        const found = finite.reduce<[number, number] | null>((a, b) => (a === null || best(b[1], a[1]) ? b : a), null);
        if (found) kept.set(...found);
      };
      pick((a, b) => a < b);
      pick((a, b) => a > b);
      const unusual = inside.find(([, value]) => !Number.isFinite(value));
      if (unusual) kept.set(...unusual);
    }
    return [...kept].sort((a, b) => a[0] - b[0]);
  }

  it.each([1, 2, 3, 4])(
    'reads and sums up by definition after appends, replacements and rewinds (seed %i)',
    async (seed) => {
      const store = await storeWithRun();
      const draw = stream(seed);
      const all = new Map<number, number>();
      const gap = [1, 3, 40, 5000][seed - 1];
      let next = 0;
      const value = (): number =>
        seed > 2 && draw() < 0.01 ? [Number.NaN, Infinity, -Infinity][Math.floor(draw() * 3)] : Math.round(draw() * 50);
      for (let round = 0; round < 6; round++) {
        const points: SeriesPoint[] = [];
        for (let count = 0; count < 1500; count++) {
          // Now and then a step comes twice.
          const step = draw() < 0.002 ? Math.floor(draw() * next) : (next += 1 + Math.floor(draw() * gap));
          points.push({ metric: 'loss', step, value: value() });
          all.set(step, points[points.length - 1].value);
        }
        await append(store, points);
        if (round % 2 === 1) {
          const to = Math.floor(next * (0.4 + 0.6 * draw()));
          await store.write.rewind('aaaa', to);
          for (const step of all.keys()) if (step > to) all.delete(step);
          next = Math.max(...all.keys());
        }
        const [first, last] = [Math.floor(next * draw() * 0.5), Math.ceil(next * (0.5 + draw() * 0.5))];
        for (const [fromStep, toStep, maxPoints] of [
          [undefined, undefined, 200],
          [first, last, 100],
          [first, last, 900],
          [first, first + 70, 20],
        ]) {
          const [series] = await store.read.series({ runIds: ['aaaa'], metric: 'loss', fromStep, toStep, maxPoints });
          const expected = thinned(all, fromStep ?? 0, toStep ?? Infinity, maxPoints ?? 0);
          expect([...series.steps].map((step, at) => [step, series.values[at]])).toEqual(expected);
        }
        const [summary] = await store.read.metrics('aaaa');
        const finite = [...all].filter(([, number]) => Number.isFinite(number));
        const numbers = finite.map(([, number]) => number);
        expect(summary).toMatchObject({
          ...{ count: all.size, lastStep: next, last: all.get(next) },
          ...{ least: Math.min(...numbers), most: Math.max(...numbers) },
        });
        expect((await store.read.verifyRun('aaaa')).damage).toEqual([]);
      }
    },
  );

  it('that goes far back is read at once as if what followed were gone, and its rows go later', async () => {
    const folder = temporaryFolder();
    let store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    await append(store, [...line(30_000, (step) => step), ...line(30_000, () => 1, 'late').slice(9000)]);
    const rowsLeft = (): number => {
      const database = new Database(databaseFile(folder), { readonly: true });
      const rows = database.prepare<[], number>('SELECT count(*) FROM points').pluck().get() ?? 0;
      database.close();
      return rows;
    };
    /** Steps of `loss` from 0 to `whole`, and then every seventh, which the run did not have before. */
    const check = async (whole: number, sparse: number): Promise<void> => {
      const steps = Array.from({ length: whole + 1 }, (_, step) => step);
      for (let step = whole + 7; step <= sparse; step += 7) steps.push(step);
      const last = steps[steps.length - 1];
      const read = async (part: Partial<SeriesQuery> = {}) =>
        (await store.read.series({ runIds: ['aaaa'], metric: 'loss', ...part }))[0];
      expect([...(await read()).steps]).toEqual(steps);
      expect([...(await read({ fromStep: last - 20, toStep: 50_000, neighbours: true })).steps]).toEqual(
        steps.filter((step) => step >= (steps.findLast((each) => each < last - 20) ?? 0)),
      );
      expect([...(await read({ fromStep: 40_000, neighbours: true })).steps]).toEqual([last]);
      const thinned = await read({ maxPoints: 100 });
      expect([thinned.totalPoints, thinned.steps.at(-1), thinned.lastStep]).toEqual([steps.length, last, last]);
      expect(await store.read.metrics('aaaa')).toMatchObject([{ metric: 'loss', count: steps.length, lastStep: last }]);
      const verified = await store.read.verifyRun('aaaa');
      expect([verified.damage, verified.unchecked]).toEqual([[], []]);
    };
    const addSparse = (from: number, to: number): Promise<void> =>
      append(
        store,
        line(to + 1, (step) => -step).filter(({ step }) => step > from && (step - from) % 7 === 0),
      );

    await store.write.rewind('aaaa', 8000);
    await check(8000, 8000);
    await addSparse(8000, 9000);
    await check(8000, 9000);
    await store.close();
    store = await openTestStore(folder);
    await check(8000, 9000);
    await store.write.rewind('aaaa', 700);
    await check(700, 700);
    await addSparse(700, 12_000);
    await check(700, 12_000);
    await waitUntil(() => rowsLeft() === 701 + Math.floor(11_300 / 7));
    await check(700, 12_000);
    await store.write.rewind('aaaa', -1);
    expect(await store.read.metrics('aaaa')).toEqual([]);
    await waitUntil(() => rowsLeft() === 0);
    expect((await store.read.verifyRun('aaaa')).damage).toEqual([]);
  });

  it('from before there was a pyramid is drawn, appended to and rewound as one that was kept from the start', async () => {
    const wave = (step: number): number => Math.round(Math.sin(step / 50) * 1000);
    const [oldFolder, newFolder] = [temporaryFolder(), temporaryFolder()];
    for (const folder of [oldFolder, newFolder]) {
      const store = await openTestStore(folder);
      await store.write.createRuns([newRun('aaaa')]);
      await append(store, line(60_000, wave));
      await store.close();
    }
    const old = new Database(databaseFile(oldFolder));
    // As the migration leaves what it finds.
    old.exec('DELETE FROM series_pyramid; UPDATE series_summaries SET pyramid_made_at = NULL');
    old.close();

    const query = { runIds: ['aaaa'], metric: 'loss', maxPoints: 100 };
    const zoomed = { ...query, fromStep: 777, toStep: 33_333 };
    const looks = async (store: Store): Promise<unknown[]> => [
      await store.read.series(query),
      await store.read.series(zoomed),
      await store.read.metrics('aaaa'),
    ];
    const stores = await Promise.all([oldFolder, newFolder].map((folder) => openTestStore(folder)));
    const [first, expected] = await Promise.all(stores.map(looks));
    expect(first).toEqual(expected);
    for (const store of stores) {
      await store.write.rewind('aaaa', 41_234);
      await append(store, line(60_000, wave).slice(41_235, 45_000));
    }
    const [again, expectedAgain] = await Promise.all(stores.map(looks));
    expect(again).toEqual(expectedAgain);
    await Promise.all(stores.map((store) => store.close()));
    const rows = (folder: string): unknown[] => {
      const database = new Database(databaseFile(folder), { readonly: true });
      const all = database.prepare('SELECT * FROM series_pyramid').all();
      database.close();
      return all;
    };
    expect(rows(oldFolder)).toEqual(rows(newFolder));
  });
});
