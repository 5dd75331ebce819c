import { expect, test } from 'vitest';
import type { Batch, Engine, EngineOptions } from '../../src-main/engine/engine.ts';
import { openTfjsEngine } from '../../src-main/engine/tfjs/tfjs-engine.ts';
import { openCpu } from './cpu-support.ts';
import { imageOpening, layersOf, conv, globalPool, linear, norm, relu, residualNetwork, flatten } from './images.ts';
import { everyRank, randomNumbers, someChanges, trialBatch, trialOpening } from './networks.ts';
import { expectClose, withEngine } from './support.ts';
import { openTfjsOnCpu, tf } from './tfjs-support.ts';

const STEP = { learningRate: 0.03, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };
const AT_REST = { learningRate: 0, momentum: 0, nesterov: false, weightDecay: 0, dropoutSeed: 1 };

test('no tensor is left behind: not by 100 steps, evaluations and rewirings, nor by closing', async () => {
  const opening = imageOpening({ shape: [6, 5, 2], classes: 4, density: 0.5, layers: residualNetwork(2, 3, 4) });
  opening.network.layers.splice(-1, 0, { kind: 'dropout', name: 'drop', rate: 0.2 });
  const before = tf.memory().numTensors;
  await withEngine(openTfjsOnCpu, opening, async (engine) => {
    await engine.trainStep(trialBatch(opening, 4), STEP);
    const afterOne = tf.memory().numTensors;
    for (let t = 0; t < 100; t++) {
      await engine.trainStep(trialBatch(opening, 4, t), STEP);
      expect(tf.memory().numTensors).toBe(afterOne);
      if (t % 20 !== 19) continue;
      await engine.largestInactiveGradients(1, 5, new Uint32Array(0), 1);
      await engine.gradients(0);
      const { dropped, grown } = someChanges(await engine.mask(1), 4);
      await engine.rewire(1, dropped, grown);
      await engine.snapshot();
      await engine.evaluate(trialBatch(opening, 4, t));
    }
  });
  expect(tf.memory().numTensors).toBe(before);
});

test('another backend than the one asked for is refused, not used', async () => {
  const refusal = openTfjsEngine(trialOpening({ widths: [4, 3] }), {
    tf,
    id: 'tfjs-cuda',
    title: 'tfjs on CUDA',
    backend: 'tensorflow',
  });
  await expect(refusal).rejects.toThrow('The tfjs-cuda engine wants the backend tensorflow, but has cpu');
});

/** The same step on both engines. */
async function onBoth<T>(opening: EngineOptions, work: (engine: Engine) => Promise<T>): Promise<[T, T]> {
  return [await withEngine(openCpu, opening, work), await withEngine(openTfjsOnCpu, opening, work)];
}

test('dropout draws what the CPU engine draws, behind linear layers and in images', async () => {
  const opening = imageOpening({
    shape: [5, 4, 2],
    classes: 3,
    seed: 81,
    layers: layersOf(
      { kind: 'dropout', rate: 0.2 },
      conv(2, 4, 3, { padding: 1 }),
      norm(4),
      relu,
      { kind: 'dropout', rate: 0.4 },
      flatten,
      linear(80, 9),
      { kind: 'dropout', rate: 0.5 },
      linear(9, 3),
    ),
  });
  const batch = trialBatch(opening, 32);
  const [cpu, tfjs] = await onBoth(opening, async (engine) => {
    const { loss } = await engine.trainStep(batch, { ...AT_REST, dropoutSeed: 0xfedcba98 });
    return { loss, first: (await engine.gradients(0)).weights, last: (await engine.gradients(2)).weights };
  });
  expect(tfjs.loss).toBeCloseTo(cpu.loss, 5);
  expectClose(tfjs.first, cpu.first, 2e-5);
  expectClose(tfjs.last, cpu.last, 2e-5);
});

/** Weights at zero, pixels 0 or 255: gradients that are exact in float32, and many that tie. */
function tiedTrial(outputs: number): { opening: EngineOptions; batch: Batch } {
  const opening = trialOpening({ widths: [60, outputs], density: 0.3, seed: 82 });
  Object.assign(opening, { mean: [0], deviation: [1] });
  opening.state.layers[0].weights.fill(0);
  opening.state.layers[0].biases.fill(0);
  const random = randomNumbers(5);
  return {
    opening,
    batch: {
      count: 32,
      pixels: Uint8Array.from({ length: 32 * 60 }, () => (random() < 0.3 ? 255 : 0)),
      labels: Uint8Array.from({ length: 32 }, (_, i) => (i * i) % outputs),
    },
  };
}

test.each([
  [4, 1],
  [4, 0xffffffff],
  [32, 1],
  [32, 0xffffffff],
])('of equal gradients of %d outputs both engines grow the same, tie seed %d', async (outputs, tieSeed) => {
  const { opening, batch } = tiedTrial(outputs);
  const dropped = everyRank(opening.state.layers[0].mask, 7);
  const [cpu, tfjs] = await onBoth(opening, async (engine) => {
    await engine.trainStep(batch, AT_REST);
    return Promise.all([3, 20, 1000].map((count) => engine.largestInactiveGradients(0, count, dropped, tieSeed)));
  });
  expect(tfjs).toEqual(cpu);
});

test('50 steps of a sparse residual network stay beside the CPU engine', { timeout: 120_000 }, async () => {
  const opening = imageOpening({
    shape: [6, 5, 2],
    classes: 4,
    density: 0.4,
    seed: 83,
    layers: [...residualNetwork(2, 3, 4).slice(0, -2), ...layersOf(globalPool, linear(6, 4))],
  });
  const [cpu, tfjs] = await onBoth(opening, async (engine) => {
    const losses: number[] = [];
    for (let t = 0; t < 50; t++) {
      losses.push((await engine.trainStep(trialBatch(opening, 16, t % 8), { ...STEP, learningRate: 0.003 })).loss);
      if (t % 10 !== 9) continue;
      const { dropped, grown } = someChanges(await engine.mask(2), 5);
      await engine.rewire(2, dropped, grown);
    }
    return losses;
  });
  cpu.forEach((loss, t) => expect(Math.abs(tfjs[t] - loss) / loss).toBeLessThan(1e-4));
});
