import type { RunConfiguration } from '../contract/index.ts';
import { cosine } from '../numerics/portable.ts';

type Schedule = (progress: { step: number; totalSteps: number; epoch: number; epochs: number }) => number;

/** Factor on the learning rate. */
const schedules: Record<RunConfiguration['learningRateSchedule'], Schedule> = {
  constant: () => 1,
  cosine: ({ step, totalSteps }) => (1 + cosine((Math.PI * step) / totalSteps)) / 2,
  /** x 0.1 at floor(epochs / 2) and floor(3 epochs / 4) (ITOP reference code, itop.md 1.7). */
  step: (progress) => tenth(milestonesPassed([1 / 2, 3 / 4], progress)),
  /** x 0.1 at 30, 60 and 90 of 100 epochs (ITOP reference code's ImageNet part, itop.md 1.2). */
  'step-imagenet': (progress) => tenth(milestonesPassed([0.3, 0.6, 0.9], progress)),
};

const tenth = (times: number): number => (times === 0 ? 1 : 0.1 * tenth(times - 1));

/** Where a short training floors a milestone to epoch 0 it has none: it would not see the full rate at all. */
function milestonesPassed(
  shares: readonly number[],
  { epoch, epochs }: Pick<Parameters<Schedule>[0], 'epoch' | 'epochs'>,
): number {
  const milestones = shares.map((share) => Math.floor(share * epochs));
  return milestones.filter((milestone) => milestone > 0 && epoch >= milestone).length;
}

/** Learning rate of optimiser step `step` (the first is 0), warm-up included: linear from one step's share to full. */
export function learningRateAt(configuration: RunConfiguration, step: number, stepsPerEpoch: number): number {
  const { learningRate, learningRateSchedule, warmupEpochs, epochs } = configuration;
  const factor = schedules[learningRateSchedule]({
    step,
    totalSteps: stepsPerEpoch * epochs,
    epoch: Math.floor(step / stepsPerEpoch),
    epochs,
  });
  const warmupSteps = warmupEpochs * stepsPerEpoch;
  const warmup = step < warmupSteps ? (step + 1) / warmupSteps : 1;
  return learningRate * factor * Math.min(1, warmup);
}
