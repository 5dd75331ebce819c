import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { EngineOptions, LayerState, NormState } from '../../src-main/engine/engine.ts';
import type { Storage } from '../../src-main/engine/cpu/weight-storage.ts';
import { openCpuEngine } from '../../src-main/engine/cpu/cpu-engine.ts';
import { crossoverDensity, measuredStorage } from '../../src-main/engine/cpu/crossover.ts';
import {
  fanIn,
  type ImageShape,
  type LayerSpecification,
  prunableLayers,
  type WeightLayer,
} from '../../src-main/networks/specification.ts';
import { convolution, linear, maxPool, relu } from '../../src-main/networks/zoo/layers.ts';
import { describeEngine } from './conformance.ts';
import { loadBuild, openCpu } from './cpu-support.ts';
import { keptThreads } from './kept-threads.ts';
import { positionsOf, randomMask, randomNumbers, someChanges, trialBatch, trialOpening } from './networks.ts';

const STEP = { learningRate: 0.02, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };

async function openWith(
  storage: Storage | ((layer: WeightLayer) => Storage),
  opening: EngineOptions,
  simd: 'relaxed' | 'plain' = 'relaxed',
) {
  const choose = typeof storage === 'function' ? storage : () => storage;
  return openCpuEngine(opening, { ...(await loadBuild(simd)), spawnThread: keptThreads, storage: choose });
}

describeEngine('CPU engine, dense storage, 2 threads', (opening) => openWith('dense', { ...opening, threads: 2 }));
describeEngine('CPU engine, sparse storage', (opening) => openWith('sparse', opening));
describeEngine('CPU engine, dense storage, plain SIMD', (opening) => openWith('dense', opening, 'plain'));

/** Any network with random masks and weights. */
function openingOf(layers: LayerSpecification[], inputShape: ImageShape, density: number, seed: number): EngineOptions {
  const random = randomNumbers(seed);
  const draw = (length: number, scale: number) => Float32Array.from({ length }, () => (random() * 2 - 1) * scale);
  const network = { name: 'trial', inputShape, classes: (layers.at(-1) as WeightLayer).outputs, layers };
  const states = prunableLayers(network).map((layer): LayerState => {
    const mask = randomMask(layer.outputs, fanIn(layer), density, random);
    const count = mask.columns.length;
    const biases = layer.bias ? layer.outputs : 0;
    return {
      mask,
      weights: draw(count, Math.sqrt(6 / (fanIn(layer) * density))),
      momenta: draw(count, 0.01),
      biases: draw(biases, 0.2),
      biasMomenta: draw(biases, 0.01),
    };
  });
  const norms = layers.flatMap((layer): NormState[] => {
    if (layer.kind !== 'batch-norm') return [];
    const { features } = layer;
    return [
      {
        scale: draw(features, 0.1).map((value) => value + 1),
        shift: draw(features, 0.2),
        scaleMomenta: draw(features, 0.01),
        shiftMomenta: draw(features, 0.01),
        runningMean: draw(features, 0.1),
        runningVariance: draw(features, 0.1).map((value) => value + 1),
      },
    ];
  });
  return {
    network,
    state: { layers: states, norms },
    largestBatch: 70,
    mean: Array.from({ length: inputShape[2] }, () => 0.4),
    deviation: Array.from({ length: inputShape[2] }, () => 0.6),
    labelSmoothing: 0.05,
    threads: 1,
  };
}

const norm = (name: string, features: number): LayerSpecification => ({ kind: 'batch-norm', name, features });

/** Convolutions of every kind, a residual sum that accumulates gradients, and a linear layer that looks at an image. */
const RESIDUAL: LayerSpecification[] = [
  convolution('first', 3, 13, 3),
  norm('n0', 13),
  relu('r0'),
  convolution('body', 13, 18, 3, { stride: 2, bias: true }),
  relu('r1'),
  convolution('body2', 18, 18, 5),
  convolution('shortcut', 13, 18, 1, { stride: 2, padding: 0, from: 'r0' }),
  { kind: 'add', name: 'sum', from: 'body2', other: 'shortcut' },
  relu('r2'),
  convolution('point', 18, 21, 1),
  relu('r3'),
  convolution('unpadded', 21, 9, 2, { padding: 0 }),
  relu('r4'),
  maxPool('pool', 2),
  { kind: 'flatten', name: 'flat' },
  linear('out', 18, 6),
];

