import type { ImageSplit } from '../contract/index.ts';
import type { Batch } from '../engine/engine.ts';
import { createStream, permutation } from '../numerics/random.ts';

/** Indices into the training data: which samples train, which validate. The same for every run of a seed. */
export interface Split {
  training: Uint32Array;
  validation: Uint32Array;
}

/** Holds out `validation` samples by the run's seed. */
export function splitTrainingData(count: number, validation: number, seed: number): Split {
  const order = permutation(createStream(seed, 'validation split'), count);
  return {
    training: order.subarray(validation).slice().sort(),
    validation: order.subarray(0, validation).slice().sort(),
  };
}

/** Order in which an epoch (0 is the first) visits the training samples; depends on seed and epoch alone. */
export function epochOrder(training: Uint32Array, seed: number, epoch: number): Uint32Array {
  const order = permutation(createStream(seed, 'data order', epoch), training.length);
  return order.map((index) => training[index]);
}

/** Copies the chosen samples together; the buffers are used again by the next call. */
export function createBatchReader(data: ImageSplit, largestBatch: number): (indices: Uint32Array) => Batch {
  const features = data.count > 0 ? data.pixels.length / data.count : 0;
  const pixels = new Uint8Array(largestBatch * features);
  const labels = new Uint8Array(largestBatch);
  return (indices) => {
    for (let at = 0; at < indices.length; at++) {
      const sample = indices[at];
      pixels.set(data.pixels.subarray(sample * features, (sample + 1) * features), at * features);
      labels[at] = data.labels[sample];
    }
    const { length: count } = indices;
    return { count, pixels: pixels.subarray(0, count * features), labels: labels.subarray(0, count) };
  };
}
