import { expect, test } from 'vitest';
import { type Batch, type Engine, type EngineOptions, NORM_MOMENTUM } from '../../src-main/engine/engine.ts';
import type { LayerSpecification } from '../../src-main/networks/specification.ts';
import {
  add,
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
import { openImageReference } from './image-reference.ts';
import { positionsOf, randomNumbers, trialBatch } from './networks.ts';
import { expectClose, expectNear, withEngine, type OpenEngine } from './support.ts';

const AT_REST = { learningRate: 0, momentum: 0, nesterov: false, weightDecay: 0, dropoutSeed: 1 };
const PROBES = 24;

const net = (...layers: Parameters<typeof layersOf>): LayerSpecification[] => layersOf(...layers);

const trials: [string, ImageTrial, number][] = [
  ['1x1 convolution', { shape: [3, 4, 2], classes: 3, layers: net(conv(2, 3, 1), relu, globalPool, linear(3, 3)) }, 5],
  [
    '3x3 convolutions, padded',
    {
      shape: [5, 6, 2],
      classes: 3,
      density: 0.5,
      layers: net(
        conv(2, 4, 3, { padding: 1, bias: true }),
        relu,
        conv(4, 3, 3, { padding: 1 }),
        relu,
        globalPool,
        linear(3, 3),
      ),
    },
    7,
  ],
  [
    '5x5 then 2x2, no padding, straight into linear',
    {
      shape: [8, 7, 1],
      classes: 4,
      density: 0.6,
      layers: net(
        conv(1, 3, 5, { bias: true }),
        relu,
        conv(3, 4, 2, { bias: true }),
        relu,
        flatten,
        linear(4 * 3 * 2, 4),
      ),
    },
    6,
  ],
  [
    'even kernels of unequal sides',
    {
      shape: [6, 5, 2],
      classes: 3,
      layers: net(conv(2, 3, [4, 2], { padding: 1 }), relu, conv(3, 3, [2, 3]), globalPool, linear(3, 3)),
    },
    5,
  ],
  [
    'stride 2 with a remainder',
    {
      shape: [8, 9, 2],
      classes: 3,
      density: 0.6,
      layers: net(
        conv(2, 4, 3, { stride: 2, padding: 1 }),
        relu,
        conv(4, 4, 3, { stride: 2, padding: 1 }),
        relu,
        flatten,
        linear(4 * 2 * 3, 3),
      ),
    },
    6,
  ],
  [
    'stride beyond the kernel, and 5x5 by 3',
    {
      shape: [11, 10, 2],
      classes: 3,
      layers: net(
        conv(2, 3, 3, { padding: 1 }),
        relu,
        conv(3, 3, 1, { stride: 3 }),
        relu,
        conv(3, 4, 5, { stride: 3, padding: 3 }),
        relu,
        globalPool,
        linear(4, 3),
      ),
    },
    4,
  ],
  [
    'padding beyond the kernel, as in vgg-c',
    {
      shape: [4, 4, 2],
      classes: 3,
      layers: net(
        conv(2, 3, 3, { padding: 1 }),
        norm(3),
        relu,
        conv(3, 3, 1, { padding: 1 }),
        norm(3),
        relu,
        pool('max-pool', 2),
        flatten,
        linear(27, 3),
      ),
    },
    5,
  ],
  [
    'batch norms after convolutions',
    {
      shape: [5, 4, 2],
      classes: 3,
      density: 0.6,
      seed: 3,
      layers: net(
        conv(2, 4, 3, { padding: 1 }),
        norm(4),
        relu,
        conv(4, 5, 3, { padding: 1 }),
        norm(5),
        globalPool,
        linear(5, 3),
      ),
    },
    9,
  ],
  [
    'batch norms between linear layers, before and behind ReLU',
    {
      shape: [1, 7, 1],
      classes: 3,
      density: 0.7,
      seed: 4,
      layers: net(linear(7, 9), norm(9), relu, linear(9, 8), relu, norm(8), linear(8, 3)),
    },
    12,
  ],
  [
    'batch norm on the input and at the end',
    {
      shape: [4, 4, 2],
      classes: 3,
      seed: 5,
      layers: net(norm(2), conv(2, 3, 3), relu, flatten, linear(12, 3, false), norm(3)),
    },
    8,
  ],
  [
    'max pooling 2x2',
    {
      shape: [6, 6, 2],
      classes: 3,
      seed: 6,
      layers: net(
        conv(2, 4, 3, { padding: 1 }),
        norm(4),
        relu,
        pool('max-pool', 2),
        conv(4, 4, 3, { padding: 1 }),
        relu,
        pool('max-pool', 3),
        flatten,
        linear(4, 3),
      ),
    },
    6,
  ],
  [
    'max pooling 3x3 by 2, padded, as in a ResNet stem',
    {
      shape: [9, 8, 1],
      classes: 3,
      seed: 7,
      layers: net(
        conv(1, 3, 3, { padding: 1 }),
        norm(3),
        relu,
        pool('max-pool', 3, 2, 1),
        conv(3, 3, 3),
        pool('max-pool', 2, 1),
        globalPool,
        linear(3, 3),
      ),
    },
    6,
  ],
  [
    'average pooling, padded and with a remainder',
    {
      shape: [7, 8, 2],
      classes: 3,
      seed: 8,
      layers: net(
        conv(2, 3, 3, { padding: 1 }),
        relu,
        pool('average-pool', 3, 2, 1),
        conv(3, 4, 2),
        relu,
        pool('average-pool', 2),
        flatten,
        linear(4, 3),
      ),
    },
    5,
  ],
  [
    'pooling, ReLU and flattening where nobody can take them in',
    {
      shape: [6, 6, 2],
      classes: 4,
      seed: 9,
      layers: net(
        relu,
        pool('max-pool', 2),
        conv(2, 4, 3, { padding: 1 }),
        pool('average-pool', 3),
        relu,
        flatten,
        relu,
        norm(4),
        linear(4, 4),
        relu,
      ),
    },
    6,
  ],
  [
    'a flattened image that goes on as features',
    { shape: [3, 3, 2], classes: 3, seed: 10, layers: net(conv(2, 2, 2), flatten, norm(8), relu, linear(8, 3)) },
    7,
  ],
  [
    'sums of one output with itself and of two',
    {
      shape: [4, 4, 2],
      classes: 3,
      seed: 11,
      layers: net(
        { ...conv(2, 3, 3, { padding: 1 }), name: 'a' },
        add('a'),
        { ...relu, name: 'b' },
        conv(3, 3, 3, { padding: 1, from: 'a' }),
        add('b'),
        relu,
        globalPool,
        linear(3, 3),
      ),
    },
    5,
  ],
  [
    'residual blocks with a projection',
    { shape: [6, 5, 2], classes: 4, density: 0.6, seed: 12, layers: residualNetwork(2, 4, 4) },
    8,
  ],
  [
    'pre-activation blocks',
    { shape: [5, 6, 2], classes: 4, density: 0.6, seed: 13, layers: preActivationNetwork(2, 3, 4) },
    8,
  ],
  [
    'more than one tile, the last one partly filled',
    {
      shape: [4, 4, 1],
      classes: 3,
      seed: 14,
      largestBatch: 70,
      layers: net(conv(1, 3, 3, { padding: 1 }), norm(3), relu, pool('max-pool', 2), flatten, linear(12, 3)),
    },
    37,
  ],
];

/** Slopes of the loss along single numbers, by central differences. */
function slopes(loss: () => number, values: Float64Array, indices: Iterable<number>): number[] {
  return Array.from(indices, (at) => {
    const [value, h] = [values[at], 1e-6];
    values[at] = value + h;
    const up = loss();
    values[at] = value - h;
    const down = loss();
    values[at] = value;
    return (up - down) / (2 * h);
  });
}

/** Some indices of many, all of few. */
function probes(length: number, seed: number): number[] {
  const random = randomNumbers(seed);
  if (length <= PROBES) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: PROBES }, () => Math.floor(random() * length));
}

