import {
  requireMethod,
  usedConfiguration,
  type RunPlan,
  type TrainerEvent,
  type TrainerStart,
} from '../contract/index.ts';
import type { Batch, Engine, EngineOptions, KeptBatch } from '../engine/engine.ts';
import { outputPixels } from '../networks/accounting.ts';
import type { ExploredSet } from '../topology/exploration.ts';
import { activeCount } from '../topology/mask.ts';
import { builtInMethods } from '../topology/methods/index.ts';
import { plannedUpdates, type PlannedUpdate } from '../topology/timeline.ts';
import { countBacklog, type Backlog } from './backlog.ts';
import type { BatchOptions, BatchStream, OpenBatches, Split } from './batches/batches.ts';
import { openDirectBatches } from './batches/direct-batches.ts';
import { keepTrainingImages, type OpenEngineBatches } from './batches/kept-batches.ts';
import { withPartners } from './batches/mixup.ts';
import { encodeCheckpoint, type CheckpointProgress } from './checkpoint.ts';
import { createClock, type Clock } from './clock.ts';
import type { Control } from './control.ts';
import { checkState } from './divergence.ts';
import { createGradientMemory, type GradientMemory } from './gradient-memory.ts';
import { openHoldingEngine, type HeldWeights } from './holding-engine.ts';
import { createInFlight, type InFlight } from './in-flight.ts';
import { createReporter, type Post, type Reporter } from './reporter.ts';
import { trainedHere, type TrainedMethod } from './rules/trained-method.ts';
import { warn } from './run-warnings.ts';
import { findStartingPoint, type StartingPoint } from './starting-point.ts';

export interface TrainerAccess {
  post: Post;
  control: Control;
  openEngine(opening: EngineOptions): Promise<Engine>;
  /** Of a run whose method is a person's own; else the configuration names one that Espalier brings along. */
  method?: TrainedMethod;
  /** Made on the trainer's own thread where absent, which images on disk do not allow. */
  openBatches?: OpenBatches;
}

/** One run while it trains: what it is, and how far it has come. */
export interface Session {
  start: TrainerStart;
  method: TrainedMethod;
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
  engine: Engine;
  /** Values of inactive weights; null where the method keeps none. */
  held: HeldWeights | null;
  /** Training batches from the next step on. */
  batches: BatchStream<Batch | KeptBatch>;
  openBatches: OpenEngineBatches;
  /** Training steps whose results are on their way. */
  inFlight: InFlight;
  /** All that `post` said and the store does not hold yet. */
  backlog: Backlog;
  /** Of `batches.waitedSeconds()` when the epoch began. */
  waitedBefore: number;
  explored: ExploredSet[];
  progress: CheckpointProgress;
  control: Control;
  clock: Clock;
  reporter: Reporter;
  post: Post;
}

/** Opens the engine on a fresh draw or on a checkpoint, and announces the run. What its method does not use is left out. */
export async function openSession(asked: TrainerStart, access: TrainerAccess): Promise<Session> {
  const { control, openEngine } = access;
  const method = access.method ?? trainedHere(requireMethod(builtInMethods, asked.configuration.method));
  const configuration = usedConfiguration(asked.configuration, method);
  const start = { ...asked, configuration };
  const backlog = countBacklog(access.post, control);
  const { post } = backlog;
  const openBatches = withPartners(access.openBatches ?? openDirectBatches);
  const point = await findStartingPoint(start, { method, openEngine, openBatches });
  const { network, split, plan, state, explored, progress } = point;
  const masks = state.layers.map((layer) => layer.mask);
  const updates = plannedUpdates(method, configuration, plan.totalSteps);
  const updateSteps = updates.map(({ step }) => step);
  const gradientMemory = createGradientMemory(method, configuration, masks, updateSteps, point.savedDense);
  const { engine, held } = await openRunEngine(start, method, point, openEngine);
  const training = trainingBatches(start, point);
  const images = await keepTrainingImages(engine, training, openBatches).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  const session: Session = {
    start,
    method,
    plan,
    split,
    updates: new Map(updates.map((update) => [update.step, update])),
    gradientMemory,
    held,
    memory: (progress.memory ??= {}),
    active: masks.map(activeCount),
    flopsPerWeight: outputPixels(network).map((count) => 2 * count),
    engine,
    batches: images.openBatches(training),
    openBatches: images.openBatches,
    inFlight: createInFlight(engine),
    backlog,
    waitedBefore: 0,
    explored,
    progress,
    control,
    clock: createClock(progress.seconds),
    reporter: createReporter(post, {
      steps: plan.totalSteps,
      epochs: configuration.epochs,
      stepsPerEpoch: plan.stepsPerEpoch,
    }),
    post,
  };
  announce(session, point, images.note);
  return session;
}

