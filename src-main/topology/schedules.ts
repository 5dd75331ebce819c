import type { RunConfiguration } from '../contract/index.ts';
import { cosine } from '../numerics/portable.ts';

/** Share of a layer's active weights dropped at step `step` of `totalSteps`. */
export type PruneRateSchedule = (initial: number, step: number, totalSteps: number) => number;

/** Where the cosine ends (itop.md 1.5). */
export const PRUNE_RATE_FLOOR = 0.005;

/** p(t) = floor + (p0 - floor)(1 + cos(pi t / T)) / 2 over all T steps (ITOP reference code, itop.md 1.5). */
const annealed: PruneRateSchedule = (initial, step, totalSteps) => {
  if (initial <= PRUNE_RATE_FLOOR) return initial;
  return PRUNE_RATE_FLOOR + ((initial - PRUNE_RATE_FLOOR) * (1 + cosine((Math.PI * step) / totalSteps))) / 2;
};

const constant: PruneRateSchedule = (initial) => initial;

/** p0, half of it from 90/160 of the training, nothing from 120/160 (MEST on CIFAR, itop.md 3). */
const step: PruneRateSchedule = (initial, at, totalSteps) => {
  if (at >= 0.75 * totalSteps) return 0;
  return at >= 0.5625 * totalSteps ? initial / 2 : initial;
};

export const pruneRateSchedules: Record<RunConfiguration['pruneSchedule'], PruneRateSchedule> = {
  cosine: annealed,
  constant,
  step,
};

/**
 * Steps after which the mask is updated: every `updateEvery`, up to `stopFraction` of the training, and never after
 * the final step, which would rewire a network that is not trained any more (itop.md 1.10, defect 11). The reference code does; `includeFinal` is for its fidelity.
 */
export function updateSteps(
  updateEvery: number,
  stopFraction: number,
  totalSteps: number,
  includeFinal = false,
): number[] {
  const count = updateCount(updateEvery, stopFraction, totalSteps, includeFinal);
  return Array.from({ length: count }, (_, k) => (k + 1) * updateEvery);
}

/** How many those are. */
export function updateCount(
  updateEvery: number,
  stopFraction: number,
  totalSteps: number,
  includeFinal: boolean,
): number {
  const last = Math.min(includeFinal ? totalSteps : totalSteps - 1, Math.floor(stopFraction * totalSteps));
  return Math.max(0, Math.floor(last / updateEvery));
}

/** An update that stands for as many as `times` in a row, of which it is the middle. */
export interface SampledUpdate {
  step: number;
  times: number;
}

/** The same updates as at most `most` samples of them, so that what is summed over millions takes no longer than over `most`. */
export function sampledUpdateSteps(
  updateEvery: number,
  stopFraction: number,
  totalSteps: number,
  { includeFinal = false, most }: { includeFinal?: boolean; most: number },
): SampledUpdate[] {
  const count = updateCount(updateEvery, stopFraction, totalSteps, includeFinal);
  const samples = Math.min(count, most);
  return Array.from({ length: samples }, (_, at) => {
    const before = Math.floor((at * count) / samples);
    const upTo = Math.floor(((at + 1) * count) / samples);
    return { step: ((before + 1 + upTo) / 2) * updateEvery, times: upTo - before };
  });
}
