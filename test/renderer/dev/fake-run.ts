import {
  METRICS,
  requireConfiguration,
  requireMethod,
  type ConfigurationInput,
  type LogLine,
  type RunConfiguration,
  type RunListItem,
  type RunPlan,
  type RunStatus,
} from '../../../src-main/contract/index.ts';
import { planOf } from './fake-plan.ts';
import { randomFrom } from './fake-random.ts';
import { fakeCatalogue } from './fake-methods.ts';

export interface FakeRun {
  item: RunListItem;
  configuration: RunConfiguration;
  plan: RunPlan;
  log: LogLine[];
  diverges: boolean;
}

const PENALTY: Record<string, number> = { dense: 0, static: 0.024, set: 0.012, rigl: 0.008 };

/** Number of mask updates made by a step. */
export function updatesAt(run: FakeRun, step: number): number {
  return Math.max(0, Math.min(run.plan.updates, Math.floor(step / run.configuration.updateEvery)));
}

export function rsAt(run: FakeRun, step: number): number {
  const density = run.plan.activeWeights / run.plan.prunableWeights;
  const updates = updatesAt(run, step);
  return density + (run.plan.expectedRs - density) * (1 - Math.exp((-3 * updates) / Math.max(1, run.plan.updates)));
}

/** The invented value of a metric at a step; smooth with seeded noise. NaN once a diverging run is past two thirds. */
export function valueAt(run: FakeRun, metric: string, step: number): number | null {
  const { totalSteps, stepsPerEpoch } = run.plan;
  const t = step / totalSteps;
  const noise = randomFrom(run.configuration.seed * 7919 + step * 13 + metric.length)() - 0.5;
  const penalty = PENALTY[run.configuration.method.replace('-itop', '')] ?? 0;
  const reached = 0.972 - penalty - (run.configuration.seed % 5) * 0.0008;
  const accuracy = reached - 0.32 * Math.exp(-14 * t);
  const isBroken = run.diverges && t > 0.62;
  switch (metric) {
    case METRICS.trainLoss:
      return isBroken ? NaN : 0.06 + penalty * 4 + 2.1 * Math.exp(-18 * t) + noise * 0.12 * (1 - 0.6 * t);
    case METRICS.validationLoss:
      return isBroken ? NaN : 0.11 + penalty * 4 + 1.4 * Math.exp(-15 * t) + noise * 0.012;
    case METRICS.trainAccuracy:
      return isBroken ? 0.1 : Math.min(1, accuracy + 0.018 + noise * 0.03);
    case METRICS.validationAccuracy:
      return isBroken ? 0.098 : accuracy + noise * 0.004;
    case METRICS.learningRate:
      return (run.configuration.learningRate * (1 + Math.cos(Math.PI * t))) / 2;
    case METRICS.elapsedSeconds:
      return step * secondsPerStep(run);
    case METRICS.epoch:
      return step / stepsPerEpoch;
    case METRICS.trainingFlops:
      return step * run.configuration.batchSize * run.plan.trainFlopsPerSample;
    case METRICS.churn:
      return (run.configuration.pruneRate * (1 + Math.cos(Math.PI * t))) / 2 + noise * 0.004;
    case METRICS.pruneRate:
      return (run.configuration.pruneRate * (1 + Math.cos(Math.PI * t))) / 2;
    case METRICS.stepMilliseconds:
      return secondsPerStep(run) * 1000 * (1 + noise * 0.2);
  }
  if (metric === METRICS.rs) return rsAt(run, step);
  if (metric.startsWith(`${METRICS.rs}/`) || metric.startsWith(`${METRICS.churn}/`)) {
    const layer = run.plan.layers.find(({ name }) => metric.endsWith(`/${name}`));
    if (!layer) return null;
    if (metric.startsWith(METRICS.churn)) return valueAt(run, METRICS.churn, step + layer.outputs);
    return Math.min(1, layer.density + (rsAt(run, step) - rsAt(run, 0)) * (0.6 + layer.density * 4));
  }
  return null;
}

