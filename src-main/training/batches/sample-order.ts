import { epochOrder, type BatchOpening, type FixedOrder, type TrainingOrder } from './batches.ts';

/** Which samples each batch of a stream has. */
export interface SampleOrder {
  /** Numbers of the first batch and the one after the last: optimiser steps, or places in a fixed order. */
  first: number;
  end: number;
  /** Indices of the samples of batch `number`; valid until the next call. */
  samplesOf(number: number): Uint32Array;
  /** 0 is the first. */
  epochOf(number: number): number;
}

export function createSampleOrder({ batchSize, order }: Pick<BatchOpening, 'batchSize' | 'order'>): SampleOrder {
  const steps = Math.ceil(order.samples.length / batchSize);
  const isTraining = order.kind === 'training';
  return {
    first: isTraining ? order.firstStep : 0,
    end: isTraining ? order.totalSteps : steps,
    samplesOf: isTraining ? visitEpochs(order, steps, batchSize) : visitOnce(order, batchSize),
    epochOf: (number) => (isTraining ? Math.floor(number / steps) : 0),
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
