import { describe, expect, it } from 'vitest';
import type { Mask, MeasureName, MeasureOptions, RecordedMeasure } from '../../src-main/contract/index.ts';
import { createStream, permutation } from '../../src-main/numerics/random.ts';
import { sampleDistinct } from '../../src-main/numerics/sampling.ts';
import { absentPositions } from '../../src-main/topology/ranks.ts';
import { applyUpdate, maskFromPositions, positionsOf } from '../../src-main/topology/mask.ts';
import { cheapestMatching } from '../../src-main/topology/measures/assignment.ts';
import { spreadOf } from '../../src-main/topology/measures/degrees.ts';
import { historyOf, type LayerHistory } from '../../src-main/topology/measures/history.ts';
import { measureHistories, type NamedHistory } from '../../src-main/topology/measures/index.ts';
import { topologicalDistances } from '../../src-main/topology/measures/nnstd.ts';
import { survival } from '../../src-main/topology/measures/survival.ts';

type MaskMeasure = Exclude<MeasureName, RecordedMeasure>;
const list = (...positions: number[]) => Float64Array.from(positions);
const named = (history: LayerHistory, layer = 0): NamedHistory => ({ ...history, layer, name: `fc${layer + 1}` });

/** 2 x 3: {0,1,4}, then {0,2,4} (4 dropped and regrown), then {1,2,4}, then {0,2,4}. */
const tiny = named(
  historyOf({ outputs: 2, inputs: 3 }, list(0, 1, 4), [
    { dropped: list(1, 4), grown: list(2, 4) },
    { dropped: list(0), grown: list(1) },
    { dropped: list(1), grown: list(0) },
  ]),
);

function measured(name: MaskMeasure, options: Pick<MeasureOptions, 'update' | 'tau'> = {}, other?: NamedHistory) {
  return measureHistories(name, [tiny], other ? [other] : null, options).layers[0];
}

const close = (expected: number[]) => expected.map((value) => expect.closeTo(value, 9) as number);