/** Gradients of scale and shift: what one step of rate 1 without momentum takes off. */
async function normGradients(open: OpenEngine, opening: EngineOptions, batch: Batch) {
  return withEngine(open, opening, async (engine: Engine) => {
    await engine.trainStep(batch, { ...AT_REST, learningRate: 1 });
    const { norms } = await engine.snapshot();
    return norms.map(({ scale, shift }, i) => ({
      scale: scale.map((value, c) => opening.state.norms[i].scale[c] - value),
      shift: shift.map((value, c) => opening.state.norms[i].shift[c] - value),
    }));
  });
}

/** What the reference says of one trial: worked out once for all engines. */
function expectationOf(trial: ImageTrial, count: number) {
  const opening = imageOpening(trial);
  const batch = trialBatch(opening, count);
  const reference = openImageReference(opening);
  const loss = () => reference.loss(batch, true);
  const layers = reference.weights.map((weights, index) => {
    const positions = positionsOf(opening.state.layers[index].mask);
    const indices = probes(positions.length, index);
    const biases = opening.state.layers[index].biases.keys();
    return {
      indices,
      gradients: [
        ...slopes(
          loss,
          weights,
          indices.map((k) => positions[k]),
        ),
        ...slopes(loss, reference.biases[index], biases),
      ],
    };
  });
  const norms = reference.scales.map((scales, index) => ({
    scale: slopes(loss, scales, scales.keys()),
    shift: slopes(loss, reference.shifts[index], scales.keys()),
  }));
  const atRest = loss();
  // The next pass overwrites them.
  const { means, variances, values } = structuredClone(reference.statistics);
  return {
    opening,
    batch,
    layers,
    norms,
    loss: atRest,
    correct: reference.correct(batch, true),
    statistics: { means, variances, values },
    evaluation: { loss: reference.loss(batch, false), correct: reference.correct(batch, false) },
  };
}

