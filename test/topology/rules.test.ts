import { describe, expect, it } from 'vitest';
import type { LayerUpdate, Mask } from '../../src-main/contract/index.ts';
import { createStream } from '../../src-main/numerics/random.ts';
import { dropSmallestMagnitudes } from '../../src-main/topology/drop/magnitude.ts';
import { dropMagnitudeAsReference, dropSetAsReference } from '../../src-main/topology/drop/reference.ts';
import { dropNearestZeroOfEachSign } from '../../src-main/topology/drop/sign-aware.ts';
import { applyUpdate, maskFromPositions, positionsOf } from '../../src-main/topology/mask.ts';
import { type Rewiring } from '../../src-main/topology/methods/index.ts';
import type { LayerView } from '../../src-main/topology/rules.ts';
import { planUpdate } from '../../src-main/topology/update.ts';
import { layerView, updateContext } from './support.ts';
import { methodOf } from '../support/methods.ts';
import { drawInitialMasks } from '../support/by-configuration.ts';

const context = { seed: 1, update: 1 };

const view = (mask: Mask, weights: Float32Array, gradients: number[] = []) =>
  layerView(mask, {
    weights,
    largestInactiveGradients: async (count) => Float64Array.from(gradients.slice(0, count)),
  });

async function planLayerUpdate(
  rewiring: Rewiring,
  layer: LayerView,
  rate: number,
  given: { seed: number; update: number },
): Promise<LayerUpdate> {
  return (await planUpdate(rewiring, [layer], updateContext({ rate, ...given })))[0];
}

const twoByFive = maskFromPositions(2, 5, Float64Array.of(0, 2, 4, 6, 8, 9));

describe('drop rules', () => {
  it('magnitude drops the smallest', () => {
    const weights = Float32Array.of(0.5, -0.1, 0.3, -0.9, 0.05, 0.2);
    expect([...dropSmallestMagnitudes(view(twoByFive, weights), 3, context)]).toEqual([1, 4, 5]);
  });

  it('magnitude breaks ties by the seed', () => {
    const weights = new Float32Array(6).fill(1);
    const choices = [1, 2, 3, 4, 5, 6].map((seed) =>
      dropSmallestMagnitudes(view(twoByFive, weights), 3, { seed, update: 1 }).join(),
    );
    expect(new Set(choices).size).toBeGreaterThan(1);
  });

  it('SET takes the same share of each sign, nearest zero', () => {
    const weights = Float32Array.of(0.5, -0.1, 0.3, -0.9, 0.05, -0.2);
    expect([...dropNearestZeroOfEachSign(view(twoByFive, weights), 4, context)]).toEqual([1, 2, 4, 5]);
  });

  it.each([
    ['zeros of either sign count as positive', [0, -0, 3, -0, -1, -2], 4, [0, 1, 3, 4]],
    ['of one sign alone, the nearest zero go', [-4, -1, -3, -6, -2, -5], 3, [1, 2, 4]],
    ['all that is there goes', [1, -2, 3, -4, 5, -6], 6, [0, 1, 2, 3, 4, 5]],
  ])('SET: %s', (_, weights, count, ranks) => {
    const layer = view(twoByFive, Float32Array.from(weights));
    expect([...dropNearestZeroOfEachSign(layer, count, context)]).toEqual(ranks);
  });

  it('SET breaks ties among zeros by the seed, and keeps its count', () => {
    const mask = drawInitialMasks([[60, 60]], { method: 'set', sparsity: 0, distribution: 'uniform', seed: 1 })[0];
    const weights = Float32Array.from({ length: 3600 }, (_, at) => (at % 3 === 0 ? at - 1800 : 0));
    const choices = [1, 2, 3].map((seed) => [
      ...dropNearestZeroOfEachSign(view(mask, weights), 900, { seed, update: 1 }),
    ]);
    for (const ranks of choices) {
      expect(ranks).toHaveLength(900);
      expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
      expect(Math.max(...ranks.map((rank) => Math.abs(Math.max(0, weights[rank]))))).toBe(0);
    }
    expect(new Set(choices.map((ranks) => ranks.join())).size).toBe(3);
  });

  it('SET drops what it is asked for however the signs are spread (not as the reference code, itop.md 1.5)', () => {
    const mask = drawInitialMasks([[100, 100]], { method: 'set', sparsity: 0, distribution: 'uniform', seed: 1 })[0];
    const noise = createStream(2, 'weights');
    const weights = Float32Array.from({ length: 10_000 }, (_, index) => noise.normal(index));
    const dropped = dropNearestZeroOfEachSign(view(mask, weights), 50, context);
    expect(dropped).toHaveLength(50);
    const negative = [...dropped].filter((position) => weights[position] < 0);
    expect(Math.abs(negative.length - 25)).toBeLessThanOrEqual(1);
    expect(Math.max(...[...dropped].map((position) => Math.abs(weights[position])))).toBeLessThan(0.05);
  });
});

