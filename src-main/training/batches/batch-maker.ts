import type { Labels } from '../../contract/index.ts';
import { createAugment, isAugmented } from '../../datasets/augmentation/augment.ts';
import { mixImages } from '../../datasets/augmentation/mix.ts';
import type { Samples } from '../../datasets/streaming/samples.ts';
import { createStream, type RandomStream } from '../../numerics/random.ts';
import type { BatchOpening, TrainingOrder } from './batches.ts';
import { drawMixture } from './mixup.ts';
import { createSampleOrder } from './sample-order.ts';

/** Buffers of one batch, large enough for the largest. */
export interface BatchTarget {
  pixels: Uint8Array;
  labels: Labels;
}

export interface BatchMaker {
  /** Numbers of the first batch and the one after the last: optimiser steps, or places in a fixed order. */
  first: number;
  end: number;
  /** Makes batch `number`, and tells how many samples it has. The same number gives the same batch, always. */
  make(number: number, target: BatchTarget): Promise<number>;
}

/** @param samples where the raw images of `opening.split` are read */
export function createBatchMaker(opening: BatchOpening, samples: Samples): BatchMaker {
  const { split, shape, order } = opening;
  const bytes = shape[0] * shape[1] * shape[2];
  const { first, end, samplesOf, epochOf } = createSampleOrder(opening);
  const change = order.kind === 'training' ? augmentation(opening, order) : null;
  const mix = order.kind === 'training' ? mixing(opening, order) : null;

  return {
    first,
    end,
    async make(number, { pixels, labels }) {
      const indices = samplesOf(number);
      for (let at = 0; at < indices.length; at++) labels[at] = split.labels[indices[at]];
      const made = pixels.subarray(0, indices.length * bytes);
      const all = mix ? mix.unmixed.subarray(0, made.length) : made;
      if (!change) await samples.read(indices, all);
      else {
        const raw = change.raw.subarray(0, all.length);
        await samples.read(indices, raw);
        change.apply(epochOf(number), indices, raw, all);
      }
      mix?.apply(number, indices.length, all, made);
      return indices.length;
    },
  };
}

/** Null where images stay as they are. */
function augmentation({ shape, batchSize }: BatchOpening, { augmentation, mean, seed }: TrainingOrder) {
  if (!isAugmented(augmentation)) return null;
  const bytes = shape[0] * shape[1] * shape[2];
  const augment = createAugment(shape, augmentation, mean);
  return {
    raw: new Uint8Array(batchSize * bytes),
    apply(epoch: number, indices: Uint32Array, from: Uint8Array, to: Uint8Array): void {
      for (let at = 0; at < indices.length; at++) {
        const [start, end] = [at * bytes, (at + 1) * bytes];
        augment(from.subarray(start, end), to.subarray(start, end), drawsOf(seed, epoch, indices[at]));
      }
    },
  };
}

/** Null where images are not mixed. */
function mixing({ shape, batchSize }: BatchOpening, { augmentation: { mixup }, seed }: TrainingOrder) {
  if (mixup === 0) return null;
  const bytes = shape[0] * shape[1] * shape[2];
  return {
    unmixed: new Uint8Array(batchSize * bytes),
    apply(step: number, count: number, from: Uint8Array, to: Uint8Array): void {
      const { share, partners } = drawMixture(seed, mixup, step, count);
      mixImages(from, to, bytes, partners, share);
    },
  };
}

/** What one image's changes in one epoch are drawn from, whoever makes them. */
export const drawsOf = (seed: number, epoch: number, sample: number): RandomStream =>
  createStream(seed, 'augmentation', epoch, sample);