describe('measures of a tiny history, by hand', () => {
  it('turnover', () => {
    expect(measured('turnover').columns).toEqual({
      update: [0, 1, 2, 3],
      gross: close([0, 2 / 3, 1 / 3, 1 / 3]),
      net: close([0, 1 / 3, 1 / 3, 1 / 3]),
      regrowth: [NaN, 0.5, 0, 0],
      revisit: [NaN, 0.5, 1, 1],
    });
  });

  it.each([
    [0, [3, 4, 4, 4]],
    [1, [0, 3, 4, 4]],
    [2, [0, 0, 1, 3]],
    [3, [0, 0, 0, 0]],
  ])('exploration of at least %i intervals', (tau, explored) => {
    const { columns } = measured('exploration', { tau });
    expect(columns.explored).toEqual(explored);
    expect(columns.rs).toEqual(close(explored.map((count) => count / 6)));
  });

  it('overlap with the first and the previous mask', () => {
    const first = measured('overlap-first').columns;
    expect(first.iou).toEqual(close([1, 0.5, 0.5, 0.5]));
    expect(first.hamming).toEqual(close([0, 1 / 3, 1 / 3, 1 / 3]));
    expect(first.coefficient).toEqual(close([1, 2 / 3, 2 / 3, 2 / 3]));
    // d = 0.5: d / (2 - d) and 2 d (1 - d).
    expect(first.randomIou).toEqual(close([1 / 3, 1 / 3, 1 / 3, 1 / 3]));
    expect(first.randomHamming).toEqual(close([0.5, 0.5, 0.5, 0.5]));
    expect(measured('overlap-previous').columns.iou).toEqual(close([1, 0.5, 0.5, 0.5]));
  });

  it('overlap with another run ends with the shorter one', () => {
    const other = named(
      historyOf({ outputs: 2, inputs: 3 }, list(3, 4, 5), [{ dropped: list(3, 5), grown: list(0, 2) }]),
    );
    expect(measured('overlap-other', {}, other).columns.iou).toEqual(close([1 / 5, 1]));
    const wide = named(historyOf({ outputs: 2, inputs: 4 }, list(0), []));
    expect(() => measured('overlap-other', {}, wide)).toThrow('Layers of 2 x 3 and 2 x 4 cannot be compared');
    expect(() => measured('overlap-other')).toThrow('Name the run to compare with');
  });

  it('survival', () => {
    expect(measured('survival')).toMatchObject({
      columns: {
        atRisk: [7, 6, 3, 0],
        deaths: [0, 3, 1, 0],
        censored: [1, 0, 2, 0],
        survival: close([1, 0.5, 1 / 3, 1 / 3]),
      },
      facts: { medianAge: 1 },
    });
  });

  it('ages, at the end and before', () => {
    expect(measured('ages')).toMatchObject({ columns: { age: [0, 1, 2], weights: [1, 0, 2] } });
    expect(measured('ages', { update: 1 })).toMatchObject({ columns: { weights: [2, 1] }, facts: { meanAge: 1 / 3 } });
    expect(measured('ages', { update: 0 }).columns.weights).toEqual([3]);
    expect(() => measured('ages', { update: 4 })).toThrow('There is no update 4; the updates are 0 to 3.');
  });

  it('first activations, lives and density', () => {
    expect(measured('first-activation')).toMatchObject({ columns: { positions: [3, 1, 0, 0] }, facts: { never: 2 } });
    expect(measured('lives').columns).toEqual({ lives: [0, 1, 2], positions: [2, 1, 3] });
    expect(measured('lives').facts.meanLives).toBeCloseTo(7 / 4, 12);
    expect(measured('density').columns.density).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('degrees', () => {
    const { columns } = measured('degrees');
    // Fan-in 2 and 1 at every update; fan-out 1 2 0, 1 1 1, 0 2 1, 1 1 1.
    expect(columns.fanInMean).toEqual([1.5, 1.5, 1.5, 1.5]);
    expect(columns.fanInCv).toEqual(close([1 / 3, 1 / 3, 1 / 3, 1 / 3]));
    expect(columns.fanInGini).toEqual(close([1 / 6, 1 / 6, 1 / 6, 1 / 6]));
    expect(columns.fanOutDead).toEqual([1, 0, 1, 0]);
    expect(measured('fan-out', { update: 2 }).columns).toEqual({ degree: [0, 1, 2], units: [1, 1, 1] });
    expect(measured('fan-in').columns.units).toEqual([0, 1, 1]);
  });
});

describe('where what is dropped and regrown at once keeps its weight', () => {
  const kept = { ...tiny, regrownLiveOn: true };
  const of = (name: MaskMeasure, options = {}) => measureHistories(name, [kept], null, options).layers[0];

  it('its life goes on', () => {
    expect(of('survival').columns).toMatchObject({
      deaths: [0, 2, 1, 0],
      censored: [1, 0, 1, 1],
      atRisk: [6, 5, 3, 1],
    });
    expect(of('ages').columns.weights).toEqual([1, 0, 1, 1]);
    expect(of('lives').columns.positions).toEqual([2, 2, 2]);
    expect(of('exploration', { tau: 2 }).columns.explored).toEqual([0, 0, 2, 3]);
    expect(of('exploration', { tau: 3 }).columns.explored).toEqual([0, 0, 0, 1]);
  });

  it.each(['turnover', 'exploration', 'first-activation', 'density'] as const)('%s is as ever', (name) => {
    expect(of(name)).toEqual(measured(name));
  });
});

describe('totals over layers', () => {
  it('are ratios of sums, not means of ratios', () => {
    const still = named(historyOf({ outputs: 1, inputs: 3 }, list(0, 1, 2), [nothing(), nothing(), nothing()]), 1);
    const { total, layers } = measureHistories('turnover', [tiny, still], null, {});
    expect(layers.map(({ name }) => name)).toEqual(['fc1', 'fc2']);
    expect(total?.columns.gross).toEqual(close([0, 2 / 6, 1 / 6, 1 / 6]));
    expect(measureHistories('exploration', [tiny, still], null, {}).total?.columns.rs[3]).toBeCloseTo(7 / 9, 12);
    expect(measureHistories('degrees', [tiny, still], null, {}).total).toBeNull();
  });
});

const nothing = () => ({ dropped: list(), grown: list() });

/** Freireich et al. 1963, remission under 6-MP in weeks: the table of the text books. */
it('Kaplan-Meier of the 6-MP data is the published one', () => {
  const count = (weeks: number[]) =>
    Array.from({ length: 36 }, (_, age) => weeks.filter((week) => week === age).length);
  const { columns } = survival.present({
    deaths: count([6, 6, 6, 7, 10, 13, 16, 22, 23]),
    censored: count([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]),
  });
  const at = [6, 7, 10, 13, 16, 22, 23].map((week) => columns.survival[week].toFixed(3));
  expect(at).toEqual(['0.857', '0.807', '0.753', '0.690', '0.627', '0.538', '0.448']);
  expect([6, 7, 10, 13, 16, 22, 23].map((week) => columns.atRisk[week])).toEqual([21, 17, 15, 12, 11, 7, 6]);
});

/** Random drops and random growth among what is then inactive. */
function randomHistory(outputs: number, inputs: number, density: number, rate: number, updates: number, seed: number) {
  const size = outputs * inputs;
  const initial = sampleDistinct(createStream(seed, 'initial'), Math.round(density * size), size);
  const changes: { dropped: Float64Array; grown: Float64Array }[] = [];
  let mask = maskFromPositions(outputs, inputs, initial);
  for (let update = 1; update <= updates; update++) {
    const active = positionsOf(mask);
    const count = Math.floor(rate * active.length);
    const dropped = sampleDistinct(createStream(seed, 'drop', update), count, active.length).map((at) => active[at]);
    const gone = new Set(dropped);
    const surviving = active.filter((position) => !gone.has(position));
    const ranks = sampleDistinct(createStream(seed, 'grow', update), count, size - surviving.length);
    const grown = absentPositions(surviving, ranks);
    changes.push({ dropped, grown });
    mask = applyUpdate(mask, dropped, grown);
  }
  return named(historyOf({ outputs, inputs }, initial, changes));
}

describe('measures of random histories', () => {
  const history = randomHistory(60, 50, 0.1, 0.3, 25, 5);
  const of = (name: MaskMeasure, options = {}) => measureHistories(name, [history], null, options).layers[0];

  it('agree with one another', () => {
    const { deaths, censored } = of('survival').columns;
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const grown = 25 * 90;
    expect(sum(deaths) + sum(censored)).toBe(300 + grown);
    expect(of('ages').columns.weights).toEqual(censored.slice(0, of('ages').columns.weights.length));
    const { lives, positions } = of('lives').columns;
    expect(sum(lives.map((number, row) => number * positions[row]))).toBe(300 + grown);
    const explored = of('exploration').columns.explored.at(-1)!;
    expect(positions[0]).toBe(3000 - explored);
    expect(of('first-activation').facts.never).toBe(3000 - explored);
  });

  it('find the death rate that was drawn, and less explored the longer a life must be', () => {
    const { survival: curve } = of('survival').columns;
    for (const age of [1, 2, 3, 5]) expect(Math.abs(curve[age] - 0.7 ** age)).toBeLessThan(0.03);
    const last = [0, 1, 2, 4, 8].map((tau) => of('exploration', { tau }).columns.rs.at(-1)!);
    expect(last).toEqual([...last].sort((a, b) => b - a));
    expect(new Set(last).size).toBe(5);
  });

  it.each(['survival', 'ages', 'exploration', 'overlap-first', 'overlap-previous', 'turnover', 'lives'] as const)(
    '%s counts the same in a layer so sparse that it is kept as lists',
    (name) => {
      const updates = [...history.moments()];
      const sparse = named(historyOf({ outputs: 60_000, inputs: 50 }, history.initial, updates));
      const counts = (of: NamedHistory) => {
        const { columns } = measureHistories(name, [of], null, { tau: 2, update: 20 }).layers[0];
        // What is divided by the number of positions differs, and so does how many never lived.
        const shares = ['rs', 'hamming', 'randomIou', 'randomHamming'];
        const rest = Object.entries(columns).filter(([key]) => !shares.includes(key));
        return rest.map(([key, values]) => [key, key === 'positions' ? values.slice(1) : values]);
      };
      expect(counts(sparse)).toEqual(counts(history));
    },
  );

  it('tend to the random baseline in overlap and to independence of seeds', () => {
    const other = randomHistory(60, 50, 0.1, 0.3, 25, 6);
    const { iou, randomIou, randomHamming } = measureHistories('overlap-other', [history], [other], {}).layers[0]
      .columns;
    expect(randomIou[0]).toBeCloseTo(0.1 / 1.9, 9);
    expect(randomHamming[0]).toBeCloseTo(2 * 0.1 * 0.9, 9);
    const mean = iou.reduce((sum, value) => sum + value, 0) / iou.length;
    expect(Math.abs(mean - 0.1 / 1.9)).toBeLessThan(0.012);
    expect(of('overlap-first').columns.iou.at(-1)).toBeLessThan(0.12);
  });
});

describe('the spread of degrees', () => {
  it('is nothing where all are equal, and near 1 where one unit has all', () => {
    expect(spreadOf([0, 0, 0, 7])).toEqual({ mean: 3, cv: 0, gini: expect.closeTo(0, 12) as number, dead: 0, hubs: 0 });
    const one = spreadOf([99, ...new Array<number>(99).fill(0), 1]);
    expect(one).toMatchObject({ mean: 1, dead: 99, hubs: 1 });
    expect(one.gini).toBeCloseTo(0.99, 12);
  });
});

describe('the cheapest matching', () => {
  it.each([1, 2, 3, 4, 5, 6])('of %i rows is that of all permutations', (n) => {
    const noise = createStream(n, 'cost');
    const cost = Float64Array.from({ length: n * n }, (_, at) => noise.uniform(at));
    const total = (columns: ArrayLike<number>) =>
      Array.from(columns).reduce((sum, column, row) => sum + cost[row * n + column], 0);
    const best = Math.min(...orders([...Array(n).keys()]).map(total));
    const found = cheapestMatching(cost, n);
    expect(new Set(found).size).toBe(n);
    expect(total(found)).toBeCloseTo(best, 12);
  });
});

const orders = (rest: number[]): number[][] =>
  rest.length === 0 ? [[]] : rest.flatMap((first) => orders(rest.filter((x) => x !== first)).map((o) => [first, ...o]));

describe('NNSTD', () => {
  const draw = (outputs: number, inputs: number, density: number, seed: number): Mask => {
    const size = outputs * inputs;
    return maskFromPositions(outputs, inputs, sampleDistinct(createStream(seed, 'nnstd'), density * size, size));
  };
  const renamed = (mask: Mask, rows: Uint32Array | null, columns: Uint32Array | null): Mask => {
    const positions = positionsOf(mask).map((position) => {
      const [row, column] = [Math.floor(position / mask.inputs), position % mask.inputs];
      return (rows ? rows[row] : row) * mask.inputs + (columns ? columns[column] : column);
    });
    return maskFromPositions(mask.outputs, mask.inputs, positions.sort());
  };

  it('does not see a permutation of hidden units, and sees all of nothing in common', () => {
    const [first, second] = [draw(20, 30, 0.3, 1), draw(8, 20, 0.3, 2)];
    const order = permutation(createStream(3, 'units'), 20);
    const same = topologicalDistances([first, second], [renamed(first, order, null), renamed(second, null, order)]);
    expect(same).toEqual([0, 0]);
    const [left, right] = [maskFromPositions(2, 4, list(0, 1, 4, 5)), maskFromPositions(2, 4, list(2, 3, 6, 7))];
    expect(topologicalDistances([left], [right])).toEqual([1]);
  });

  it('by hand: matched units of input sets 01|23 and 12|23', () => {
    const a = maskFromPositions(2, 4, list(0, 1, 6, 7));
    const b = maskFromPositions(2, 4, list(1, 2, 6, 7));
    expect(topologicalDistances([a], [b])[0]).toBeCloseTo((2 / 3 + 0) / 2, 12);
  });

  it('refuses what it is not defined for', () => {
    expect(() =>
      topologicalDistances([draw(4, 4, 0.5, 1), draw(4, 9, 0.5, 1)], [draw(4, 4, 0.5, 2), draw(4, 9, 0.5, 1)]),
    ).toThrow(/linear layers in a chain: a layer has 9 inputs, the one before it 4 outputs/);
    const wide = draw(2000, 2, 0.5, 1);
    expect(() => topologicalDistances([wide], [wide])).toThrow(/up to 1024 units.*2000/);
  });
});
