import { describe, expect, it } from 'vitest';
import { epochOrder, splitTrainingData } from '../../../src-main/training/batches/batches.ts';

const ascending = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

describe('the split of the training data', () => {
  it('holds every sample once, in training or in validation', () => {
    const { training, validation } = splitTrainingData(100, 15, 1);
    expect(validation).toHaveLength(15);
    expect(ascending([...training, ...validation])).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('follows the seed alone', () => {
    expect(splitTrainingData(100, 15, 1)).toEqual(splitTrainingData(100, 15, 1));
    expect(splitTrainingData(100, 15, 2)).not.toEqual(splitTrainingData(100, 15, 1));
  });
});

describe('the order of an epoch', () => {
  const { training } = splitTrainingData(100, 15, 1);

  it('visits every training sample once, differently each epoch', () => {
    const orders = [0, 1, 2].map((epoch) => epochOrder(training, 1, epoch));
    for (const order of orders) expect(ascending(order)).toEqual([...training]);
    expect(orders[1]).not.toEqual(orders[0]);
    expect(orders[2]).not.toEqual(orders[1]);
  });
});
