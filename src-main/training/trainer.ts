import { METRICS, type Mask, type TrainerResult, type TrainerStart } from '../contract/index.ts';
import type { Batch, BatchResult, KeptBatch } from '../engine/engine.ts';
import { createStream } from '../numerics/random.ts';
import { evaluateSplit } from './evaluation.ts';
import { checkLoss } from './divergence.ts';
import { learningRateAt } from './learning-rate.ts';
import { updateMasks } from './mask-updates.ts';
import {
  planAsTrained,
  recordBatch,
  recordClock,
  recordDenseGradient,
  recordExploration,
  recordMaskUpdate,
  recordStarvation,
  recordTraining,
  recordUpdateFlops,
} from './recording.ts';
import { endingWarnings, warn, warnOfEmptyLayers } from './run-warnings.ts';
import { openSession, saveCheckpoint, type Session, type TrainerAccess } from './session.ts';
import { followUpdate, probeOf, watchUpdate } from './update-record.ts';
import { hashWeights } from './weights-hash.ts';

/** Points of the training curves per epoch, each the mean over its steps. */
const POINTS_PER_EPOCH = 20;
const WAITING_TOLD_SECONDS = 1;

/**
 * Trains one run from its start or its checkpoint, telling everything through `access.post`. Ends with `finished` or
 * `suspended`. @throws whatever went wrong; the worker's entry turns it into `failed`
 */
export async function train(start: TrainerStart, access: TrainerAccess): Promise<void> {
  const session = await openSession(start, access);
  try {
    if (!start.checkpoint) {
      recordExploration(session);
      recordClock(session);
    }
    const ending = await trainSteps(session);
    if (ending === 'suspended' || !(await finish(session, ending))) session.post({ type: 'suspended' });
  } finally {
    await session.batches.close();
    await session.engine.close();
  }
}

type Outcome = 'finished' | 'cancelled' | 'diverged';

async function trainSteps(session: Session): Promise<Outcome | 'suspended'> {
  const { start, plan, progress, control, reporter, clock, inFlight, backlog } = session;
  while (progress.unvalidated || progress.step + inFlight.count() < plan.totalSteps) {
    const wanted = control.wanted();
    if (wanted !== 'run' || progress.diverged) await inFlight.settleAll();
    if (progress.diverged) return 'diverged';
    if (wanted === 'cancel') return 'cancelled';
    if (wanted === 'suspend') {
      await saveCheckpoint(session);
      return hasDiverged(session) ? 'diverged' : 'suspended';
    }
    if (wanted === 'pause') {
      await pause(session);
      continue;
    }
    if (backlog.isTooLong()) {
      await backlog.shorten();
      continue;
    }
    if (!progress.unvalidated) {
      await trainStep(session, await session.batches.next());
      if (inFlight.count() === 0 && progress.step % plan.stepsPerEpoch === 0 && !progress.diverged) {
        recordStarvation(session);
        progress.unvalidated = true;
      }
    }
    if (progress.unvalidated && (await validate(session))) {
      delete progress.unvalidated;
      if (hasDiverged(session)) continue;
      if (isCheckpointDue(start, progress.step / plan.stepsPerEpoch)) await saveCheckpoint(session);
    }
    reporter.tick(progress.step, clock.seconds());
  }
  return hasDiverged(session) ? 'diverged' : 'finished';
}

/** Asked again where it may have become so meanwhile, which the compiler does not see. */
const hasDiverged = ({ progress }: Session): boolean => progress.diverged === true;

/** Asks for one step; what earlier ones gave is taken in as it comes, of this one at once where something follows it. */
async function trainStep(session: Session, batch: Batch | KeptBatch): Promise<void> {
  const { start, plan, progress, engine, inFlight } = session;
  const { momentum, nesterov, weightDecay, seed } = start.configuration;
  const before = progress.step + inFlight.count();
  const learningRate = learningRateAt(start.configuration, before, plan.stepsPerEpoch);
  const dropoutSeed = createStream(seed, 'dropout', before).uint32(0);
  const settings = { learningRate, momentum, nesterov, weightDecay, dropoutSeed };
  const { count } = batch;
  const isFollowed = needsResult(session, before + 1);
  await inFlight.add(engine.trainStep(batch, settings), async (result) => {
    await takeResult(session, result, count);
    if (!isFollowed) recordCurve(session, learningRate);
  });
  if (!isFollowed) return;
  await inFlight.settleAll();
  if (hasDiverged(session)) return;
  await updateAfter(session, batch);
  recordCurve(session, learningRate);
}

/** Whether something happens between step `number` (1 is the first) and the next one. */
const needsResult = ({ plan, progress, updates, gradientMemory }: Session, number: number): boolean =>
  number % plan.stepsPerEpoch === 0 ||
  updates.has(number) ||
  gradientMemory?.observes(number) === true ||
  // The first step after an update leaves the gradients that its record wants.
  progress.watch?.steps === 0;

async function takeResult(session: Session, result: BatchResult, samples: number): Promise<void> {
  session.progress.step++;
  checkLoss(session, 'training', result.loss, session.progress.step);
  recordBatch(session, result, samples);
  await followUpdate(session, result.loss);
}

