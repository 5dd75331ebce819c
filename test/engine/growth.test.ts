import { expect, test } from 'vitest';
import { openCpu } from './cpu-support.ts';
import { positionsOf, randomNumbers, trialBatch, trialOpening } from './networks.ts';
import { openReference } from './reference.ts';
import { expectLargest } from './support.ts';

const STEP = { learningRate: 0, momentum: 0, nesterov: false, weightDecay: 0, dropoutSeed: 1 };

test.each([1, 2])(
  'candidates are found where a sample of all gradients says nothing of the inactive ones, %d threads',
  async (threads) => {
    // Bright inputs have all the weights, so a sample of all gradients says nothing of the candidates.
    const [inputs, outputs, bright] = [200, 120, 100];
    const opening = trialOpening({ widths: [inputs, outputs, 4], seed: 71, threads });
    const [first] = opening.state.layers;
    const kept = positionsOf(first.mask).filter((position) => position % inputs < bright);
    first.weights = first.weights.filter((_, k) => k % inputs < bright);
    first.momenta = new Float32Array(kept.length);
    first.mask = {
      outputs,
      inputs,
      rowStarts: Uint32Array.from({ length: outputs + 1 }, (_, row) => row * bright),
      columns: Uint32Array.from(kept, (position) => position % inputs),
    };
    const random = randomNumbers(72);
    // The mean is 0.4 * 255 = 102: the others are next to nothing, but not zero.
    const pixels = Uint8Array.from({ length: 32 * inputs }, (_, i) =>
      i % inputs < bright ? random() * 256 : 101 + Math.floor(random() * 3),
    );
    const batch = { count: 32, pixels, labels: Uint8Array.from({ length: 32 }, (_, i) => i % 4) };
    const active = new Set(kept);
    const { weights } = openReference(opening).gradients(batch)[0];
    const expected = Array.from(weights, (gradient, position) => ({ position, magnitude: Math.abs(gradient) }))
      .filter(({ magnitude, position }) => magnitude > 0 && !active.has(position))
      .sort((a, b) => b.magnitude - a.magnitude);
    const engine = await openCpu(opening);
    await engine.trainStep(batch, STEP);
    const positions = await engine.largestInactiveGradients(0, 3000, new Uint32Array(0), 1);
    await engine.close();
    expectLargest(positions, 3000, expected, 2e-5);
  },
);

test.each([1, 2])(
  'candidates are found where a sample has nothing but large gradients, %d threads',
  async (threads) => {
    // Every label once, one more output with nearly all of the probability: the gradient at (output, input) is the input's
    // pixel in the sample of that label, bright where the one is even and the other odd or the other way round. A sample
    // of every second row and column sees bright ones alone; more are wanted than there are.
    const size = 192;
    const opening = trialOpening({ widths: [size, size + 1], density: 0.02, seed: 73, threads, largestBatch: size });
    const [layer] = opening.state.layers;
    opening.mean = [0];
    opening.deviation = [1];
    layer.weights.fill(0);
    layer.biases.fill(0);
    layer.biases[size] = 20;
    const pixels = new Uint8Array(size * size);
    for (let sample = 0; sample < size; sample++)
      for (let input = 0; input < size; input++)
        if ((sample + input) % 2 === 1) {
          // The same brightnesses for every input, in another order: no input stands out.
          pixels[sample * size + input] = 100 + (((sample >> 1) * 5 + input * 11) % 96);
        }
    const batch = { count: size, pixels, labels: Uint8Array.from({ length: size }, (_, i) => i) };
    const active = new Set(positionsOf(layer.mask));
    const { weights } = openReference(opening).gradients(batch)[0];
    const expected = Array.from(weights, (gradient, position) => ({ position, magnitude: Math.abs(gradient) }))
      .filter(({ magnitude, position }) => magnitude > 0 && !active.has(position))
      .sort((a, b) => b.magnitude - a.magnitude);
    const count = Math.round(0.6 * expected.length);
    const engine = await openCpu(opening);
    await engine.trainStep(batch, STEP);
    const positions = await engine.largestInactiveGradients(0, count, new Uint32Array(0), 1);
    await engine.close();
    expectLargest(positions, count, expected, 2e-5);
  },
);

test('of gradients that overflow the tie seed decides, whoever finds them first', async () => {
  const find = async (threads: number) => {
    const opening = trialOpening({ widths: [120, 100, 4], density: 0.1, seed: 74, threads, largestBatch: 64 });
    const [first, second] = opening.state.layers;
    // Inputs near 1e20 and gradients near 1e23, and yet a loss: the first layer passes on its biases alone.
    opening.mean = [0];
    opening.deviation = [1e-20];
    first.weights.fill(0);
    first.biases.fill(1);
    second.weights = second.weights.map((weight) => weight * 1e25);
    const engine = await openCpu(opening);
    await engine.trainStep(trialBatch(opening, 64), STEP);
    const found: Float64Array[] = [];
    for (const count of [1200, 2400])
      found.push(await engine.largestInactiveGradients(0, count, new Uint32Array(0), 1));
    await engine.close();
    return found;
  };
  const [some, more] = await find(1);
  expect([some.length, more.length]).toEqual([1200, 2400]);
  // A hash decides, so of the 40 rows none is left out.
  const rowsOf = (positions: Float64Array) => new Set(Array.from(positions, (position) => Math.floor(position / 120)));
  expect(rowsOf(more).size).toBe(40);
  expect(rowsOf(some)).toEqual(rowsOf(more));
  expect(await find(3)).toEqual([some, more]);
});
