import type { RunConfiguration } from './configuration.ts';
import type { EngineChoice } from './engines.ts';
import type { RunMethod } from './method-files.ts';
import { percentNumber } from './percent.ts';
import type { RunWarning } from './run-warnings.ts';

/** `diverged`: the loss or a weight was not finite, so training ended there; docs/methods.md. */
export const RUN_STATUSES = [
  'queued',
  'running',
  'paused',
  'finished',
  'diverged',
  'cancelled',
  'failed',
  'interrupted',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A run that is over, whatever the outcome. Some of them can go on: see `isResumable`. */
export const ENDED: ReadonlySet<RunStatus> = new Set(['finished', 'diverged', 'cancelled', 'failed', 'interrupted']);

/** Over for good: nothing makes such a run go on. */
export const FINAL: ReadonlySet<RunStatus> = new Set(['finished', 'diverged', 'cancelled']);

/** Ended without a result that may enter a mean. */
export const WITHOUT_RESULT: ReadonlySet<RunStatus> = new Set([...ENDED].filter((status) => status !== 'finished'));

/** What the command line prints and the runs list shows. Accuracies and R_s are fractions. */
export interface RunSummary {
  id: string;
  name: string;
  status: RunStatus;
  method: string;
  dataset: string;
  network: string;
  /** What computes it; `auto` until it has started. */
  engine: string;
  threads: number;
  seed: number;
  /** What the configuration asks for; `sparsityNow` says what the masks have. */
  sparsity: number;
  prunableWeights: number;
  /** Of the masks as they stand; before the run has started, what is planned for its end. */
  activeWeights: number;
  /** In-time over-parameterization rate: share of prunable weights ever active (ITOP, section 3). */
  rs: number;
  /** Mask updates made. */
  updates: number;
  steps: number;
  epochs: number;
  /** Seconds spent training, pauses left out. */
  seconds: number;
  /** SHA-256 over the final active weights and biases; null until the run ends. */
  weightsHash: string | null;
  best: { validationAccuracy: number; epoch: number } | null;
  /** null until the run ends, and of one that diverged in training: its weights are no numbers. */
  final: { testAccuracy: number; testLoss: number } | null;
  flops: FlopsRatios;
  /** What a reader of the result must know, the first thing that happened first. */
  warnings: RunWarning[];
}

/** How far from the density asked for a density still is that one: counts of small layers are rounded. */
const DENSITY_TOLERANCE = 0.01;

/**
 * The sparsity of a run's masks: the one asked for where they have it, else what they have, as of a pruning method that
 * has made no update, or not all of them.
 */
export function sparsityNow(run: Pick<RunSummary, 'sparsity' | 'activeWeights' | 'prunableWeights'>): number {
  const wanted = 1 - run.sparsity;
  const density = run.activeWeights / run.prunableWeights;
  if (!Number.isFinite(density)) return run.sparsity;
  const isAsAsked = Math.abs(density - wanted) <= DENSITY_TOLERANCE * wanted;
  return isAsAsked || percentNumber(1 - density) === percentNumber(run.sparsity) ? run.sparsity : 1 - density;
}

/** Against a dense run of the same length; theoretical, see docs/methods.md. */
export interface FlopsRatios {
  trainRatio: number;
  inferenceRatio: number;
  /** By the masks that the run really had; absent: planned, an estimate where the weights decide on the layers' counts. */
  realised?: boolean;
}

export interface RunProgress {
  step: number;
  totalSteps: number;
  epoch: number;
  totalEpochs: number;
  stepsPerSecond: number;
  /** null while estimating, or where nothing is left. */
  secondsLeft: number | null;
}

/** A row of the runs list. */
export interface RunListItem extends RunSummary {
  methodTitle: string;
  /** false: every position is active for ever (`MethodDescription.sparse`). */
  isSparse: boolean;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  progress: RunProgress;
  validationAccuracy: number | null;
  /** Why it failed, in words for the reader. */
  failure: string | null;
  /** Index into the run colours; kept for the life of the run. */
  colour: number;
  /** Runs launched together share a study. */
  study: string | null;
  queuePosition: number | null;
  /** Whole epochs in the last checkpoint, from which a stopped run goes on; null where there is none. */
  checkpointEpoch: number | null;
  /** When it was thrown away, in milliseconds since 1970; null for a run that is not in the trash. */
  trashedAt: number | null;
}

/**
 * Whether a run can go on from where it stopped. A failed one can where it has a checkpoint, since the reason may have
 * been put right: a folder that was not mounted, a full disk, a lost device.
 */
export const isResumable = ({ status, checkpointEpoch }: Pick<RunListItem, 'status' | 'checkpointEpoch'>): boolean =>
  status === 'paused' || status === 'interrupted' || (status === 'failed' && checkpointEpoch !== null);

export interface LayerPlan {
  name: string;
  outputs: number;
  inputs: number;
  prunableWeights: number;
  activeWeights: number;
  density: number;
}

/**
 * What a configuration amounts to before it is run; once the run is over, with the counts of its last masks and the
 * FLOPs of all of them (`flops.realised`).
 */
export interface RunPlan {
  layers: LayerPlan[];
  prunableWeights: number;
  activeWeights: number;
  parameters: number;
  stepsPerEpoch: number;
  totalSteps: number;
  updates: number;
  trainFlopsPerSample: number;
  denseTrainFlopsPerSample: number;
  flops: FlopsRatios;
  /** Expected R_s for random growth, and the most any growth rule can reach (itop.md 1.6). */
  expectedRs: number;
  maxRs: number;
}

export interface RunDetail {
  item: RunListItem;
  configuration: RunConfiguration;
  plan: RunPlan;
  checkpointEpoch: number | null;
  /** What really computed it, with backend and versions; null until it has started. */
  engineTitle: string | null;
  /** Where the configuration left the engine to us. */
  engineChoice: EngineChoice | null;
  /** Where its method is a person's own. */
  ownMethod: RunMethod | null;
}

export interface SeriesPoint {
  metric: string;
  step: number;
  /** May be NaN or infinite: a diverged run is a result. */
  value: number;
}

/** One metric of one run, by step. `downsampled` says that minima and maxima of buckets stand for the points. */
export interface Series {
  runId: string;
  metric: string;
  steps: Float64Array;
  values: Float64Array;
  /** Within the range asked for, neighbours left out. */
  totalPoints: number;
  /** Of the whole series, whatever part of it was asked for; null where it has no point. */
  lastStep: number | null;
  downsampled: boolean;
}

export interface MetricSummary {
  metric: string;
  count: number;
  last: number;
  lastStep: number;
  least: number;
  leastStep: number;
  most: number;
  mostStep: number;
}

export interface LogLine {
  at: number;
  level: 'info' | 'warning' | 'error';
  text: string;
}

/** Names of the series every run writes. Per-layer ones append `/` and the layer's name. */
export const METRICS = {
  trainLoss: 'train/loss',
  trainAccuracy: 'train/accuracy',
  validationLoss: 'validation/loss',
  validationAccuracy: 'validation/accuracy',
  learningRate: 'learning-rate',
  /** Clock series: at a step, how much time, epochs and arithmetic had gone by. They are the other x-axes. */
  elapsedSeconds: 'clock/seconds',
  epoch: 'clock/epoch',
  trainingFlops: 'clock/flops',
  rs: 'rs',
  pruneRate: 'prune-rate',
  /** Net turnover (itop.md 4.2): share of the weights active after an update that were not before it. */
  churn: 'churn',
  density: 'density',
  stepMilliseconds: 'step-milliseconds',
  /** Seconds of an epoch in which training waited for its batches. */
  starvation: 'starvation-seconds',
} as const;
