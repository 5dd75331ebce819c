import { expect, test } from 'vitest';
import type { Batch, EngineOptions } from '../../src-main/engine/engine.ts';
import {
  everyRank,
  positionsAtRanks,
  positionsOf,
  randomNumbers,
  someChanges,
  trialBatch,
  trialOpening,
} from './networks.ts';
import { openReference } from './reference.ts';
import { expectLargest, expectNear, slackened, withEngine, type OpenEngine } from './support.ts';

const STEP = { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };
const NONE = new Uint32Array(0);

/** Inactive positions once `dropped` is out, with their float64 gradient magnitudes, largest first. */
function bruteForce(opening: EngineOptions, batch: Batch, layer: number, dropped: Float64Array) {
  const { weights } = openReference(opening).gradients(batch)[layer];
  const taken = new Set(positionsOf(opening.state.layers[layer].mask));
  dropped.forEach((position) => taken.delete(position));
  return Array.from(weights, (gradient, position) => ({ position, magnitude: Math.abs(gradient) }))
    .filter(({ position, magnitude }) => !taken.has(position) && magnitude > 0)
    .sort((a, b) => b.magnitude - a.magnitude);
}

/** All weights zero, pixels 0 or 255, 2^n classes, 32 samples: every gradient is exact in float32, and many tie. */
function exactTrial(features: number, classes: number) {
  const opening = trialOpening({ widths: [features, classes], density: 0.3, seed: 41 });
  opening.mean = [0];
  opening.deviation = [1];
  opening.state.layers[0].weights.fill(0);
  opening.state.layers[0].biases.fill(0);
  const random = randomNumbers(5);
  const pixels = Uint8Array.from({ length: 32 * features }, (_, i) =>
    i % features < 5 ? 0 : random() < 0.3 ? 255 : 0,
  );
  const labels = Uint8Array.from({ length: 32 }, (_, i) => (i * i) % classes);
  return { opening, batch: { count: 32, pixels, labels } };
}

