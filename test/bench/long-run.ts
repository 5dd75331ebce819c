import { requireConfiguration } from '../support/methods.ts';
import { type RunPlan, type SeriesPoint, type UpdateRecord } from '../../src-main/contract/index.ts';
import type { StoreWrites } from '../../src-main/store/methods.ts';
import { magnitudeClasses } from '../../src-main/topology/magnitude-classes.ts';
import { maskFromPositions } from '../../src-main/topology/mask.ts';

/** A long run as a store is handed it: points of every step, and mask updates that are spread evenly over the steps. */

export const RUN = 'bench';
export const METRICS = ['train-loss', 'train-accuracy', 'rs', 'density', 'learning-rate', 'gradient-norm'];
/** Mask updates of two layers, each of which drops a tenth and grows as many. */
export const UPDATES = 2000;

/** What a quick run sends in the quarter of a second between two flushes. */
const STEPS_A_BATCH = 250;
const LAYER = { outputs: 64, inputs: 64, active: 400, changed: 40 };
const INITIAL = Float64Array.from({ length: LAYER.active }, (_, index) => index * 10);

/** Steps `first` up to `end`, which is left out. */
export function appendPoints(writes: StoreWrites, first: number, end: number): void {
  for (let from = first; from < end; from += STEPS_A_BATCH) {
    writes.appendBatches([{ runId: RUN, points: pointsOf(from, Math.min(end, from + STEPS_A_BATCH)), lines: [] }]);
  }
}

export function startMasks(writes: StoreWrites): void {
  const mask = maskFromPositions(LAYER.outputs, LAYER.inputs, INITIAL);
  writes.startMasks(RUN, [
    { name: 'fc1', inputShape: null, mask },
    { name: 'fc2', inputShape: null, mask },
  ]);
}

/** The step of an update, from 1, of a run of so many steps. */
export const stepOf = (update: number, steps: number): number => Math.floor((update * steps) / (UPDATES + 1));

/** The updates after step `after` of a run of so many steps. */
export function appendUpdates(writes: StoreWrites, steps: number, after = -1): void {
  const there = INITIAL.slice(0, LAYER.changed);
  const beside = there.map((position) => position + 1);
  for (let update = 1; update <= UPDATES; update++) {
    const step = stepOf(update, steps);
    if (step <= after) continue;
    const [dropped, grown] = update % 2 === 1 ? [there, beside] : [beside, there];
    writes.appendMaskUpdate(RUN, {
      ...{ update, step, rs: 0.5 },
      layers: [0, 1].map((layer) => ({ layer, dropped: dropped.slice(), grown: grown.slice() })),
      record: { lossBefore: 1, lossAfter: 1, layers: [layerRecord(), layerRecord()] },
    });
  }
}

const layerRecord = (): UpdateRecord['layers'][number] => ({
  ...{ dropThreshold: 0.1, gradientNorm: 1 },
  magnitudes: magnitudeClasses(new Float32Array(LAYER.active).fill(0.5)),
});

function pointsOf(from: number, to: number): SeriesPoint[] {
  const points: SeriesPoint[] = [];
  for (let step = from; step < to; step++) {
    METRICS.forEach((metric, at) =>
      points.push({ metric, step, value: Math.sin(step / 1000 + at) + Math.sin(step * at) }),
    );
  }
  return points;
}

const plan: RunPlan = {
  layers: [],
  prunableWeights: 1000,
  activeWeights: 50,
  parameters: 1010,
  stepsPerEpoch: 10,
  totalSteps: 100,
  updates: 4,
  trainFlopsPerSample: 1,
  denseTrainFlopsPerSample: 2,
  flops: { trainRatio: 0.5, inferenceRatio: 0.05 },
  expectedRs: 0.2,
  maxRs: 0.3,
};

export const newRun = () => ({
  id: RUN,
  name: 'Bench',
  study: null,
  configuration: requireConfiguration({}),
  plan,
  engine: 'cpu',
  threads: 1,
  createdAt: 0,
  rs: 0.05,
});