/** Steps at which a metric is written, up to a step. */
export function stepsOf(run: FakeRun, metric: string, upTo: number): number[] {
  const isPerUpdate = metric.startsWith(METRICS.rs) || metric.startsWith(METRICS.churn) || metric === METRICS.pruneRate;
  if (isPerUpdate) {
    const first = metric.startsWith(METRICS.churn) ? 1 : 0;
    const number = updatesAt(run, upTo) - first + 1;
    return Array.from({ length: Math.max(0, number) }, (_, i) => (i + first) * run.configuration.updateEvery);
  }
  const isPerEpoch = metric.startsWith('validation/') || metric === METRICS.epoch;
  const every = isPerEpoch ? run.plan.stepsPerEpoch : 4;
  return Array.from({ length: Math.floor(upTo / every) }, (_, i) => (i + 1) * every);
}

export const ALL_METRICS: readonly string[] = Object.values(METRICS);

const secondsPerStep = (run: FakeRun) => 0.004 + 0.03 * run.plan.flops.trainRatio;

let made = 0;

/** A run that stands at a share of its training. */
export function makeRun(
  input: ConfigurationInput,
  status: RunStatus,
  done: number,
  createdAt: number,
  study: string | null = null,
): FakeRun {
  const configuration = requireConfiguration(input, fakeCatalogue);
  const plan = planOf(configuration);
  const { method, sparsity, network, dataset, seed } = configuration;
  const described = requireMethod(fakeCatalogue, method);
  const isFresh = status === 'queued';
  const id = `r${(made + 1).toString(36).padStart(5, '0')}`;
  const item: RunListItem = {
    id,
    name:
      configuration.name ||
      `${method}${described.sparse ? ` ${Number((sparsity * 100).toFixed(2))}%` : ''} seed ${seed}`,
    status,
    method,
    methodTitle: described.title,
    isSparse: described.sparse,
    dataset,
    network,
    engine: 'cpu',
    threads: configuration.threads || 2,
    seed,
    sparsity: 1 - plan.activeWeights / plan.prunableWeights,
    prunableWeights: plan.prunableWeights,
    activeWeights: plan.activeWeights,
    rs: plan.activeWeights / plan.prunableWeights,
    updates: 0,
    steps: 0,
    epochs: 0,
    seconds: 0,
    weightsHash: null,
    best: null,
    final: null,
    flops: plan.flops,
    createdAt,
    startedAt: isFresh ? null : createdAt + 1000,
    endedAt: null,
    progress: {
      step: 0,
      totalSteps: plan.totalSteps,
      epoch: 0,
      totalEpochs: configuration.epochs,
      stepsPerSecond: 0,
      secondsLeft: null,
    },
    validationAccuracy: null,
    failure: null,
    warnings: [],
    colour: made,
    study,
    queuePosition: isFresh ? 1 : null,
    checkpointEpoch: null,
    trashedAt: null,
  };
  made += 1;
  const run: FakeRun = { item, configuration, plan, log: [], diverges: false };
  moveTo(run, Math.floor(done * plan.totalSteps));
  if (status === 'finished') finish(run);
  return run;
}

/** Brings the item up to a step, as the lab would. */
export function moveTo(run: FakeRun, step: number): void {
  const { plan } = run;
  const seconds = step * secondsPerStep(run);
  const epoch = Math.floor(step / plan.stepsPerEpoch);
  const accuracy = epoch > 0 ? valueAt(run, METRICS.validationAccuracy, epoch * plan.stepsPerEpoch) : null;
  const best = run.item.best;
  run.item = {
    ...run.item,
    steps: step,
    epochs: epoch,
    seconds,
    rs: rsAt(run, step),
    updates: updatesAt(run, step),
    validationAccuracy: accuracy,
    best:
      accuracy !== null && (best === null || accuracy > best.validationAccuracy)
        ? { validationAccuracy: accuracy, epoch }
        : best,
    progress: {
      ...run.item.progress,
      step,
      epoch,
      stepsPerSecond: 1 / secondsPerStep(run),
      secondsLeft: step > 20 ? (plan.totalSteps - step) * secondsPerStep(run) : null,
    },
  };
}

export function finish(run: FakeRun): void {
  moveTo(run, run.plan.totalSteps);
  const accuracy = (run.item.validationAccuracy ?? 0.9) - 0.003;
  run.item = {
    ...run.item,
    status: 'finished',
    endedAt: Date.now(),
    final: { testAccuracy: accuracy, testLoss: 0.31 - accuracy * 0.2 },
    weightsHash: 'c0ffee',
  };
}
