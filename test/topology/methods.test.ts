import { describe, expect, it } from 'vitest';
import type { LayerUpdate, Mask } from '../../src-main/contract/index.ts';
import { createStream } from '../../src-main/numerics/random.ts';
import { apportion } from '../../src-main/topology/counts/apportion.ts';
import { cubicDensity, phaseSteps, sigmoidDensity, steppedDensity } from '../../src-main/topology/densities.ts';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { applyUpdate, maskFromPositions, positionsOf } from '../../src-main/topology/mask.ts';
import { pathScores } from '../../src-main/topology/path-scores.ts';
import type { DropRule, GrowRule, LayerView, UpdateContext } from '../../src-main/topology/rules.ts';
import { planUpdate } from '../../src-main/topology/update.ts';
import { layerView, updateContext } from './support.ts';
import { METHOD_NAMES, methodOf, requireConfiguration } from '../support/methods.ts';
import { drawInitialMasks, plannedUpdates } from '../support/by-configuration.ts';

const SHAPES = [
  [40, 60],
  [30, 40],
  [10, 30],
];
const SIZE = 40 * 60 + 30 * 40 + 10 * 30;
/** Those whose masks have a pattern are in structures.test.ts. */
const DYNAMIC = METHOD_NAMES.filter((name) => methodOf(name).rewiring && !methodOf(name).structure);

/** Three layers at the given sparsity, weights of layer k about (k + 1) times as large as those of the first. */
function views(sparsity: number): LayerView[] {
  const masks = drawInitialMasks(SHAPES, { method: 'set', sparsity, distribution: 'uniform', seed: 3 });
  return masks.map((mask, layer) => {
    const positions = positionsOf(mask);
    const noise = createStream(5, 'weights', layer);
    const numbers = (factor: number) => Float32Array.from(positions, (at) => noise.normal(at) * factor);
    return layerView(mask, {
      layer,
      weights: numbers(layer + 1),
      gradients: async () => numbers(0.5),
      momenta: async () => numbers([1, 10, 0.1][layer]),
    });
  });
}

const plan = (method: (typeof METHOD_NAMES)[number], layers: LayerView[], given: Partial<UpdateContext> = {}) =>
  planUpdate(methodOf(method).rewiring!, layers, {
    ...updateContext(),
    configuration: requireConfiguration({ method }),
    ...given,
  });

const apply = (layers: LayerView[], updates: LayerUpdate[]): Mask[] =>
  updates.map(({ dropped, grown }, at) => applyUpdate(layers[at].mask, dropped, grown));
const counts = (masks: Mask[]) => masks.map((mask) => mask.columns.length);
const NONE = { ranks: new Uint32Array(0), positions: new Float64Array(0) };
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe.each(DYNAMIC)('an update by %s', (method) => {
  const density = methodOf(method).rewiring?.density ? 0.15 : null;
  const rates = methodOf(method).rewiring?.regenerates === false ? [0] : [0.01, 0.3, 0.9];

  it('leaves exactly the planned number of weights', async () => {
    const layers = views(0.8);
    for (const rate of rates) {
      const after = counts(apply(layers, await plan(method, layers, { rate, density, memory: { dsrThreshold: 0.2 } })));
      expect(sum(after)).toBe(Math.round((density ?? 0.2) * SIZE));
    }
  });

  it('is the same for the same seed', async () => {
    const given = () => ({ rate: rates.at(-1), density, memory: { dsrThreshold: 0.2 } });
    expect(await plan(method, views(0.8), given())).toEqual(await plan(method, views(0.8), given()));
  });
});

describe('a plan that its rules do not keep', () => {
  /** As many as are asked for, the last of them these. */
  const ranksOf =
    (...last: number[]): DropRule =>
    (_, count) =>
      Uint32Array.from({ length: count }, (__, at) => last[at - count + last.length] ?? at);
  const activeOnes: GrowRule = (view, _, count) => view.positions.slice(-count);
  const nothings: GrowRule = (_, __, count) => new Float64Array(count).fill(NaN);
  it.each([
    ['a layer loses more than it has', { counts: () => [{ drop: 9999, grow: 9999 }] }, /cannot drop 9999/],
    [
      'the total changes',
      { counts: () => [{ drop: 2, grow: 1 }] },
      /480 weights should be active after it, but 479 are planned/,
    ],
    ['a rule drops too few', { drop: () => new Uint32Array(0) }, /0 weights of layer fc1 would be dropped instead of/],
    ['a rule drops one twice', { drop: ranksOf(3, 3) }, /not ascending ranks below its 480 active weights/],
    [
      'a rule drops an array',
      { drop: () => [1, 2] as never },
      /what to drop of layer fc1 is an array, not a Uint32Array/,
    ],
    ['a rule grows what is active', { grow: activeOnes }, /position \d+ of layer fc1 would be grown, but is active/],
    ['a rule grows NaN', { grow: nothings }, /ascending positions below 2400: NaN at 0/],
    ['a rule drops what is not there', { drop: ranksOf(480) }, /not ascending ranks below its 480 active weights/],
  ])('is refused: %s', async (_, rules, message) => {
    const rewiring = { ...methodOf('set').rewiring!, ...rules };
    await expect(planUpdate(rewiring, [views(0.8)[0]], updateContext())).rejects.toThrow(message);
  });
});

