import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { StepSettings } from '../../src-main/engine/engine.ts';
import { prunableLayers } from '../../src-main/networks/specification.ts';
import { openTfjs } from './image-autodiff.ts';
import { openImageReference } from './image-reference.ts';
import {
  conv,
  flatten,
  globalPool,
  imageOpening,
  type ImageTrial,
  layersOf,
  linear,
  norm,
  pool,
  preActivationNetwork,
  relu,
  residualNetwork,
} from './images.ts';
import { everyRank, positionsAtRanks, positionsOf, someChanges, trialBatch } from './networks.ts';
import {
  expectLargest,
  expectClose,
  expectNear,
  expectSameBits,
  slackened,
  withEngine,
  type OpenEngine,
} from './support.ts';

const STEP = { learningRate: 0.03, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };
const AT_REST = { learningRate: 0, momentum: 0, nesterov: false, weightDecay: 0, dropoutSeed: 1 };

const residual: ImageTrial = {
  shape: [6, 5, 2],
  classes: 4,
  density: 0.5,
  seed: 61,
  largestBatch: 40,
  layers: residualNetwork(2, 4, 4),
};

const droppingLayers = layersOf(
  conv(2, 4, 3, { padding: 1 }),
  norm(4),
  relu,
  { kind: 'dropout', rate: 0.3 },
  conv(4, 4, 3, { padding: 1 }),
  { kind: 'dropout', rate: 0.5 },
  globalPool,
  linear(4, 3),
);

const autodiffTrials: [string, ImageTrial][] = [
  ['residual blocks', { ...residual, density: 1 }],
  ['pre-activation blocks', { shape: [5, 6, 2], classes: 4, seed: 62, layers: preActivationNetwork(2, 3, 4) }],
  [
    'kernels of 1, 2, 4 and 5, strides, both poolings',
    {
      shape: [12, 11, 2],
      classes: 3,
      seed: 63,
      layers: layersOf(
        conv(2, 3, 5, { padding: 2, bias: true }),
        relu,
        pool('max-pool', 3, 2, 1),
        conv(3, 4, 2, { padding: 1 }),
        norm(4),
        relu,
        pool('average-pool', 3, 2, 1),
        conv(4, 5, 1, { stride: 2 }),
        relu,
        flatten,
        linear(20, 3),
      ),
    },
  ],
];

const denseResidual = () => imageOpening({ ...residual, density: 1, largestBatch: 16 });

// At 0.01 two states 1e-8 apart come to lie on both sides of a ReLU's kink after 72 steps, and part for good; another
// test follows such a run.
const GENTLE_STEP = { ...STEP, learningRate: 0.003 };

const LOSSES_FILE = new URL('../fixtures/residual-losses.txt', import.meta.url);
const LOSSES_STEPS = 200;

/** Losses of the first steps of the dense residual CNN as tfjs trains it, which takes half a minute: see `tfjsLosses`. */
const keptLosses = (): number[] => readFileSync(LOSSES_FILE, 'utf8').trim().split('\n').map(Number);

/** Trains the losses that are kept in a file, which all engines' tests read. */
export async function tfjsLosses(): Promise<readonly number[]> {
  const opening = denseResidual();
  const network = await openTfjs(opening);
  const losses = Array.from({ length: LOSSES_STEPS }, (_, t) =>
    network.step(trialBatch(opening, 16, t % 8), GENTLE_STEP),
  );
  network.close();
  return losses;
}

