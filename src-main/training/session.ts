import type { RunPlan, TrainerEvent, TrainerStart } from '../contract/index.ts';
import type { Batch, Engine, EngineOpening, KeptBatch } from '../engine/engine.ts';
import { buildNetwork, planRun, splitCounts, weightPlaces } from '../networks/accounting.ts';
import { prunableLayers, maskShape } from '../networks/specification.ts';
import { createExploredSet, type ExploredSet } from '../topology/exploration.ts';
import { activeCount, positionsOf } from '../topology/mask.ts';
import { methods } from '../topology/methods/index.ts';
import { plannedUpdates, type PlannedUpdate } from '../topology/timeline.ts';
import {
  splitTrainingData,
  type BatchOpening,
  type BatchStream,
  type OpenBatches,
  type Split,
} from './batches/batches.ts';
import { decodeCheckpoint, encodeCheckpoint, type CheckpointProgress } from './checkpoint.ts';
import { openDirectBatches } from './batches/direct-batches.ts';
import { createClock, type Clock } from './clock.ts';
import type { Control } from './control.ts';
import { createGradientMemory, type GradientMemory } from './gradient-memory.ts';
import { openHoldingEngine, type HoldingEngine } from './holding-engine.ts';
import { scoreInitialMasks } from './initial-scores.ts';
import { createInFlight, type InFlight } from './in-flight.ts';
import { drawInitialState, drawState } from './initial-state.ts';
import { keepTrainingImages, type OpenEngineBatches } from './batches/kept-batches.ts';
import { trainingStatistics } from './normalisation.ts';
import { withPartners } from './batches/mixup.ts';
import { createReporter, type Post, type Reporter } from './reporter.ts';
import { checkState } from './divergence.ts';
import { warn } from './run-warnings.ts';

export interface TrainerAccess {
  post: Post;
  control: Control;
  openEngine(opening: EngineOpening): Promise<Engine>;
  /** Made on the trainer's own thread where absent, which images on disk do not allow. */
  openBatches?: OpenBatches;
}

/** One run while it trains: what it is, and how far it has come. */
export interface Session {
  start: TrainerStart;
  plan: RunPlan;
  split: Split;
  /** By the step after which the update happens. */
  updates: ReadonlyMap<number, PlannedUpdate>;
  /** What the method's rules remember; lives in `progress`, so that checkpoints hold it. */
  memory: Record<string, number>;
  /** Gradients of all positions over several steps; null where the method needs none. */
  gradientMemory: GradientMemory | null;
  /** Active weights of every layer at the moment. */
  active: number[];
  /** FLOPs of a forward pass per active weight of each layer. */
  flopsPerWeight: readonly number[];
  engine: Engine | HoldingEngine;
  /** Training batches from the next step on. */
  batches: BatchStream<Batch | KeptBatch>;
  openBatches: OpenEngineBatches;
  /** Training steps whose results are on their way. */
  inFlight: InFlight;
  /** Of `batches.waitedSeconds()` when the epoch began. */
  waitedBefore: number;
  explored: ExploredSet[];
  progress: CheckpointProgress;
  control: Control;
  clock: Clock;
  reporter: Reporter;
  post: Post;
}

export const emptyWindow = (): CheckpointProgress['window'] => ({ steps: 0, samples: 0, lossSum: 0, correct: 0 });

