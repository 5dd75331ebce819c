import { METRICS } from '../contract/index.ts';
import type { BatchResult } from '../engine/engine.ts';
import { explorationRates, type MaskUpdateReport } from './mask-updates.ts';
import { emptyWindow, type Session } from './session.ts';

/** What a run writes into its series, and when. */

export function recordBatch({ progress }: Session, result: BatchResult, samples: number): void {
  const { window } = progress;
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

/** The other x-axes: what had gone by at this step. */
export function recordClock({ start, plan, split, progress, clock, reporter }: Session): void {
  const { step } = progress;
  const epochs = Math.floor(step / plan.stepsPerEpoch);
  const samplesThisEpoch = Math.min(
    (step - epochs * plan.stepsPerEpoch) * start.configuration.batchSize,
    split.training.length,
  );
  const samples = epochs * split.training.length + samplesThisEpoch;
  reporter.point(METRICS.elapsedSeconds, step, clock.seconds());
  reporter.point(METRICS.epoch, step, step / plan.stepsPerEpoch);
  reporter.point(METRICS.trainingFlops, step, samples * plan.trainFlopsPerSample);
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

export function recordMaskUpdate(session: Session, pruneRate: number, { layers, churn }: MaskUpdateReport): void {
  const { plan, progress, reporter, post } = session;
  const rs = recordExploration(session);
  const changed = churn.reduce((sum, share, layer) => sum + share * plan.layers[layer].activeWeights, 0);
  reporter.point(METRICS.pruneRate, progress.step, pruneRate);
  reporter.point(METRICS.churn, progress.step, changed / plan.activeWeights);
  churn.forEach((share, layer) => reporter.point(`${METRICS.churn}/${plan.layers[layer].name}`, progress.step, share));
  recordClock(session);
  post({ type: 'mask-update', update: progress.updates, step: progress.step, rs, layers });
}
