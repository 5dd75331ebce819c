import type { RunProgress, SeriesPoint, TrainerEvent } from '../contract/index.ts';

const POINTS_EVERY_MS = 200;
const PROGRESS_EVERY_MS = 200;
/** The window over which speed is averaged for the estimate of the time left. */
const SPEED_WINDOW_MS = 8000;
const SPEED_SAMPLES = 3;

export type Post = (event: TrainerEvent, transfer?: ArrayBuffer[]) => void;

export interface Reporter {
  point(metric: string, step: number, value: number): void;
  /** Sends points and progress when they are due, or now where `force`. */
  tick(step: number, seconds: number, force?: boolean): void;
  /** Time that must not count as training speed has passed (a pause). */
  forgetSpeed(): void;
}

/** Batches what a run has to tell, so that the message port carries a few messages a second whatever the speed. */
export function createReporter(post: Post, total: { steps: number; epochs: number; stepsPerEpoch: number }): Reporter {
  let points: SeriesPoint[] = [];
  let pointsSentAt = performance.now();
  let progressSentAt = -Infinity;
  let samples: { at: number; step: number }[] = [];

  const progress = (step: number, now: number): RunProgress => {
    samples = [...samples.filter((sample) => now - sample.at < SPEED_WINDOW_MS), { at: now, step }];
    const [first] = samples;
    const elapsed = now - first.at;
    const stepsPerSecond = elapsed > 0 ? ((step - first.step) / elapsed) * 1000 : 0;
    const estimable = samples.length >= SPEED_SAMPLES && stepsPerSecond > 0 && step < total.steps;
    return {
      step,
      totalSteps: total.steps,
      epoch: Math.min(total.epochs, Math.floor(step / total.stepsPerEpoch)),
      totalEpochs: total.epochs,
      stepsPerSecond,
      secondsLeft: estimable ? (total.steps - step) / stepsPerSecond : null,
    };
  };

  return {
    point: (metric, step, value) => points.push({ metric, step, value }),
    tick(step, seconds, force = false) {
      const now = performance.now();
      if (points.length > 0 && (force || now - pointsSentAt >= POINTS_EVERY_MS)) {
        post({ type: 'points', points });
        points = [];
        pointsSentAt = now;
      }
      if (force || now - progressSentAt >= PROGRESS_EVERY_MS) {
        post({ type: 'progress', progress: progress(step, now), seconds });
        progressSentAt = now;
      }
    },
    forgetSpeed: () => (samples = []),
  };
}