/** Opens the engine on a fresh draw or on a checkpoint, and announces the run. */
export async function openSession(start: TrainerStart, access: TrainerAccess): Promise<Session> {
  const { post, control, openEngine } = access;
  const openBatches = withPartners(access.openBatches ?? openDirectBatches);
  const { configuration, data } = start;
  const dataset = { shape: data.shape, classes: data.classes, trainCount: data.train.count };
  const network = buildNetwork(configuration, dataset);
  const shapesFor = ({ content }: CheckpointProgress) => {
    requireSameContent(start, content);
    return prunableLayers(network).map(maskShape);
  };
  const checkpoint = start.checkpoint ? decodeCheckpoint(start.checkpoint, shapesFor) : null;
  const { validation } = splitCounts(data.train.count, configuration.validationFraction);
  const split = splitTrainingData(data.train.count, validation, configuration.seed);
  // Measured once: in memory they are exact, on disk those of a sample, and a run may move from one to the other.
  const statistics =
    checkpoint?.progress.statistics ??
    (await trainingStatistics(data, split.training, configuration.seed, openBatches));
  const { scoring } = methods[configuration.method];
  const scored =
    scoring && !checkpoint
      ? await scoreInitialMasks(
          { ...start, network, statistics, training: split.training, openEngine, openBatches },
          scoring,
        )
      : null;
  const state =
    checkpoint?.state ??
    (scored ? drawState(network, scored.masks, configuration) : drawInitialState(network, configuration));
  const masks = state.layers.map((layer) => layer.mask);
  const plan = planRun(configuration, dataset, scoring && masks.map(activeCount));
  const explored = masks.map((mask, layer) => {
    const set = createExploredSet(mask.outputs, mask.inputs);
    set.add(checkpoint?.explored[layer] ?? positionsOf(mask));
    return set;
  });
  const progress: CheckpointProgress = checkpoint?.progress ?? {
    step: 0,
    updates: 0,
    seconds: 0,
    best: null,
    window: emptyWindow(),
    ...(data.contentSha256 === undefined ? {} : { content: data.contentSha256 }),
  };
  progress.statistics = statistics;
  const { seed, batchSize } = configuration;
  const [firstStep, totalSteps] = [progress.step, plan.totalSteps];
  const order = { seed, samples: split.training, firstStep, totalSteps, augmentation: configuration };
  const updates = plannedUpdates(configuration, plan.totalSteps);
  const updateSteps = updates.map(({ step }) => step);
  const gradientMemory = createGradientMemory(configuration, masks, updateSteps, checkpoint?.dense ?? null);
  const training: BatchOpening = {
    split: data.train,
    shape: data.shape,
    batchSize,
    order: { kind: 'training', ...order, mean: statistics.mean },
  };
  const opening: EngineOpening = {
    network,
    state,
    largestBatch: batchSize,
    ...statistics,
    labelSmoothing: configuration.labelSmoothing,
    threads: start.threads,
    activations: configuration.activations,
  };
  const share = methods[configuration.method].rewiring?.holds?.(configuration);
  const engine =
    share === undefined
      ? await openEngine(opening)
      : await openHoldingEngine(opening, openEngine, { configuration, share, saved: checkpoint?.dense ?? null });
  const images = await keepTrainingImages(engine, training, openBatches).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });

  const { id, threads, title } = engine.description;
  const active = masks.map(activeCount);
  const activeWeights = active.reduce((sum, count) => sum + count, 0);
  const resumedAtStep = progress.step;
  post({ type: 'started', plan, activeWeights, engine: id, engineTitle: title, threads, resumedAtStep });
  post({
    type: 'log',
    level: 'info',
    text: `${checkpoint ? `Resumed at step ${progress.step}` : 'Started'} on ${title}.`,
  });
  if (images.note) post({ type: 'log', level: 'info', text: images.note });
  if (!checkpoint) post({ type: 'initial-masks', masks });
  if (scored?.rescued.length) {
    const text =
      `By its scores alone ${configuration.method} would have left nothing of ${scored.rescued.join(', ')}: ` +
      'the best weight of each was kept. A lower sparsity may help.';
    warn({ progress, post }, { code: 'kept-by-score', text });
  }

  return {
    start,
    plan,
    split,
    updates: new Map(updates.map((update) => [update.step, update])),
    gradientMemory,
    memory: (progress.memory ??= {}),
    active,
    flopsPerWeight: weightPlaces(network).map((places) => 2 * places),
    engine,
    batches: images.openBatches(training),
    openBatches: images.openBatches,
    inFlight: createInFlight(engine),
    waitedBefore: 0,
    explored,
    progress,
    control,
    clock: createClock(progress.seconds),
    reporter: createReporter(post, {
      steps: totalSteps,
      epochs: configuration.epochs,
      stepsPerEpoch: plan.stepsPerEpoch,
    }),
    post,
  };
}

/** @throws Error where the images are not those the run was trained on: it would go on as another run */
function requireSameContent({ configuration, data }: TrainerStart, trainedOn: string | undefined): void {
  if (trainedOn === undefined || data.contentSha256 === undefined || trainedOn === data.contentSha256) return;
  const [then, now] = [trainedOn, data.contentSha256].map((checksum) => checksum.slice(0, 12));
  throw new Error(
    `The dataset ${configuration.dataset} holds other images than this run was trained on (SHA-256 ${now}… instead of ` +
      `${then}…). Import the same images under that name again, or start a new run.`,
  );
}

/**
 * Posts everything the run needs to go on from here; what was reported so far goes out first. Of a run that has diverged
 * nothing: its checkpoint of before stays.
 */
export async function saveCheckpoint(session: Session): Promise<void> {
  const { engine, explored, gradientMemory, progress, clock, reporter, plan, post } = session;
  const state = await engine.snapshot();
  if (checkState(session, state)) return;
  progress.seconds = clock.seconds();
  reporter.tick(progress.step, progress.seconds, true);
  const bytes = encodeCheckpoint({
    progress,
    state,
    explored: explored.map((set) => set.positions()),
    dense: gradientMemory?.values ?? ('reserve' in engine ? await engine.reserve() : null),
  });
  const event: TrainerEvent = {
    type: 'checkpoint',
    step: progress.step,
    epoch: Math.floor(progress.step / plan.stepsPerEpoch),
    bytes,
  };
  post(event, [bytes.buffer as ArrayBuffer]);
}