/** What follows the last step: gradients are remembered, and masks are updated. */
async function updateAfter(session: Session, batch: Batch | KeptBatch): Promise<void> {
  const { start, method, plan, progress, engine, explored, gradientMemory } = session;
  if (gradientMemory?.observes(progress.step)) {
    await gradientMemory.observe(engine);
    recordDenseGradient(session, batch.count);
  }
  const planned = session.updates.get(progress.step);
  if (!planned) return;
  progress.updates++;
  const moment = { ...planned, update: progress.updates, totalSteps: plan.totalSteps, memory: session.memory };
  const report = await updateMasks(engine, method, start.configuration, explored, moment, probeOf(batch), session);
  gradientMemory?.endInterval();
  watchUpdate(session);
  if (!gradientMemory) recordUpdateFlops(session, batch.count);
  session.active = report.after;
  recordMaskUpdate(session, planned, report);
  warnOfEmptyLayers(session, report.before, report.after);
}

/** A point of the training curves where one is due. */
function recordCurve(session: Session, learningRate: number): void {
  const { plan, progress } = session;
  const pointEvery = Math.max(1, Math.floor(plan.stepsPerEpoch / POINTS_PER_EPOCH));
  const epochEnds = progress.step % plan.stepsPerEpoch === 0;
  if (progress.window.steps >= pointEvery || epochEnds) recordTraining(session, learningRate);
}

async function pause(session: Session): Promise<void> {
  const { control, clock, reporter, post } = session;
  await saveCheckpoint(session);
  if (hasDiverged(session)) return;
  clock.pause();
  post({ type: 'paused' });
  await control.until(() => control.wanted() !== 'pause');
  clock.resume();
  reporter.forgetSpeed();
  if (control.wanted() === 'run') post({ type: 'resumed' });
}

/** Returns whether it came to its end: for a cancel or a suspension it is broken off, and made after a resumption. */
async function validate(session: Session): Promise<boolean> {
  const { start, plan, split, progress, engine, control, reporter, clock, post, openBatches } = session;
  if (split.validation.length === 0) return true;
  const stopped = (): boolean => {
    reporter.tick(progress.step, clock.seconds());
    return control.wanted() === 'cancel' || control.wanted() === 'suspend';
  };
  const result = await evaluateSplit(engine, imagesOf(start, 'train'), split.validation, openBatches, stopped);
  if (!result) return false;
  reporter.point(METRICS.validationLoss, progress.step, result.loss);
  if (checkLoss(session, 'validation', result.loss, progress.step)) return true;
  reporter.point(METRICS.validationAccuracy, progress.step, result.accuracy);
  if (!progress.best || result.accuracy > progress.best.validationAccuracy) {
    progress.best = { validationAccuracy: result.accuracy, epoch: progress.step / plan.stepsPerEpoch };
    post({ type: 'best', ...progress.best });
  }
  return true;
}

const imagesOf = ({ data, configuration }: TrainerStart, split: 'train' | 'test') => ({
  split: data[split],
  shape: data.shape,
  batchSize: configuration.batchSize,
});

/** The final checkpoint is `finish`'s own. */
function isCheckpointDue({ configuration }: TrainerStart, epochsDone: number): boolean {
  const { checkpointEvery, epochs } = configuration;
  return checkpointEvery > 0 && epochsDone < epochs && epochsDone % checkpointEvery === 0;
}

/**
 * Reads the test split, once, on the weights as they stand; of a run that has diverged they are no numbers, and there is
 * nothing to test. Returns whether it came to its end: a suspension breaks it off, and the checkpoint written before
 * leads back here.
 */
async function finish(session: Session, ending: Outcome): Promise<boolean> {
  const { start, plan, progress, engine, clock, reporter, post } = session;
  const { configuration } = start;
  noteWaiting(session);
  recordTraining(session, learningRateAt(configuration, Math.max(0, progress.step - 1), plan.stepsPerEpoch));
  if (progress.step % plan.stepsPerEpoch !== 0) recordStarvation(session);
  const rs = recordExploration(session);
  if (!progress.diverged) await saveCheckpoint(session);
  const final = hasDiverged(session) ? null : await readTest(session);
  if (!final && !hasDiverged(session)) return false;
  const masks: Mask[] = [];
  for (const layer of plan.layers.keys()) masks.push(await engine.mask(layer));
  const isComplete = ending === 'finished' && !progress.diverged;
  const { sparsity } = configuration;
  const found = endingWarnings({ plan, masks, rs, updates: progress.updates, sparsity, isComplete });
  for (const warning of found) warn(session, warning);
  const weightsHash = await hashWeights(await engine.snapshot());
  const seconds = clock.seconds();
  reporter.tick(progress.step, seconds, true);
  post({
    type: 'finished',
    outcome: hasDiverged(session) ? 'diverged' : ending,
    result: {
      weightsHash,
      best: progress.best,
      final,
      rs,
      updates: progress.updates,
      steps: progress.step,
      epochs: Math.floor(progress.step / plan.stepsPerEpoch),
      seconds,
      plan: planAsTrained(session),
    },
  });
  return true;
}

/** A run that records more than can be stored says why it took longer than its steps. */
function noteWaiting({ backlog, post }: Session): void {
  const seconds = backlog.waitedSeconds();
  if (seconds < WAITING_TOLD_SECONDS) return;
  const text = `Waited ${seconds.toFixed(0)} s in all until what it recorded was stored.`;
  post({ type: 'log', level: 'info', text });
}

/** null where it was broken off. */
async function readTest(session: Session): Promise<TrainerResult['final']> {
  const { start, progress, engine, control, clock, reporter, openBatches } = session;
  const stopped = (): boolean => {
    reporter.tick(progress.step, clock.seconds());
    return control.wanted() === 'suspend';
  };
  const test = await evaluateSplit(engine, imagesOf(start, 'test'), 'all', openBatches, stopped);
  if (!test) return null;
  checkLoss(session, 'test', test.loss, progress.step);
  return { testAccuracy: test.accuracy, testLoss: test.loss };
}
