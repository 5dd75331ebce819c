import type { Labels } from '../contract/index.ts';
import { createAugment, isAugmented } from '../datasets/augmentation/augment.ts';
import type { Samples } from '../datasets/streaming/samples.ts';
import { createStream } from '../numerics/random.ts';
import { epochOrder, type BatchOpening, type FixedOrder, type TrainingOrder } from './batches.ts';

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
  const { split, shape, batchSize, order } = opening;
  const bytes = shape[0] * shape[1] * shape[2];
  const steps = Math.ceil(order.samples.length / batchSize);
  const visit = order.kind === 'training' ? visitEpochs(order, steps, batchSize) : visitOnce(order, batchSize);
  const change = order.kind === 'training' ? augmentation(opening, order, steps) : null;

  return {
    first: order.kind === 'training' ? order.firstStep : 0,
    end: order.kind === 'training' ? order.totalSteps : steps,
    async make(number, { pixels, labels }) {
      const indices = visit(number);
      for (let at = 0; at < indices.length; at++) labels[at] = split.labels[indices[at]];
      const all = pixels.subarray(0, indices.length * bytes);
      if (!change) await samples.read(indices, all);
      else {
        const raw = change.raw.subarray(0, all.length);
        await samples.read(indices, raw);
        change.apply(number, indices, raw, all);
      }
      return indices.length;
    },
  };
}

function visitEpochs({ samples, seed }: TrainingOrder, steps: number, batchSize: number) {
  let order: Uint32Array = new Uint32Array(0);
  let orderedEpoch = -1;
  return (step: number): Uint32Array => {
    const epoch = Math.floor(step / steps);
    if (epoch !== orderedEpoch) {
      order = epochOrder(samples, seed, epoch);
      orderedEpoch = epoch;
    }
    const from = (step - epoch * steps) * batchSize;
    return order.subarray(from, from + batchSize);
  };
}

const visitOnce =
  ({ samples }: FixedOrder, batchSize: number) =>
  (number: number): Uint32Array =>
    samples.subarray(number * batchSize, (number + 1) * batchSize);

/** Null where images stay as they are. */
function augmentation({ shape, batchSize }: BatchOpening, { augmentation, mean, seed }: TrainingOrder, steps: number) {
  if (!isAugmented(augmentation)) return null;
  const bytes = shape[0] * shape[1] * shape[2];
  const augment = createAugment(shape, augmentation, mean);
  return {
    raw: new Uint8Array(batchSize * bytes),
    apply(step: number, indices: Uint32Array, from: Uint8Array, to: Uint8Array): void {
      const epoch = Math.floor(step / steps);
      for (let at = 0; at < indices.length; at++) {
        const draws = createStream(seed, 'augmentation', epoch, indices[at]);
        const [start, end] = [at * bytes, (at + 1) * bytes];
        augment(from.subarray(start, end), to.subarray(start, end), draws);
      }
    },
  };
}