describe('what defines a method', () => {
  it('random-unfired grows what was never active, and when that is used up the rest at random', async () => {
    const [layer] = views(0.8);
    const fresh = await plan('random-unfired', [layer]);
    for (const position of fresh[0].grown) expect(layer.explored.has(position)).toBe(false);

    const explored = createExploredSet(40, 60);
    explored.add(Float64Array.from({ length: 2390 }, (_, position) => position));
    const [{ grown }] = await plan('random-unfired', [{ ...layer, explored }]);
    const last = Array.from({ length: 10 }, (_, at) => 2390 + at).filter((at) => !layer.positions.includes(at));
    expect(last.length).toBeGreaterThan(0);
    for (const position of last) expect([...grown]).toContain(position);
  });

  it('snfs regrows where the mean |momentum| is large, and no more than fits', async () => {
    const layers = views(0.8);
    const updates = await plan('snfs', layers);
    const dropped = sum(updates.map((update) => update.dropped.length));
    expect(dropped).toBe(144 + 72 + 18);
    const means: number[] = [];
    for (const layer of layers) {
      const momenta = await layer.momenta();
      means.push(sum(Array.from(momenta, Math.abs)) / momenta.length);
    }
    updates.forEach(({ grown }, at) =>
      expect(Math.abs(grown.length - (dropped * means[at]) / sum(means))).toBeLessThanOrEqual(1),
    );
    const tight = views(0.8).map((layer, at) => ({ ...layer, momenta: async () => Float32Array.of(at === 2 ? 1 : 0) }));
    expect((await plan('snfs', tight, { rate: 0.9 }))[2].grown).toHaveLength(240 + 54);
  });

  it.each([
    [1e-6, 2],
    [10, 0.5],
  ])('dsr moves its threshold from %f by %f', async (threshold, factor) => {
    const memory = { dsrThreshold: threshold };
    await plan('dsr', views(0.8), { memory });
    expect(memory.dsrThreshold).toBe(threshold * factor);
  });

  it('dsr keeps a threshold that prunes what it should, and regrows by surviving weights', async () => {
    const layers = views(0.8);
    const magnitudes = layers.flatMap(({ weights }) => Array.from(weights, Math.abs)).sort((a, b) => a - b);
    const memory = { dsrThreshold: magnitudes[Math.floor(0.3 * magnitudes.length)] };
    const before = memory.dsrThreshold;
    const updates = await plan('dsr', layers, { memory });
    expect(memory.dsrThreshold).toBe(before);
    const dropped = sum(updates.map((update) => update.dropped.length));
    const survivors = layers.map((layer, at) => layer.positions.length - updates[at].dropped.length);
    updates.forEach(({ grown }, at) =>
      expect(Math.abs(grown.length - (dropped * survivors[at]) / sum(survivors))).toBeLessThanOrEqual(1),
    );
  });

  it('deepr drops exactly the weights that have crossed zero', async () => {
    const [layer] = views(0.8);
    const signs = createStream(1, 'initial weights', 0);
    const weights = Float32Array.from(layer.positions, (at, index) => signs.normal(at) * (index % 7 === 0 ? -1 : 1));
    const [{ dropped }] = await plan('deepr', [{ ...layer, weights }], { rate: 0.95 });
    expect([...dropped]).toEqual([...layer.positions].filter((_, index) => index % 7 === 0));
  });

  it('mest spares a small weight with a large gradient', async () => {
    const mask = maskFromPositions(2, 5, Float64Array.of(0, 2, 4, 6));
    const layer = layerView(mask, {
      weights: Float32Array.of(0.1, 0.2, -0.3, 0.4),
      gradients: async () => Float32Array.of(-5, 0, 0, 0),
    });
    const configuration = (gradientWeight: number) => requireConfiguration({ method: 'mest', gradientWeight });
    const drops = async (weight: number) => [
      ...(await plan('mest', [layer], { rate: 0.25, configuration: configuration(weight) }))[0].dropped,
    ];
    expect(await drops(0)).toEqual([0]);
    expect(await drops(1)).toEqual([2]);
  });

  it('gmp keeps the largest magnitudes of the whole network and grows nothing', async () => {
    const layers = views(0.5);
    const updates = await plan('gmp', layers, { rate: 0, density: 0.2 });
    const dropped = layers.flatMap(({ positions, weights }, at) =>
      [...weights].filter((_, index) => updates[at].dropped.includes(positions[index])).map(Math.abs),
    );
    const kept = layers.flatMap(({ positions, weights }, at) =>
      [...weights].filter((_, index) => !updates[at].dropped.includes(positions[index])).map(Math.abs),
    );
    expect(Math.max(...dropped)).toBeLessThan(Math.min(...kept));
    expect(sum(updates.map(({ grown }) => grown.length))).toBe(0);
  });

  it('granet prunes as gmp does and replaces the share of what is left', async () => {
    const layers = views(0.5);
    const [pruned, both] = [
      await plan('gmp', layers, { rate: 0, density: 0.2 }),
      await plan('granet', layers, { rate: 0.5, density: 0.2 }),
    ];
    expect(counts(apply(layers, both))).toEqual(counts(apply(layers, pruned)));
    const left = counts(apply(layers, pruned));
    expect(both.map(({ grown }) => grown.length)).toEqual(left.map((count) => Math.floor(count / 2)));
  });

  it('ac-dc decompresses to everything', async () => {
    const layers = views(0.8);
    expect(counts(apply(layers, await plan('ac-dc', layers, { rate: 0, density: 1 })))).toEqual([2400, 1200, 300]);
  });

  it('cht closes a path of length three', async () => {
    // Outputs 0 and 1 share input 0; output 1 also has input 1. The one position with a path is (0, 1).
    const mask = maskFromPositions(3, 4, Float64Array.of(0, 4, 5, 10));
    const scores = pathScores(mask);
    const inactive = Array.from({ length: 12 }, (_, at) => at).filter((at) => ![0, 4, 5, 10].includes(at));
    // Through output 1: (1 + 1) / (0 + 1). Through input 0: one shared output, no other link: (1 + 1) / (0 + 1).
    expect(inactive.filter((at) => scores[at] > 0).map((at) => [at, scores[at]])).toEqual([[1, 4]]);
    const layer = layerView(mask, { weights: Float32Array.of(1, 1, 1, 0.1) });
    const [{ dropped, grown }] = await plan('cht', [layer], { rate: 0.25 });
    expect([[...dropped], [...grown]]).toEqual([[10], [1]]);
  });

  it('chts samples: other seeds drop and grow otherwise, late in training less of it is chance', async () => {
    const layers = () => [views(0.8)[0]];
    const one = await plan('chts', layers(), { seed: 1 });
    const two = await plan('chts', layers(), { seed: 2 });
    expect(one[0].dropped).not.toEqual(two[0].dropped);
    expect(one[0].grown).not.toEqual(two[0].grown);
    const smallest = new Set((await plan('cht', layers()))[0].dropped);
    const agreement = async (step: number) =>
      (await plan('chts', layers(), { step }))[0].dropped.filter((position) => smallest.has(position)).length;
    expect(await agreement(99)).toBeGreaterThan(await agreement(1));
  });
});