export function describeGrowth(open: OpenEngine): void {
  test.each([
    [0, 7, [13, 30, 22, 5]],
    [1, 1, [13, 30, 22, 5]],
    [1, 25, [13, 30, 22, 5]],
    [2, 10, [13, 30, 22, 5]],
    // Thousands to choose few from: a search with a running threshold has to throw most away on its way.
    [1, 60, [40, 90, 75, 5]],
    [0, 60, [90, 75, 5]],
    [0, 900, [90, 75, 5]],
  ])(
    'the largest inactive gradients of layer %d, %d of them, are those of brute force',
    async (layer, count, widths) => {
      const opening = trialOpening({ widths, density: 0.4, seed: 42, largestBatch: 50 });
      const batch = trialBatch(opening, 45);
      const ranks = everyRank(opening.state.layers[layer].mask, 5);
      const expected = bruteForce(opening, batch, layer, positionsAtRanks(opening.state.layers[layer].mask, ranks));
      await withEngine(open, opening, async (engine) => {
        await engine.trainStep(batch, STEP);
        const positions = await engine.largestInactiveGradients(layer, count, ranks, 3);
        expectLargest(positions, count, expected, slackened(2e-5));
      });
    },
  );

  test('just-dropped positions are candidates', async () => {
    const opening = trialOpening({ widths: [6, 4], density: 1, seed: 43 });
    const batch = trialBatch(opening, 20);
    // All are active, so ranks are positions.
    const dropped = Uint32Array.of(3, 11, 20);
    await withEngine(open, opening, async (engine) => {
      await engine.trainStep(batch, STEP);
      expect(await engine.largestInactiveGradients(0, 5, NONE, 1)).toHaveLength(0);
      expect(Uint32Array.from(await engine.largestInactiveGradients(0, 5, dropped, 1))).toEqual(dropped);
      const active = (await engine.gradients(0)).weights;
      const [largest] = [...dropped].sort((a, b) => Math.abs(active[b]) - Math.abs(active[a]));
      expect(await engine.largestInactiveGradients(0, 1, dropped, 1)).toEqual(Float64Array.of(largest));
    });
  });

  // Few classes and many: engines may look for them in different ways.
  test.each([
    [40, 4],
    [25, 32],
  ])(
    'of %d x %d ties go by seed, zeros are never candidates, too large a count gives all',
    async (features, classes) => {
      const { opening, batch } = exactTrial(features, classes);
      const expected = bruteForce(opening, batch, 0, new Float64Array(0));
      const total = features * classes - opening.state.layers[0].mask.columns.length;
      // Five pixels are always 0, so there are zero gradients to leave out.
      expect(expected.length).toBeLessThan(total);
      await withEngine(open, opening, async (engine) => {
        await engine.trainStep(batch, { ...STEP, learningRate: 0 });
        const find = (count: number, seed: number) => engine.largestInactiveGradients(0, count, NONE, seed);
        expect(await find(1e6, 1)).toEqual(Float64Array.from(expected, ({ position }) => position).sort());
        const chosen = new Map<number, Float64Array[]>();
        for (const seed of [1, 2]) {
          const bySeed: Float64Array[] = [];
          for (const count of [...Array(40).keys(), expected.length - 1, expected.length]) {
            const positions = await find(count, seed);
            expectLargest(positions, count, expected, 1e-12);
            // Fewer are among more, cut inside a tie or not.
            const before = bySeed.at(-1) ?? [];
            expect(before.every((position) => positions.includes(position))).toBe(true);
            bySeed.push(positions);
          }
          expect(await find(17, seed)).toEqual(bySeed[17]);
          chosen.set(seed, bySeed);
        }
        expect(chosen.get(2)).not.toEqual(chosen.get(1));
      });
    },
  );

  test.each([4, 32])('where all gradients of %d outputs are zero there is no candidate', async (outputs) => {
    const { opening, batch } = exactTrial(12, outputs);
    await withEngine(open, opening, async (engine) => {
      await engine.trainStep({ ...batch, pixels: batch.pixels.map(() => 0) }, STEP);
      expect(await engine.largestInactiveGradients(0, 9, NONE, 1)).toHaveLength(0);
    });
  });

  test('gradients are asked for in vain before a step, after an evaluation and after a rewiring', async () => {
    const opening = trialOpening({ widths: [6, 8, 3], density: 0.5, seed: 44 });
    const batch = trialBatch(opening, 4);
    await withEngine(open, opening, async (engine) => {
      await expect(engine.gradients(0)).rejects.toMatchObject({ name: 'EngineError' });
      await engine.trainStep(batch, STEP);
      await engine.evaluate(batch);
      await expect(engine.largestInactiveGradients(0, 1, NONE, 1)).rejects.toThrow(/training step/);
      await engine.trainStep(batch, STEP);
      await engine.rewire(1, positionsOf(await engine.mask(1)).slice(0, 1), new Float64Array(0));
      await expect(engine.gradients(1)).rejects.toThrow(/rewired/);
    });
  });

  test.each([
    ['beyond the active weights', (active: number) => [0, active]],
    ['twice the same', () => [1, 1]],
  ])('a rank to drop cannot be %s', async (_, ranks) => {
    const opening = trialOpening({ widths: [6, 8, 3], density: 0.5, seed: 45 });
    const wrong = Uint32Array.from(ranks(opening.state.layers[0].mask.columns.length));
    await withEngine(open, opening, async (engine) => {
      await engine.trainStep(trialBatch(opening, 4), STEP);
      await expect(engine.largestInactiveGradients(0, 1, wrong, 1)).rejects.toThrow(/is not active/);
    });
  });

  test('the number of active weights and the norm of their gradients are those of the lists', async () => {
    const opening = trialOpening({ widths: [13, 30, 5], density: 0.4, seed: 46 });
    await withEngine(open, opening, async (engine) => {
      await engine.trainStep(trialBatch(opening, 20), STEP);
      for (const layer of [0, 1]) {
        expect(await engine.activeCount(layer)).toBe((await engine.mask(layer)).columns.length);
        const { weights } = await engine.gradients(layer);
        if (engine.gradientNorm) expectNear(await engine.gradientNorm(layer), Math.hypot(...weights), 6);
      }
      const { dropped } = someChanges(await engine.mask(1), 2);
      const before = await engine.activeCount(1);
      await engine.rewire(1, dropped, new Float64Array(0));
      expect(await engine.activeCount(1)).toBe(before - dropped.length);
    });
  });
}