const networks: [string, () => EngineOptions][] = [
  ['dense MLP', () => trialOpening({ widths: [61, 173, 150, 7], seed: 1, largestBatch: 100 })],
  ['MLP at half density', () => trialOpening({ widths: [61, 173, 150, 7], density: 0.5, seed: 2, largestBatch: 100 })],
  ['rows longer than a block', () => trialOpening({ widths: [300, 129, 131, 2], density: 0.7, seed: 3 })],
  ['tiny', () => trialOpening({ widths: [5, 6, 3], seed: 4 })],
  ['an empty layer', () => trialOpening({ widths: [6, 7, 8, 3], seed: 8, emptyLayers: [1] })],
  ['dense residual CNN', () => openingOf(RESIDUAL, [7, 9, 3], 1, 5)],
  ['residual CNN at 40%', () => openingOf(RESIDUAL, [7, 9, 3], 0.4, 6)],
];

async function train(opening: EngineOptions, storage: Storage, threads: number, simd: 'relaxed' | 'plain') {
  const engine = await openWith(storage, { ...opening, threads }, simd);
  const trace: unknown[] = [];
  const layers = prunableLayers(opening.network).length;
  for (let t = 0; t < 3; t++) {
    const batch = trialBatch(opening, t % 2 ? opening.largestBatch : Math.min(21, opening.largestBatch), t);
    trace.push(await engine.trainStep(batch, STEP));
    for (let layer = 0; layer < layers; layer++) {
      trace.push(await engine.gradients(layer));
      const { dropped, ranks } = someChanges(await engine.mask(layer), 4);
      const candidates = await engine.largestInactiveGradients(layer, ranks.length, ranks, t);
      trace.push(candidates);
      await engine.rewire(layer, dropped, candidates);
    }
    trace.push(await engine.evaluate(batch), await engine.snapshot());
  }
  await engine.close();
  return trace;
}

describe('dense and sparse storage give the same bits', () => {
  test.each(networks)('%s', async (_, opening) => {
    for (const simd of ['relaxed', 'plain'] as const) {
      const expected = await train(opening(), 'sparse', 1, simd);
      for (const threads of [1, 3]) expect(await train(opening(), 'dense', threads, simd)).toEqual(expected);
    }
  });

  test('a run goes on from a snapshot in the other storage', async () => {
    const opening = openingOf(RESIDUAL, [7, 9, 3], 0.6, 9);
    const batch = trialBatch(opening, 40);
    const [dense, sparse] = [await openWith('dense', opening), await openWith('sparse', opening)];
    for (let t = 0; t < 3; t++) await dense.trainStep(batch, STEP);
    for (let t = 0; t < 2; t++) await sparse.trainStep(batch, STEP);
    const resumed = await openWith('dense', { ...opening, state: await sparse.snapshot() });
    await resumed.trainStep(batch, STEP);
    expect(await resumed.snapshot()).toEqual(await dense.snapshot());
    for (const engine of [dense, sparse, resumed]) await engine.close();
  });
});