describe('drop rules of the reference code (itop.md 1.5)', () => {
  const mask = drawInitialMasks([[100, 100]], { method: 'set', sparsity: 0, distribution: 'uniform', seed: 1 })[0];
  const noise = createStream(2, 'weights');
  const weights = Float32Array.from({ length: 10_000 }, (_, index) => noise.normal(index));
  const negatives = weights.filter((weight) => weight < 0).length;

  // Of 10,000 weights; at a prune rate of 0.005 it still takes half of the layer: 25 positives, nearly all negatives.
  it.each([50, 500, 5000])('SET, asked for %i, keeps only the most negative negatives', (count) => {
    const dropped = [...dropSetAsReference(view(mask, weights), count)];
    expect(dropped.filter((position) => weights[position] > 0)).toHaveLength(count / 2);
    expect(dropped.filter((position) => weights[position] < 0)).toHaveLength(negatives - (count / 2 - 1));
    const gone = new Set(dropped);
    const kept = [...weights].filter((weight, position) => weight < 0 && !gone.has(position));
    expect(Math.max(...kept)).toBeLessThan(Math.min(...dropped.map((position) => weights[position])));
  });

  it('magnitude takes everything tied at the threshold, and exact zeros first', () => {
    const tied = Float32Array.of(0.5, -0.1, 0.1, 0.1, 0, 0.2);
    expect([...dropMagnitudeAsReference(view(twoByFive, tied), 2)]).toEqual([1, 2, 3, 4]);
  });
});

describe('a layer update', () => {
  const mask = drawInitialMasks([[40, 50]], { method: 'set', sparsity: 0.9, distribution: 'uniform', seed: 3 })[0];
  const noise = createStream(5, 'weights');
  const weights = Float32Array.from(mask.columns, (_, index) => noise.normal(index));

  const active = new Set(positionsOf(mask));
  const inactive = Array.from({ length: 2000 }, (_, position) => position).filter((position) => !active.has(position));

  it.each(['set', 'rigl', 'set-itop', 'rigl-itop'] as const)(
    'of %s keeps the number of active weights exactly',
    async (name) => {
      for (const rate of [0.005, 0.1, 0.5, 0.95]) {
        const update = await planLayerUpdate(
          methodOf(name).rewiring!,
          view(mask, weights, inactive.slice(0, 3)),
          rate,
          context,
        );
        expect(update.dropped).toHaveLength(Math.floor(rate * 200));
        expect([...update.grown]).toEqual([...new Set(update.grown)].sort((a, b) => a - b));
        const after = applyUpdate(mask, update.dropped, update.grown);
        expect(after.columns).toHaveLength(200);
      }
    },
  );

  it('is the same for the same seed and another for another', async () => {
    const plan = (seed: number) =>
      planLayerUpdate(methodOf('set').rewiring!, view(mask, weights), 0.3, { seed, update: 1 });
    expect(await plan(1)).toEqual(await plan(1));
    expect((await plan(2)).grown).not.toEqual((await plan(1)).grown);
  });

  it('RigL grows where the gradient is largest, and fills up at random where there is none', async () => {
    const gradients = [inactive[3], inactive[12], inactive[700]];
    const update = await planLayerUpdate(methodOf('rigl').rewiring!, view(mask, weights, gradients), 0.05, context);
    expect(update.grown).toHaveLength(10);
    for (const position of gradients) expect([...update.grown]).toContain(position);
    expect([...update.grown]).toEqual([...new Set(update.grown)].sort((a, b) => a - b));
  });

  it('leaves a dense layer alone', async () => {
    const dense = drawInitialMasks([[4, 5]], { method: 'set', sparsity: 0, distribution: 'uniform', seed: 3 })[0];
    const update = await planLayerUpdate(methodOf('set').rewiring!, view(dense, new Float32Array(20)), 0.5, context);
    expect(update.dropped).toHaveLength(0);
    expect(update.grown).toHaveLength(0);
  });
});

describe('applyUpdate', () => {
  it.each([
    ['dropping what is not active', [1], [], /not active/],
    ['growing what is active', [], [2], /active already/],
    ['growing outside the mask', [], [10], /outside/],
  ] as const)('refuses %s', (_, dropped, grown, message) => {
    expect(() => applyUpdate(twoByFive, Float64Array.from(dropped), Float64Array.from(grown))).toThrow(message);
  });

  it('may grow again what it drops', () => {
    const after = applyUpdate(twoByFive, Float64Array.of(0, 2), Float64Array.of(0, 1));
    expect([...positionsOf(after)]).toEqual([0, 1, 4, 6, 8, 9]);
  });
});
