import { expect, test } from 'vitest';
import type { Batch, Engine } from '../../src-main/engine/engine.ts';
import { differentiateWithTfjs } from './autodiff.ts';
import { positionsOf, trialBatch, trialOpening, type Trial } from './networks.ts';
import { openReference } from './reference.ts';
import { expectClose, expectNear, expectSameBits, withEngine, type OpenEngine } from './support.ts';

const AT_REST = { learningRate: 0, momentum: 0, nesterov: false, weightDecay: 0, dropoutSeed: 1 };

const trials: [string, Trial, number][] = [
  ['dense, three layers', { widths: [6, 8, 5, 3] }, 8],
  ['sparse, odd widths', { widths: [7, 13, 9, 3], density: 0.4, seed: 2 }, 11],
  ['label smoothing', { widths: [5, 9, 4], density: 0.7, seed: 3, labelSmoothing: 0.1 }, 6],
  ['no biases', { widths: [6, 10, 4], density: 0.6, seed: 4, bias: false }, 5],
  ['one layer', { widths: [9, 3], density: 0.5, seed: 5 }, 4],
  ['one sample', { widths: [6, 7, 3], seed: 6 }, 1],
  ['empty rows', { widths: [8, 20, 16, 3], density: 0.08, seed: 7 }, 9],
  ['an empty layer in the middle', { widths: [6, 7, 8, 3], seed: 8, emptyLayers: [1] }, 6],
  ['a ReLU on the input', { widths: [8, 6, 3], seed: 9, reluFirst: true }, 7],
  ['more than one tile', { widths: [6, 9, 3], density: 0.6, seed: 10, largestBatch: 70 }, 70],
];

async function gradientsOf(engine: Engine, batch: Batch, layers: number) {
  const result = await engine.trainStep(batch, AT_REST);
  const gradients = [];
  for (let layer = 0; layer < layers; layer++) gradients.push(await engine.gradients(layer));
  return { result, gradients };
}

/** Central difference of the loss by one of the reference's numbers. */
function slope(reference: ReturnType<typeof openReference>, batch: Batch, values: Float64Array, at: number): number {
  const [value, h] = [values[at], 1e-6];
  values[at] = value + h;
  const up = reference.loss(batch);
  values[at] = value - h;
  const down = reference.loss(batch);
  values[at] = value;
  return (up - down) / (2 * h);
}