describe('density over time', () => {
  const configuration = { sparsity: 0.9, initialSparsity: 0.5, sparsityEndFraction: 0.5 };
  const steps = Array.from({ length: 9 }, (_, at) => (at + 1) * 10);

  it('of gmp and granet is cubic and ends at the end fraction', () => {
    const { initial, after } = cubicDensity(configuration, steps, 100);
    expect(initial).toBe(0.5);
    expect(after[0]).toBeCloseTo(0.1 + 0.4 * 0.8 ** 3, 12);
    expect(after.slice(4).every((density) => density === 1 - 0.9)).toBe(true);
    expect(after[3]).toBeGreaterThan(0.1);
  });

  // Of the authors' `_current_prune_rate` (s_shape, k 6) run in Python at prune iterations 1 to 5 of 5, from 0.5 to 0.9.
  it('of chtss is the sigmoid of the authors’ code and ends at the end fraction', () => {
    const { initial, after } = sigmoidDensity(configuration, steps, 100);
    expect(initial).toBe(0.5);
    const published = [0.4903022942884905, 0.40794372169134174, 0.19205627830865835, 0.1096977057115095];
    published.forEach((density, at) => expect(after[at]).toBeCloseTo(density, 12));
    expect(after.slice(4).every((density) => density === 1 - 0.9)).toBe(true);
    const planned = plannedUpdates(requireConfiguration({ method: 'chtss', sparsity: 0.9, updateEvery: 10 }), 100);
    expect(planned.find(({ density }) => density === 1 - 0.9)?.step).toBe(70);
  });

  it('of mest’s EM&S steps down at 9/16 and 3/4', () => {
    const { after } = steppedDensity(configuration, steps, 100);
    expect(after.map((density) => Number(density.toFixed(3)))).toEqual([
      ...Array<number>(5).fill(0.5),
      0.3,
      0.3,
      0.1,
      0.1,
    ]);
  });

  it('of ac-dc changes at the published hundredths', () => {
    expect(phaseSteps(100)).toEqual([10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 85]);
    const updates = plannedUpdates(requireConfiguration({ method: 'ac-dc', sparsity: 0.9 }), 100);
    expect(updates.map(({ density }) => density === 1)).toEqual(updates.map((_, at) => at % 2 === 1));
  });
});

