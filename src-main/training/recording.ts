import { METRICS, type RunPlan } from '../contract/index.ts';
import type { BatchResult } from '../engine/engine.ts';
import { realisedPlan } from '../networks/accounting.ts';
import { sum } from '../numerics/sum.ts';
import { countsFollowWeights } from '../topology/methods/index.ts';
import type { PlannedUpdate } from '../topology/timeline.ts';
import { explorationRates, type MaskUpdateReport } from './mask-updates.ts';
import type { Session } from './session.ts';
import { emptyWindow } from './starting-point.ts';

/** What a run writes into its series, and when. */

export function recordBatch(session: Session, result: BatchResult, samples: number): void {
  const { progress } = session;
  const { window } = progress;
  if (countsVary(session)) progress.flops = (progress.flops ?? 0) + 3 * samples * forwardFlopsOf(session);
  window.steps++;
  window.samples += samples;
  window.lossSum += result.loss * samples;
  window.correct += result.correct;
}

/** Points of the training curves: means over the steps since the last ones. */
export function recordTraining(session: Session, learningRate: number): void {
  const { progress, reporter } = session;
  const { window, step } = progress;
  if (window.steps === 0) return;
  reporter.point(METRICS.trainLoss, step, window.lossSum / window.samples);
  reporter.point(METRICS.trainAccuracy, step, window.correct / window.samples);
  reporter.point(METRICS.learningRate, step, learningRate);
  recordClock(session);
  progress.window = emptyWindow();
}

/** How long the epoch that ends here waited for its batches. */
export function recordStarvation(session: Session): void {
  const waited = session.batches.waitedSeconds();
  session.reporter.point(METRICS.starvation, session.progress.step, waited - session.waitedBefore);
  session.waitedBefore = waited;
}

/** The other x-axes: what had gone by at this step. */
export function recordClock(session: Session): void {
  const { plan, progress, clock, reporter } = session;
  const { step } = progress;
  reporter.point(METRICS.elapsedSeconds, step, clock.seconds());
  reporter.point(METRICS.epoch, step, step / plan.stepsPerEpoch);
  const flops = countsVary(session) ? (progress.flops ?? 0) : samplesSeen(session) * plan.trainFlopsPerSample;
  reporter.point(METRICS.trainingFlops, step, flops);
}

/** Samples trained on so far, those of earlier epochs again. */
function samplesSeen({ start, plan, split, progress: { step } }: Session): number {
  const epochs = Math.floor(step / plan.stepsPerEpoch);
  const samplesThisEpoch = Math.min(
    (step - epochs * plan.stepsPerEpoch) * start.configuration.batchSize,
    split.training.length,
  );
  return epochs * split.training.length + samplesThisEpoch;
}

/** The plan as it came out: of the masks as they stand, and of all that was trained. */
export function planAsTrained(session: Session): RunPlan {
  const { plan, progress, active } = session;
  const samples = samplesSeen(session);
  const isCounted = countsVary(session) && samples > 0;
  return realisedPlan(plan, active, {
    forwardFlops: forwardFlopsOf(session),
    trainFlopsPerSample: isCounted ? (progress.flops ?? 0) / samples : plan.trainFlopsPerSample,
  });
}

/** Where the plan cannot know how many weights a layer will have, what was computed is added up instead. */
const countsVary = ({ method, start }: Session): boolean => countsFollowWeights(method, start.configuration);

const forwardFlopsOf = ({ active, flopsPerWeight }: Pick<Session, 'active' | 'flopsPerWeight'>) =>
  sum(active.map((count, layer) => count * flopsPerWeight[layer]));

/** An update by gradient takes the weight gradient of its batch densely. */
export function recordUpdateFlops(session: Session, samples: number): void {
  if (session.method.rewiring?.needsDenseGradient) recordDenseGradient(session, samples);
}

/** The weight gradient of a batch, of the dense network in place of the sparse one. */
export function recordDenseGradient(session: Session, samples: number): void {
  if (!countsVary(session)) return;
  const dense = session.plan.denseTrainFlopsPerSample / 3;
  session.progress.flops = (session.progress.flops ?? 0) + samples * (dense - forwardFlopsOf(session));
}

/** Returns R_s over all layers. */
export function recordExploration({ explored, plan, progress, reporter }: Session): number {
  const rates = explorationRates(explored, plan.layers);
  reporter.point(METRICS.rs, progress.step, rates.total);
  rates.layers.forEach((rate, layer) =>
    reporter.point(`${METRICS.rs}/${plan.layers[layer].name}`, progress.step, rate),
  );
  return rates.total;
}

export function recordMaskUpdate(session: Session, update: PlannedUpdate, report: MaskUpdateReport): void {
  const { plan, progress, reporter, post } = session;
  const { layers, changed, before, after, record } = report;
  const rs = recordExploration(session);
  reporter.point(METRICS.pruneRate, progress.step, update.rate);
  reporter.point(METRICS.churn, progress.step, sum(changed) / Math.max(1, sum(after)));
  changed.forEach((count, layer) =>
    reporter.point(`${METRICS.churn}/${plan.layers[layer].name}`, progress.step, count / Math.max(1, after[layer])),
  );
  if (after.some((count, layer) => count !== before[layer]) || update.density !== null) {
    recordDensity(session, after);
  }
  recordClock(session);
  const { updates, step } = progress;
  post({ type: 'mask-update', update: updates, step, rs, activeWeights: sum(after), layers, record });
}

/** Share of active weights, over all layers and of each. */
function recordDensity({ plan, progress, reporter }: Session, active: readonly number[]): void {
  reporter.point(METRICS.density, progress.step, sum(active) / plan.prunableWeights);
  active.forEach((count, layer) => {
    const { name, prunableWeights } = plan.layers[layer];
    reporter.point(`${METRICS.density}/${name}`, progress.step, count / prunableWeights);
  });
}