export function describeGradients(open: OpenEngine): void {
  test.each(trials)('gradients are those of float64 finite differences: %s', async (_, trial, count) => {
    const opening = trialOpening(trial);
    const batch = trialBatch(opening, count);
    const reference = openReference(opening);
    await withEngine(open, opening, async (engine) => {
      const { result, gradients } = await gradientsOf(engine, batch, reference.layers.length);
      expectNear(result.loss, reference.loss(batch), 5);
      expect(result.correct).toBe(reference.correct(batch));
      for (const [index, layer] of reference.layers.entries()) {
        const positions = positionsOf(opening.state.layers[index].mask);
        expectClose(
          gradients[index].weights,
          Array.from(positions, (position) => slope(reference, batch, layer.weights, position)),
          2e-5,
        );
        expectClose(
          gradients[index].biases,
          trial.bias === false ? [] : Array.from(layer.biases, (_, row) => slope(reference, batch, layer.biases, row)),
          2e-5,
        );
      }
    });
  });

  test.each([
    [0.7, 0],
    [0.625, 0.1],
    [0.5, 0.2],
  ])(
    'of mixed images the loss is share × CE(label) + (1 - share) × CE(partner): share %d, smoothing %d',
    async (share, labelSmoothing) => {
      const opening = trialOpening({ widths: [7, 12, 9, 5], density: 0.6, seed: 13, labelSmoothing, largestBatch: 40 });
      const plain = trialBatch(opening, 37);
      const batch = { ...plain, mixed: { share, labels: plain.labels.toReversed() } };
      const partners = { ...plain, labels: batch.mixed.labels };
      const reference = openReference(opening);
      // The reference's own target, against the definition by two cross-entropies.
      const twice = share * reference.loss(plain) + (1 - share) * reference.loss(partners);
      expect(reference.loss(batch)).toBeCloseTo(twice, 12);
      await withEngine(open, opening, async (engine) => {
        const { result, gradients } = await gradientsOf(engine, batch, reference.layers.length);
        expectNear(result.loss, twice, 5);
        expect(result.correct).toBe(reference.correct(plain));
        for (const [index, layer] of reference.layers.entries()) {
          const positions = positionsOf(opening.state.layers[index].mask);
          const expected = Array.from(positions, (position) => slope(reference, batch, layer.weights, position));
          expectClose(gradients[index].weights, expected, 2e-5);
        }
        expectNear((await engine.evaluate(batch)).loss, reference.loss(batch, 0), 5);
        // The next batch is none of it.
        expectNear((await engine.evaluate(plain)).loss, reference.loss(plain, 0), 5);
      });
    },
  );

  test.each([0, 0.1])('gradients are those of tfjs with label smoothing %d', async (labelSmoothing) => {
    const opening = trialOpening({ widths: [12, 17, 11, 4], density: 0.5, seed: 11, labelSmoothing });
    const batch = trialBatch(opening, 19);
    const expected = await differentiateWithTfjs(opening, batch);
    expect(expected.backend).toBe('cpu');
    await withEngine(open, opening, async (engine) => {
      const { result, gradients } = await gradientsOf(engine, batch, 3);
      expectNear(result.loss, expected.loss, 5);
      for (const [index, { weights, biases }] of gradients.entries()) {
        const positions = positionsOf(opening.state.layers[index].mask);
        expectClose(
          weights,
          Array.from(positions, (position) => expected.weights[index][position]),
          2e-5,
        );
        expectClose(biases, expected.biases[index], 2e-5);
      }
    });
  });

  test.each(trials)(
    'gradients of a few rows are the same, and reach inactive positions: %s',
    async (_, trial, count) => {
      const opening = trialOpening(trial);
      const batch = trialBatch(opening, count);
      const expected = openReference(opening).gradients(batch);
      await withEngine(open, opening, async (engine) => {
        const { gradients } = await gradientsOf(engine, batch, opening.state.layers.length);
        if (!engine.gradientRows) return;
        for (const [layer, { weights }] of gradients.entries()) {
          const { rowStarts, outputs, inputs } = opening.state.layers[layer].mask;
          const dense = new Float32Array(outputs * inputs);
          for (const [from, to] of [
            [0, 1],
            [1, outputs],
          ]) {
            if (from === to) continue;
            const some = await engine.gradientRows(layer, from, to, 'active');
            expectSameBits(some, weights.subarray(rowStarts[from], rowStarts[to]));
            dense.set(await engine.gradientRows(layer, from, to, 'all'), from * inputs);
          }
          expectClose(dense, expected[layer].weights, 2e-5);
          await expect(engine.gradientRows(layer, 0, outputs + 1, 'all')).rejects.toThrow(/rows/);
        }
        expect(await engine.gradients(0)).toEqual(gradients[0]);
      });
    },
  );

  test('gradients leave out weight decay and are those before the step', async () => {
    const opening = trialOpening({ widths: [6, 8, 3], density: 0.6, seed: 12 });
    const batch = trialBatch(opening, 10);
    const [expected] = openReference(opening).gradients(batch);
    await withEngine(open, opening, async (engine) => {
      await engine.trainStep(batch, {
        learningRate: 0.5,
        momentum: 0.9,
        nesterov: true,
        weightDecay: 0.3,
        dropoutSeed: 1,
      });
      const positions = positionsOf(opening.state.layers[0].mask);
      expectClose(
        (await engine.gradients(0)).weights,
        Array.from(positions, (position) => expected.weights[position]),
        2e-5,
      );
    });
  });
}
