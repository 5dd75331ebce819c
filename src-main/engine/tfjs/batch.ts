import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Batch, EngineOptions } from '../engine.ts';
import type { Tf } from './tf.ts';

/** Normalised images `[count, height, width, channels]` of a batch. */
export function createImageReader(tf: Tf, { network, mean, deviation }: EngineOptions): (batch: Batch) => Tensor4D {
  const [height, width, channels] = network.inputShape;
  const tables = mean.map((centre, channel) =>
    Float32Array.from({ length: 256 }, (_, pixel) => (pixel / 255 - centre) / deviation[channel]),
  );
  return ({ count, pixels }) => {
    const values = new Float32Array(pixels.length);
    for (let at = 0; at < pixels.length; at += channels)
      for (let channel = 0; channel < channels; channel++) values[at + channel] = tables[channel][pixels[at + channel]];
    return tf.tensor4d(values, [count, height, width, channels]);
  };
}

/**
 * What each sample's distribution should be: `(1 - smoothing) onehot + smoothing / classes`, `[count, classes]`; of mixed
 * images the share of the own label's and the rest of the partner's.
 */
export function targetsOf(tf: Tf, { count, labels, mixed }: Batch, classes: number, smoothing: number): Tensor2D {
  const values = new Float32Array(count * classes).fill(smoothing / classes);
  const share = mixed?.share ?? 1;
  labels.forEach((label, sample) => (values[sample * classes + label] += (1 - smoothing) * share));
  mixed?.labels.forEach((label, sample) => (values[sample * classes + label] += (1 - smoothing) * (1 - share)));
  return tf.tensor2d(values, [count, classes]);
}
