import { isStreamed, type ImageSplit, type StreamedSplit } from '../../contract/index.ts';
import { isAugmented, type AugmentationSettings } from '../../datasets/augmentation/augment.ts';
import type { ImageShape } from '../../datasets/augmentation/image.ts';
import type { Batch } from '../../engine/engine.ts';
import { createStream, permutation } from '../../numerics/random.ts';

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

/** What a stream of batches is made of; survives a structured clone. */
export interface BatchOpening {
  split: ImageSplit | StreamedSplit;
  shape: ImageShape;
  batchSize: number;
  order: TrainingOrder | FixedOrder;
}

/** Epoch after epoch in seeded orders, augmented and mixed; begins with the batch of optimiser step `firstStep`. */
export interface TrainingOrder {
  kind: 'training';
  samples: Uint32Array;
  seed: number;
  firstStep: number;
  totalSteps: number;
  augmentation: AugmentationSettings;
  /** Of the training split, per channel, 0 to 1. */
  mean: number[];
}

/** Each of the samples once, in this order, as they are. */
export interface FixedOrder {
  kind: 'fixed';
  samples: Uint32Array;
}

/** Batches one after the other. */
export interface BatchStream<Kind = Batch> {
  /** The next batch; the following call uses its buffers again. @throws Error where it cannot be made, or none is left */
  next(): Promise<Kind>;
  /** How long `next` has kept its callers waiting. */
  waitedSeconds(): number;
  close(): Promise<void>;
}

export type OpenBatches = (opening: BatchOpening) => BatchStream;

/** Whether making the batches is work enough, or waiting enough, for a thread of its own. */
export const needsThread = ({ split, order }: BatchOpening): boolean =>
  isStreamed(split) || (order.kind === 'training' && (isAugmented(order.augmentation) || order.augmentation.mixup > 0));