export function describeImages(open: OpenEngine): void {
  test.each(trials)('gradients are those of float64 finite differences: %s', async (name, trial, count) => {
    const expected = expectations.get(name) ?? expectationOf(trial, count);
    expectations.set(name, expected);
    const { opening, batch, statistics } = expected;
    const ofNorms = await normGradients(open, opening, batch);
    await withEngine(open, opening, async (engine) => {
      // A full batch first, so that the rest of the last tile holds other samples.
      await engine.trainStep(trialBatch(opening, opening.largestBatch, 99), AT_REST);
      const before = await engine.snapshot();
      const result = await engine.trainStep(batch, AT_REST);
      expectNear(result.loss, expected.loss, 5);
      expect(result.correct).toBe(expected.correct);
      for (const [index, { indices, gradients }] of expected.layers.entries()) {
        const { weights, biases } = await engine.gradients(index);
        // Together, since a bias before a batch norm has no gradient at all to compare with.
        expectClose([...indices.map((k) => weights[k]), ...biases], gradients, 5e-5);
      }
      ofNorms.forEach(({ scale, shift }, index) => {
        expectClose(scale, expected.norms[index].scale, 5e-5);
        expectClose(shift, expected.norms[index].shift, 5e-5);
      });
      const after = await engine.snapshot();
      after.norms.forEach(({ runningMean, runningVariance }, index) => {
        const mixed = (old: Float32Array, now: Float64Array, factor: number) =>
          Array.from(now, (value, c) => (1 - NORM_MOMENTUM) * old[c] + NORM_MOMENTUM * value * factor);
        const { means, variances, values } = statistics;
        const n = values[index];
        expectClose(runningMean, mixed(before.norms[index].runningMean, means[index], 1), 1e-5);
        expectClose(runningVariance, mixed(before.norms[index].runningVariance, variances[index], n / (n - 1)), 1e-5);
      });
    });
  });

  test.each(trials)('evaluates with running statistics and changes nothing: %s', async (name, trial, count) => {
    const expected = expectations.get(name) ?? expectationOf(trial, count);
    expectations.set(name, expected);
    const { opening, batch, evaluation } = expected;
    await withEngine(open, opening, async (engine) => {
      await engine.evaluate(trialBatch(opening, opening.largestBatch, 98));
      const result = await engine.evaluate(batch);
      expectNear(result.loss, evaluation.loss, 5);
      expect(result.correct).toBe(evaluation.correct);
      expect(await engine.snapshot()).toEqual(opening.state);
    });
  });
}

const expectations = new Map<string, ReturnType<typeof expectationOf>>();
