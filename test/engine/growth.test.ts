import { test } from 'vitest';
import { openCpu } from './cpu-support.ts';
import { positionsOf, randomNumbers, trialOpening } from './networks.ts';
import { openReference } from './reference.ts';
import { expectLargest } from './support.ts';

const STEP = { learningRate: 0, momentum: 0, nesterov: false, weightDecay: 0, dropoutSeed: 1 };

test.each([1, 2])(
  'candidates are found where a sample of all gradients says nothing of the inactive ones, %d threads',
  async (threads) => {
    // Bright inputs have all the weights, so a threshold guessed from a sample is far above every candidate.
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
    expectLargest(positions, 3000, expected, 1e-4);
  },
);