/** The engine that a run trains on, and the values of inactive weights where its method keeps them. */
async function openRunEngine(
  { configuration, threads }: TrainerStart,
  method: TrainedMethod,
  { network, state, statistics, savedDense }: StartingPoint,
  openEngine: TrainerAccess['openEngine'],
): Promise<{ engine: Engine; held: HeldWeights | null }> {
  const opening: EngineOptions = {
    network,
    state,
    largestBatch: configuration.batchSize,
    ...statistics,
    labelSmoothing: configuration.labelSmoothing,
    threads,
    activations: configuration.activations,
  };
  const share = method.rewiring?.holds?.(configuration);
  if (share === undefined) return { engine: await openEngine(opening), held: null };
  return openHoldingEngine(opening, openEngine, { configuration, share, saved: savedDense });
}

function trainingBatches({ configuration, data }: TrainerStart, point: StartingPoint): BatchOptions {
  return {
    split: data.train,
    shape: data.shape,
    batchSize: configuration.batchSize,
    order: {
      kind: 'training',
      seed: configuration.seed,
      samples: point.split.training,
      firstStep: point.progress.step,
      totalSteps: point.plan.totalSteps,
      augmentation: configuration,
      mean: point.statistics.mean,
    },
  };
}

/** Reports that the run has started, on which engine and from which masks. */
function announce(session: Session, { resumed, rescuedLayers, state }: StartingPoint, imagesNote: string | null): void {
  const { start, plan, engine, active, progress, post } = session;
  const { id, threads, title } = engine.description;
  const log = (text: string): void => post({ type: 'log', level: 'info', text });
  post({
    type: 'started',
    plan,
    activeWeights: active.reduce((sum, count) => sum + count, 0),
    engine: id,
    engineTitle: title,
    threads,
    resumedAtStep: progress.step,
  });
  log(`${resumed ? `Resumed at step ${progress.step}` : 'Started'} on ${title}.`);
  if (imagesNote) log(imagesNote);
  if (!resumed) post({ type: 'initial-masks', masks: state.layers.map((layer) => layer.mask) });
  if (rescuedLayers.length > 0) {
    const text =
      `By its scores alone ${start.configuration.method} would have left nothing of ${rescuedLayers.join(', ')}: ` +
      'the best weight of each was kept. A lower sparsity may help.';
    warn(session, { code: 'kept-by-score', text });
  }
}

/**
 * Posts everything the run needs to go on from here; what was reported so far goes out first. Of a run that has diverged
 * nothing: its checkpoint of before stays.
 */
export async function saveCheckpoint(session: Session): Promise<void> {
  const { engine, explored, gradientMemory, held, progress, clock, reporter, plan, post } = session;
  const state = await engine.snapshot();
  if (checkState(session, state)) return;
  progress.seconds = clock.seconds();
  reporter.tick(progress.step, progress.seconds, true);
  const bytes = encodeCheckpoint({
    progress,
    state,
    explored: explored.map((set) => set.positions()),
    dense: gradientMemory?.values ?? (await held?.saved()) ?? null,
  });
  const event: TrainerEvent = {
    type: 'checkpoint',
    step: progress.step,
    epoch: Math.floor(progress.step / plan.stepsPerEpoch),
    bytes,
  };
  post(event, [bytes.buffer as ArrayBuffer]);
}
