import { METRICS } from '../../src-main/contract/index.ts';
import { duration, large, plain, count } from '../ui/format.ts';

export const X_AXES = ['step', 'epoch', 'time', 'flops'] as const;
export type XAxis = (typeof X_AXES)[number];

export interface XAxisDescription {
  label: string;
  title: string;
  /** The clock series that maps steps onto this axis; null where steps are the axis. */
  clock: string | null;
  format: (value: number) => string;
}

export const xAxes: Record<XAxis, XAxisDescription> = {
  step: { label: 'Step', title: 'Step', clock: null, format: count },
  epoch: { label: 'Epoch', title: 'Epoch', clock: METRICS.epoch, format: plain },
  time: { label: 'Time', title: 'Time in training', clock: METRICS.elapsedSeconds, format: duration },
  flops: { label: 'Training FLOPs', title: 'Training FLOPs', clock: METRICS.trainingFlops, format: large },
};

/** A clock series: what had gone by at a step. Both ascending. */
export interface Clock {
  steps: ArrayLike<number>;
  values: ArrayLike<number>;
}

/**
 * Where each step falls on a clock's axis, linear between the clock's points. Every clock stands at 0 before the
 * first step; beyond its last point it goes on at its last pace.
 * @throws never; without any clock point every answer is NaN, which draws nothing
 */
export function atSteps(steps: ArrayLike<number>, clock: Clock): Float64Array {
  return interpolate(steps, clock.steps, clock.values);
}

/** The inverse: the step at which a clock showed each value. */
export function stepsAt(values: ArrayLike<number>, clock: Clock): Float64Array {
  return interpolate(values, clock.values, clock.steps);
}

function interpolate(at: ArrayLike<number>, from: ArrayLike<number>, to: ArrayLike<number>): Float64Array {
  const result = new Float64Array(at.length).fill(NaN);
  const length = from.length;
  if (length === 0) return result;
  for (let i = 0, after = 0; i < at.length; i++) {
    const x = at[i];
    if (i > 0 && x < at[i - 1]) after = 0;
    while (after < length && from[after] < x) after += 1;
    if (after < length && from[after] === x) {
      result[i] = to[after];
      continue;
    }
    // Between (0, 0) and the first point, between two points, or beyond the last two.
    const right = Math.min(after, length - 1);
    const x0 = right === 0 ? 0 : from[right - 1];
    const y0 = right === 0 ? 0 : to[right - 1];
    const width = from[right] - x0;
    result[i] = width === 0 ? to[right] : y0 + ((x - x0) / width) * (to[right] - y0);
  }
  return result;
}
