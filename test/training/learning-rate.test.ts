import { describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../src-main/contract/index.ts';
import { learningRateAt } from '../../src-main/training/learning-rate.ts';
import { requireConfiguration } from '../support/methods.ts';

const rate = (input: ConfigurationInput, step: number, stepsPerEpoch = 10) =>
  learningRateAt(requireConfiguration({ learningRate: 0.1, epochs: 10, ...input }), step, stepsPerEpoch);

describe('learningRateAt', () => {
  it.each([
    ['constant', 0, 0.1],
    ['constant', 99, 0.1],
    ['cosine', 0, 0.1],
    ['cosine', 50, 0.05],
    ['step', 49, 0.1],
    ['step', 50, 0.01],
    ['step', 69, 0.01],
    ['step', 70, 0.001],
  ] as const)('%s at step %i of 100 is %f', (learningRateSchedule, step, expected) => {
    expect(rate({ learningRateSchedule }, step)).toBeCloseTo(expected, 12);
  });

  it('puts the step milestones at floor(E/2) and floor(3E/4), as the reference does for 250 epochs', () => {
    const at = (epoch: number) => rate({ learningRateSchedule: 'step', epochs: 250 }, epoch * 10);
    expect([at(124), at(125), at(186), at(187)].map((value) => Number(value.toFixed(6)))).toEqual([
      0.1, 0.01, 0.01, 0.001,
    ]);
  });

  it.each([
    ['step', 1, [0.1]],
    ['step', 2, [0.1, 0.001]],
    ['step', 3, [0.1, 0.01, 0.001]],
    ['step-imagenet', 1, [0.1]],
    ['step-imagenet', 2, [0.1, 0.001]],
    ['step-imagenet', 3, [0.1, 0.01, 0.001]],
    // From here on no milestone is floored to 0, and nothing differs from the reference.
    ['step-imagenet', 4, [0.1, 0.01, 0.001, 0.0001]],
  ] as const)('%s over %i epochs starts at the full rate', (learningRateSchedule, epochs, expected) => {
    const rates = Array.from({ length: epochs }, (_, epoch) => rate({ learningRateSchedule, epochs }, epoch * 10));
    expect(rates.map((value) => Number(value.toFixed(6)))).toEqual(expected);
  });

  it('warms up linearly to the full rate', () => {
    const rates = [0, 4, 9, 10].map((step) => rate({ learningRateSchedule: 'constant', warmupEpochs: 1 }, step));
    expect(rates.map((value) => Number(value.toFixed(6)))).toEqual([0.01, 0.05, 0.1, 0.1]);
  });
});
