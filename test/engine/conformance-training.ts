import { expect, test } from 'vitest';
import type { StepSettings } from '../../src-main/engine/engine.ts';
import { positionsOf, trialBatch, trialOpening } from './networks.ts';
import { openReference } from './reference.ts';
import { expectClose, expectNear, isCoarse, withEngine, type OpenEngine } from './support.ts';

const settings: [string, StepSettings][] = [
  ['plain', { learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0, dropoutSeed: 1 }],
  ['momentum', { learningRate: 0.05, momentum: 0.9, nesterov: false, weightDecay: 0, dropoutSeed: 1 }],
  ['Nesterov', { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0, dropoutSeed: 1 }],
  ['weight decay', { learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0.05, dropoutSeed: 1 }],
  ['all together', { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01, dropoutSeed: 1 }],
];

export function describeTraining(open: OpenEngine): void {
  test.each(settings)('one step and thirty are those of a float64 optimiser: %s', async (_, step) => {
    const opening = trialOpening({ widths: [10, 18, 13, 4], density: 0.5, seed: 21, labelSmoothing: 0.05 });
    const reference = openReference(opening);
    await withEngine(open, opening, async (engine) => {
      for (let t = 0; t < 30; t++) {
        const batch = trialBatch(opening, 16, 100 + t);
        const expectedLoss = reference.loss(batch);
        expectNear((await engine.trainStep(batch, step)).loss, expectedLoss, 3);
        reference.step(batch, step);
        if (t !== 0 && t !== 29) continue;
        const { layers } = await engine.snapshot();
        for (const [index, state] of layers.entries()) {
          const expected = reference.layers[index];
          const positions = Array.from(positionsOf(state.mask));
          const tolerance = t === 0 ? 1e-5 : 5e-4;
          expectClose(
            state.weights,
            positions.map((position) => expected.weights[position]),
            tolerance,
          );
          expectClose(state.biases, expected.biases, tolerance);
          if (t !== 0 && isCoarse()) continue;
          expectClose(
            state.momenta,
            positions.map((position) => expected.momenta[position]),
            tolerance,
          );
          expectClose(state.biasMomenta, expected.biasMomenta, tolerance);
        }
      }
    });
  });

  test('sparse is dense with a mask: inactive weights at zero change nothing', async () => {
    const sparse = trialOpening({ widths: [12, 20, 5], density: 0.3, seed: 22 });
    const dense = trialOpening({ widths: [12, 20, 5], density: 1, seed: 22 });
    sparse.state.layers.forEach((state, index) => {
      const target = dense.state.layers[index];
      target.weights.fill(0);
      positionsOf(state.mask).forEach((position, k) => (target.weights[position] = state.weights[k]));
      target.biases.set(state.biases);
    });
    const batch = trialBatch(sparse, 20);
    const still = { learningRate: 0, momentum: 0, nesterov: false, weightDecay: 0, dropoutSeed: 1 };
    const run = (opening: typeof sparse) =>
      withEngine(open, opening, async (engine) => ({
        result: await engine.trainStep(batch, still),
        gradients: [await engine.gradients(0), await engine.gradients(1)],
      }));
    const [a, b] = [await run(sparse), await run(dense)];
    expectNear(a.result.loss, b.result.loss, 6);
    expect(a.result.correct).toBe(b.result.correct);
    a.gradients.forEach(({ weights, biases }, index) => {
      const positions = positionsOf(sparse.state.layers[index].mask);
      expectClose(
        weights,
        Array.from(positions, (position) => b.gradients[index].weights[position]),
        1e-5,
      );
      expectClose(biases, b.gradients[index].biases, 1e-5);
    });
  });

  test('evaluating changes nothing and leaves label smoothing out', async () => {
    const opening = trialOpening({ widths: [9, 14, 4], density: 0.6, seed: 23, labelSmoothing: 0.2, largestBatch: 40 });
    const batch = trialBatch(opening, 37);
    const reference = openReference(opening);
    await withEngine(open, opening, async (engine) => {
      const before = await engine.snapshot();
      const result = await engine.evaluate(batch);
      expectNear(result.loss, reference.loss(batch, 0), 5);
      expect(result.correct).toBe(reference.correct(batch));
      expect(await engine.snapshot()).toEqual(before);
    });
  });

  test.each([1, 31, 33, 100, 128])('a batch of %d: loss and gradients of exactly these samples', async (count) => {
    const opening = trialOpening({ widths: [11, 15, 6], density: 0.5, seed: 24, largestBatch: 128 });
    const batch = trialBatch(opening, count, count);
    const reference = openReference(opening);
    const still = { learningRate: 0, momentum: 0, nesterov: false, weightDecay: 0, dropoutSeed: 1 };
    await withEngine(open, opening, async (engine) => {
      // A full batch first, so that the rest of the last tile holds other samples.
      await engine.trainStep(trialBatch(opening, 128, 9), still);
      const result = await engine.trainStep(batch, still);
      expectNear(result.loss, reference.loss(batch), 5);
      expect(result.correct).toBe(reference.correct(batch));
      for (const [index, expected] of reference.gradients(batch).entries()) {
        const positions = positionsOf(opening.state.layers[index].mask);
        const { weights, biases } = await engine.gradients(index);
        expectClose(
          weights,
          Array.from(positions, (position) => expected.weights[position]),
          2e-5,
        );
        expectClose(biases, expected.biases, 2e-5);
      }
    });
  });

  test('labels beyond a byte: loss, hits and gradients; of either width where both can hold them', async () => {
    const opening = trialOpening({ widths: [9, 12, 700], density: 0.5, seed: 27, largestBatch: 64 });
    const reference = openReference(opening);
    const wide = trialBatch(opening, 50, 5);
    expect(Math.max(...wide.labels)).toBeGreaterThan(511);
    await withEngine(open, opening, async (engine) => {
      const result = await engine.trainStep(wide, { ...settings[0][1], learningRate: 0 });
      expect(result.loss).toBeCloseTo(reference.loss(wide), 4);
      expect(result.correct).toBe(reference.correct(wide));
      expectClose((await engine.gradients(1)).biases, reference.gradients(wide)[1].biases, 2e-5);
      const small = wide.labels.map((label) => label % 256);
      const inBytes = await engine.evaluate({ ...wide, labels: Uint8Array.from(small) });
      expect(inBytes).toEqual(await engine.evaluate({ ...wide, labels: Uint16Array.from(small) }));
    });
  });

  test('large logits neither overflow nor lose the loss', async () => {
    const opening = trialOpening({ widths: [4, 3], seed: 25 });
    opening.state.layers[0].biases.set([300, -300, 0]);
    const batch = { ...trialBatch(opening, 2), labels: Uint8Array.of(1, 0) };
    await withEngine(open, opening, async (engine) => {
      const { loss } = await engine.trainStep(batch, settings[0][1]);
      // One sample is off by about 600, the other by about nothing.
      expect(loss).toBeGreaterThan(290);
      expect(loss).toBeLessThan(310);
    });
  });

  test('a diverged run shows as NaN', async () => {
    const opening = trialOpening({ widths: [4, 6, 3], seed: 26 });
    opening.state.layers[0].weights.fill(NaN);
    await withEngine(open, opening, async (engine) => {
      expect((await engine.evaluate(trialBatch(opening, 3))).loss).toBeNaN();
    });
  });

  test.each([
    ['no sample', { count: 0, pixels: new Uint8Array(0), labels: new Uint8Array(0) }],
    ['more samples than the largest batch', { count: 33, pixels: new Uint8Array(33 * 4), labels: new Uint8Array(33) }],
    ['too few pixels', { count: 2, pixels: new Uint8Array(7), labels: new Uint8Array(2) }],
    ['too few labels', { count: 2, pixels: new Uint8Array(8), labels: new Uint8Array(1) }],
    ['a label beyond the classes', { count: 2, pixels: new Uint8Array(8), labels: Uint8Array.of(0, 3) }],
    [
      "a partner's label beyond the classes",
      {
        count: 1,
        pixels: new Uint8Array(4),
        labels: Uint8Array.of(0),
        mixed: { share: 0.5, labels: Uint8Array.of(3) },
      },
    ],
    [
      'too few partners',
      {
        count: 2,
        pixels: new Uint8Array(8),
        labels: new Uint8Array(2),
        mixed: { share: 0.5, labels: new Uint8Array(1) },
      },
    ],
    [
      'a share above one',
      {
        count: 1,
        pixels: new Uint8Array(4),
        labels: new Uint8Array(1),
        mixed: { share: 1.1, labels: new Uint8Array(1) },
      },
    ],
  ])('refuses a batch with %s', async (_, batch) => {
    await withEngine(open, trialOpening({ widths: [4, 3] }), async (engine) => {
      await expect(engine.trainStep(batch, settings[0][1])).rejects.toThrow(/batch/);
      await expect(engine.evaluate(batch)).rejects.toMatchObject({ name: 'EngineError' });
    });
  });
}