describe('dense storage', () => {
  test('inactive weights stay exactly zero through steps with momentum and decay', async () => {
    const opening = trialOpening({ widths: [20, 33, 4], density: 0.5, seed: 12 });
    const engine = await openWith('dense', opening);
    const { dropped, grown } = someChanges(await engine.mask(0), 3);
    for (let t = 0; t < 4; t++) await engine.trainStep(trialBatch(opening, 30, t), STEP);
    await engine.rewire(0, dropped, new Float64Array(0));
    for (let t = 0; t < 4; t++) await engine.trainStep(trialBatch(opening, 30, t), STEP);
    // What had been dropped, and what never was there, starts from nothing.
    const back = Float64Array.from([...dropped, ...grown]).sort();
    await engine.rewire(0, new Float64Array(0), back);
    const { mask, weights, momenta } = (await engine.snapshot()).layers[0];
    const isNew = new Set(back);
    let seen = 0;
    positionsOf(mask).forEach((position, k) => {
      if (!isNew.has(position)) return;
      seen++;
      expect([weights[k], momenta[k]]).toEqual([0, 0]);
    });
    expect(seen).toBe(back.length);
    await engine.close();
  });

  test('takes 8 bytes a weight and what fills up its rows', async () => {
    const opening = trialOpening({ widths: [784, 500, 400, 10], seed: 13 });
    const engine = await openCpu(opening);
    const weights = opening.state.layers.reduce((sum, { mask }) => sum + mask.columns.length, 0);
    expect(engine.memory().byPurpose.weights).toBeLessThan(8.5 * weights);
    await engine.close();
  });

  test('is chosen where all weights are active, never where it would take more than 32 bytes an active weight', async () => {
    const { module } = await loadBuild('relaxed');
    const storage = measuredStorage(module, 0);
    const layer = linear('l', 500, 300);
    expect(storage(layer, 150_000)).toBe('dense');
    expect(storage(layer, 150_000 / 4)).toBe('sparse');
    for (const density of [0.3, 0.4, 0.5, 0.7, 0.9]) {
      const opening = trialOpening({ widths: [300, 280, 10], density, seed: 14 });
      const engine = await openCpu(opening);
      const weights = opening.state.layers.reduce((sum, { mask }) => sum + mask.columns.length, 0);
      expect(engine.memory().byPurpose.weights).toBeLessThan(32 * weights);
      await engine.close();
    }
  });

  test.each(['linear', 'pointwise', 'convolution'] as const)(
    'the crossover of %s layers is measured once',
    async (shapeClass) => {
      const { module } = await loadBuild('plain');
      const density = crossoverDensity(module, 0, shapeClass);
      expect(density).toBeGreaterThan(0.02);
      expect(density).toBeLessThan(10);
      const clock = vi.spyOn(performance, 'now');
      onTestFinished(() => clock.mockRestore());
      expect(crossoverDensity(module, 0, shapeClass)).toBe(density);
      expect(clock).not.toHaveBeenCalled();
    },
  );
});

test('gradients of a few rows of a dense layer take no more room than these', async () => {
  const opening = trialOpening({ widths: [1200, 1500, 3], threads: 2 });
  const engine = await openWith('dense', opening);
  try {
    await engine.trainStep(trialBatch(opening, 9), STEP);
    const { weights } = await engine.gradients(0);
    const { usedBytes } = engine.memory();
    const peak = engine.memory().peakBytes;
    expect(peak - usedBytes).toBeGreaterThan(weights.byteLength * 0.9);
    for (const [from, to] of [
      [0, 16],
      [7, 40],
      [1490, 1500],
    ]) {
      expect(await engine.gradientRows!(0, from, to, 'all')).toEqual(weights.subarray(from * 1200, to * 1200));
    }
    expect(engine.memory()).toMatchObject({ usedBytes, peakBytes: peak });
  } finally {
    await engine.close();
  }
});

test('gradients at inactive positions of convolutions do not depend on the storage', async () => {
  const layers = [
    convolution('one', 2, 5, 3, { bias: true }),
    relu('relu'),
    maxPool('pool', 2),
    convolution('two', 5, 20, 3),
    { kind: 'flatten', name: 'flatten' } as const,
    linear('out', 20 * 16, 4),
  ];
  const opening = openingOf(layers, [8, 8, 2], 0.3, 5);
  const [dense, sparse] = [await openWith('dense', opening), await openWith('sparse', opening)];
  try {
    for (const engine of [dense, sparse]) await engine.trainStep(trialBatch(opening, 40), STEP);
    for (const [layer, rows] of [5, 20, 4].entries())
      for (const of of ['active', 'all'] as const) {
        const found = await sparse.gradientRows!(layer, 2, rows, of);
        expect(found).toEqual(await dense.gradientRows!(layer, 2, rows, of));
        expect(found.some((gradient) => gradient !== 0)).toBe(true);
      }
  } finally {
    await dense.close();
    await sparse.close();
  }
});