describe('apportioning', () => {
  it.each([
    [10, [1, 1, 2], [100, 100, 100], [3, 2, 5]],
    [10, [1, 0, 9], [100, 100, 4], [6, 0, 4]],
    [6, [0, 0, 0], [2, 9, 9], [2, 2, 2]],
    [0, [1, 2, 3], [1, 1, 1], [0, 0, 0]],
    [6, [NaN, 1, 1], [9, 2, 2], [2, 2, 2]],
  ])('%i by %j within %j is %j', (total, shares, capacities, expected) => {
    expect(apportion(total, shares, capacities)).toEqual(expected);
  });

  it('refuses more than there is room for', () => {
    expect(() => apportion(5, [1, 1], [2, 2])).toThrow(/room for 4/);
  });
});

describe('the reference code’s rules', () => {
  const full = maskFromPositions(
    100,
    100,
    Float64Array.from({ length: 10_000 }, (_, at) => at),
  );
  const noise = createStream(2, 'weights');
  const weights = Float32Array.from({ length: 10_000 }, (_, at) => noise.normal(at));
  const { reference: set } = methodOf('set').rewiring!;
  const { reference: rigl } = methodOf('rigl').rewiring!;

  it('SET removes nearly all negatives at a prune rate of 0.005 (itop.md 1.5)', async () => {
    const dropped = await set!.drop(layerView(full, { weights }), 50, updateContext());
    const negatives = weights.filter((weight) => weight < 0).length;
    expect(dropped.filter((at) => weights[at] > 0)).toHaveLength(25);
    expect(dropped.filter((at) => weights[at] < 0)).toHaveLength(negatives - 24);
  });

  it('magnitude drops everything tied at the threshold, exact zeros first', async () => {
    const mask = maskFromPositions(1, 6, Float64Array.of(0, 1, 2, 3, 4, 5));
    const view = layerView(mask, { weights: Float32Array.of(0, 0.5, -0.5, 0.5, 2, 3) });
    expect([...(await rigl!.drop(view, 1, updateContext()))]).toEqual([0]);
    expect([...(await rigl!.drop(view, 2, updateContext()))]).toEqual([0, 1, 2, 3]);
  });

  it('random growth meets its count only in the mean', async () => {
    const [mask] = drawInitialMasks([[100, 100]], { method: 'set', sparsity: 0.9, distribution: 'uniform', seed: 1 });
    const grown: number[] = [];
    for (let update = 1; update <= 40; update++)
      grown.push((await set!.grow(layerView(mask), NONE, 300, updateContext({ update }))).length);
    expect(new Set(grown).size).toBeGreaterThan(5);
    // Deviation of the mean of 40: sqrt(300 * 0.967 / 40) = 2.7.
    expect(Math.abs(sum(grown) / 40 - 300)).toBeLessThan(11);
  });

  it('gradient growth loses density where too few gradients are not zero', async () => {
    const [mask] = drawInitialMasks([[10, 10]], { method: 'set', sparsity: 0.9, distribution: 'uniform', seed: 1 });
    const grown = await rigl!.grow(layerView(mask), NONE, 5, updateContext());
    expect(grown).toHaveLength(0);
  });
});