export function describeImageTraining(open: OpenEngine, longRun: number): void {
  test.each(autodiffTrials)('gradients over images are those of tfjs: %s', async (_, trial) => {
    const opening = imageOpening(trial);
    const batch = trialBatch(opening, 9);
    const network = await openTfjs(opening);
    expect(network.backend).toBe('cpu');
    const expected = network.gradients(batch);
    network.close();
    await withEngine(open, opening, async (engine) => {
      expectNear((await engine.trainStep(batch, AT_REST)).loss, expected.loss, 5);
      for (const [index, weights] of expected.weights.entries()) {
        const gradients = await engine.gradients(index);
        const biases = gradients.biases.length > 0 ? expected.biases[index] : [];
        expectClose([...gradients.weights, ...gradients.biases], [...weights, ...biases], 5e-5);
      }
    });
  });

  test(`${longRun} dense steps of a residual CNN stay beside those of tfjs`, { timeout: 600_000 }, async () => {
    const opening = denseResidual();
    const losses = keptLosses().slice(0, longRun);
    expect(losses).toHaveLength(longRun);
    await withEngine(open, opening, async (engine) => {
      for (const [t, expected] of losses.entries()) {
        const { loss } = await engine.trainStep(trialBatch(opening, 16, t % 8), GENTLE_STEP);
        expect(Math.abs(loss - expected) / expected).toBeLessThan(Math.min(0.02, slackened(1e-3)));
      }
    });
  });

  test(`wherever ${longRun} faster steps lead, gradients there are those of tfjs`, { timeout: 600_000 }, async () => {
    const opening = denseResidual();
    const step = { ...STEP, learningRate: 0.01 };
    const losses: number[] = [];
    await withEngine(open, opening, async (engine) => {
      for (let t = 0; t < longRun; t++) {
        const batch = trialBatch(opening, 16, t % 8);
        const compares = t % 20 === 19;
        const network = compares ? await openTfjs({ ...opening, state: await engine.snapshot() }) : null;
        losses.push((await engine.trainStep(batch, step)).loss);
        if (!network) continue;
        const expected = network.gradients(batch);
        network.close();
        expectNear(losses[t], expected.loss, 5);
        for (const [index, weights] of expected.weights.entries())
          expectClose((await engine.gradients(index)).weights, weights, 5e-5);
      }
    });
    const roundOf = (from: number) => losses.slice(from, from + 8).reduce((sum, loss) => sum + loss, 0);
    expect(roundOf(longRun - 8)).toBeLessThan(roundOf(0) * (longRun < 200 ? 1 : 0.6));
  });

  test('sparse is dense with a mask, over images too', async () => {
    const sparse = imageOpening({ ...residual, density: 0.3 });
    const dense = imageOpening({ ...residual, density: 1 });
    dense.state.norms = sparse.state.norms;
    sparse.state.layers.forEach((state, index) => {
      const target = dense.state.layers[index];
      target.weights.fill(0);
      positionsOf(state.mask).forEach((position, k) => (target.weights[position] = state.weights[k]));
      target.biases.set(state.biases);
    });
    const batch = trialBatch(sparse, 20);
    const count = sparse.state.layers.length;
    const run = (opening: typeof sparse) =>
      withEngine(open, opening, async (engine) => {
        const result = await engine.trainStep(batch, AT_REST);
        const gradients = [];
        for (let layer = 0; layer < count; layer++) gradients.push(await engine.gradients(layer));
        return { result, gradients };
      });
    const [a, b] = [await run(sparse), await run(dense)];
    expectNear(a.result.loss, b.result.loss, 6);
    a.gradients.forEach(({ weights }, index) => {
      const positions = positionsOf(sparse.state.layers[index].mask);
      expectClose(
        weights,
        Array.from(positions, (position) => b.gradients[index].weights[position]),
        1e-5,
      );
    });
  });

  test.each([0, 1, 3, 5, 6])(
    'candidates of weight layer %d of a residual CNN are those of brute force',
    async (layer) => {
      const opening = imageOpening(residual);
      const batch = trialBatch(opening, 37);
      const { mask } = opening.state.layers[layer];
      const ranks = everyRank(mask, 4);
      const dropped = positionsAtRanks(mask, ranks);
      const taken = new Set(positionsOf(mask));
      dropped.forEach((position) => taken.delete(position));
      // All weights there, the inactive ones at zero: the same network, and gradients everywhere.
      const dense = imageOpening({ ...residual, density: 1 });
      dense.state.norms = opening.state.norms;
      opening.state.layers.forEach((state, index) => {
        const target = dense.state.layers[index];
        target.weights.fill(0);
        positionsOf(state.mask).forEach((position, k) => (target.weights[position] = state.weights[k]));
        target.biases.set(state.biases);
      });
      const network = await openTfjs(dense);
      const gradients = network.gradients(batch).weights[layer];
      network.close();
      const expected = Array.from(gradients, (gradient, position) => ({ position, magnitude: Math.abs(gradient) }))
        .filter(({ position }) => !taken.has(position))
        .sort((a, b) => b.magnitude - a.magnitude);
      await withEngine(open, opening, async (engine) => {
        await engine.trainStep(batch, STEP);
        for (const count of [1, dropped.length]) {
          const positions = await engine.largestInactiveGradients(layer, count, ranks, 5);
          expectLargest(positions, count, expected, slackened(5e-5));
        }
      });
    },
  );

  test('rewiring convolutions keeps survivors, and training goes on by the new masks', async () => {
    const opening = imageOpening(residual);
    await withEngine(open, opening, async (engine) => {
      for (let t = 0; t < 3; t++) await engine.trainStep(trialBatch(opening, 20, t), STEP);
      for (const layer of prunableLayers(opening.network).keys()) {
        const old = (await engine.snapshot()).layers[layer];
        const { dropped, grown } = someChanges(old.mask, 3);
        await engine.rewire(layer, dropped, grown);
        const now = (await engine.snapshot()).layers[layer];
        const expected = new Map(Array.from(positionsOf(old.mask), (p, k) => [p, [old.weights[k], old.momenta[k]]]));
        dropped.forEach((position) => expected.delete(position));
        grown.forEach((position) => expected.set(position, [0, 0]));
        const positions = Array.from(expected.keys()).sort((a, b) => a - b);
        expect(Array.from(positionsOf(now.mask))).toEqual(positions);
        for (const [what, index] of [
          ['weights', 0],
          ['momenta', 1],
        ] as const)
          expectSameBits(
            now[what],
            Float32Array.from(positions, (p) => expected.get(p)![index]),
          );
      }
      const batch = trialBatch(opening, 33, 50);
      // A step, so that grown weights count, forward and on the way back.
      await engine.trainStep(batch, STEP);
      const reference = openImageReference({ ...opening, state: await engine.snapshot() });
      expectNear((await engine.evaluate(batch)).loss, reference.loss(batch, false), 4);
      const expectedLoss = reference.loss(batch, true);
      expectNear((await engine.trainStep(batch, AT_REST)).loss, expectedLoss, 4);
    });
  });

  test('a snapshot of a CNN with dropout opens again and goes on bit for bit', async () => {
    const opening = imageOpening({ shape: [5, 5, 2], classes: 3, density: 0.5, seed: 64, layers: droppingLayers });
    const settings = (t: number): StepSettings => ({ ...STEP, dropoutSeed: 1000 + t });
    const train = (state: typeof opening.state, from: number, to: number) =>
      withEngine(open, { ...opening, state }, async (engine) => {
        for (let t = from; t < to; t++) {
          await engine.trainStep(trialBatch(opening, t % 2 ? 32 : 13, t), settings(t));
          if (t % 3 !== 2) continue;
          const { dropped, grown } = someChanges(await engine.mask(1), 4);
          await engine.rewire(1, dropped, grown);
        }
        return engine.snapshot();
      });
    const whole = await train(opening.state, 0, 8);
    const resumed = await train(await train(opening.state, 0, 4), 4, 8);
    // `toEqual` compares floats by value; these are all finite.
    expect(whole.norms[0].runningVariance.every(Number.isFinite)).toBe(true);
    expect(resumed).toEqual(whole);
    expect(whole.norms[0].runningMean).not.toEqual(opening.state.norms[0].runningMean);
  });

  test('dropout drops its share, scales the rest, and its gradient goes where its values went', async () => {
    const features = 400;
    const rate = 0.3;
    const opening = imageOpening({
      shape: [1, 3, 1],
      classes: 2,
      seed: 65,
      layers: layersOf(linear(3, features), { kind: 'dropout', rate }, linear(features, 2)),
    });
    const batch = { ...trialBatch(opening, 1), labels: Uint8Array.of(0) };
    const [first, last] = opening.state.layers;
    const x = Array.from(batch.pixels, (pixel) => (pixel / 255 - opening.mean[0]) / opening.deviation[0]);
    const hidden = Array.from(first.biases, (bias, j) =>
      x.reduce((sum, value, i) => sum + value * first.weights[j * 3 + i], bias),
    );
    const gradientsWith = (dropoutSeed: number) =>
      withEngine(open, opening, async (engine) => {
        await engine.trainStep(batch, { ...AT_REST, dropoutSeed });
        return [await engine.gradients(0), await engine.gradients(1)];
      });
    const [before, behind] = await gradientsWith(7);
    const [ofClass0, ofClass1] = behind.biases;
    // What each feature was multiplied by: the last layer's gradient is that of the logit times its input.
    const factors = hidden.map((value, j) => behind.weights[j] / ofClass0 / value);
    const kept = factors.filter((factor) => Math.abs(factor) > 1e-3);
    kept.forEach((factor) => expectNear(factor, 1 / (1 - rate), 3));
    expect(Math.abs(kept.length / features - (1 - rate))).toBeLessThan(0.1);
    const expected = factors.map(
      (factor, j) => factor * (last.weights[j] * ofClass0 + last.weights[features + j] * ofClass1),
    );
    expectClose(before.biases, expected, 1e-4);
    expect(await gradientsWith(7)).toEqual([before, behind]);
    const [, other] = await gradientsWith(8);
    expect(other.weights).not.toEqual(behind.weights);
  });

  test('dropout differs between samples and layers, and is off in evaluation', async () => {
    const opening = imageOpening({ shape: [5, 5, 2], classes: 3, seed: 66, layers: droppingLayers });
    const one = trialBatch(opening, 1);
    const twins = {
      count: 8,
      pixels: Uint8Array.from({ length: 8 * 50 }, (_, i) => one.pixels[i % 50]),
      labels: new Uint8Array(8).fill(one.labels[0]),
    };
    await withEngine(open, opening, async (engine) => {
      const losses = new Set<number>();
      for (const dropoutSeed of [1, 2, 3])
        losses.add((await engine.trainStep(twins, { ...AT_REST, dropoutSeed })).loss);
      expect(losses.size).toBe(3);
      const { loss } = await engine.evaluate(twins);
      const state = await engine.snapshot();
      expectNear(loss, openImageReference({ ...opening, state }).loss(twins, false), 5);
    });
  });

  test('a batch of one sample: batch norm leaves the running variance where it has none to give', async () => {
    const opening = imageOpening({
      shape: [1, 4, 1],
      classes: 3,
      seed: 67,
      layers: layersOf(linear(4, 5), norm(5), relu, linear(5, 3)),
    });
    await withEngine(open, opening, async (engine) => {
      const { loss } = await engine.trainStep(trialBatch(opening, 1), STEP);
      expect(Number.isFinite(loss)).toBe(true);
      const [{ runningMean, runningVariance }] = (await engine.snapshot()).norms;
      expect(runningVariance).toEqual(opening.state.norms[0].runningVariance);
      expect(runningMean).not.toEqual(opening.state.norms[0].runningMean);
    });
  });

  test('openings that do not fit together are refused with the reason', async () => {
    const base = (): ImageTrial => ({ ...residual, seed: 68 });
    const spoilt: [(trial: ImageTrial, opening: ReturnType<typeof imageOpening>) => void, RegExp][] = [
      [(_, { state }) => state.norms.pop(), /6 batch norms, its state 5/],
      [(_, { state }) => (state.norms[1].shift = new Float32Array(3)), /batch-norm-4.*shift has 3 entries, not 4/],
      [(_, { network }) => (network.classes = 9), /4 logits for 9 classes/],
      [(_, { network }) => network.layers.splice(-2, 1), /takes 8 features, but gets 72/],
      [(_, { network }) => Object.assign(network.layers[0], { stride: 0 }), /stride 0/],
      [(_, { network }) => network.layers.push({ kind: 'dropout', name: 'd', rate: 1 }), /share of 1/],
      [
        ({ layers }, { network }) => {
          network.layers[3] = { ...layers[3], from: 'stem' };
          network.layers.splice(3, 0, { kind: 'relu', name: 'idle' });
        },
        /nothing takes the output of idle/,
      ],
    ];
    for (const [spoil, message] of spoilt) {
      const trial = base();
      const opening = imageOpening({ ...trial, layers: trial.layers.map((layer) => ({ ...layer })) });
      spoil(trial, opening);
      const refusal = open(opening);
      await expect(refusal).rejects.toThrow(message);
      await expect(refusal).rejects.toMatchObject({ name: 'EngineError' });
    }
  });
}
