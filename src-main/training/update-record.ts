import type { UpdateRecord } from '../contract/index.ts';
import type { Batch, Engine, KeptBatch } from '../engine/engine.ts';
import { euclideanNorm } from '../numerics/norm.ts';
import { magnitudeClasses } from '../topology/magnitude-classes.ts';
import type { LayerView } from '../topology/rules.ts';
import type { LayerChoice } from '../topology/update.ts';
import type { Session } from './session.ts';

/** What is noted around a mask update. None of it changes what the engine computes next. */

/** Samples that the loss just before and just after an update is taken over: one tile of the CPU engine. */
const PROBE_SAMPLES = 32;
/** Steps over which the training loss is averaged, before an update and on the way back. */
const RECOVERY_WINDOW = 10;

/**
 * The first samples of a batch; of one whose images are mixed all, since any may be another one's partner. Copies: the
 * batch's own memory may be given to the next one.
 */
export function probeOf(batch: Batch | KeptBatch): Batch | KeptBatch {
  const count = batch.mixed ? batch.count : Math.min(batch.count, PROBE_SAMPLES);
  const labels = batch.labels.slice(0, count);
  if ('pixels' in batch) {
    const pixels = batch.pixels.slice(0, (batch.pixels.length / batch.count) * count);
    return { count, pixels, labels, ...(batch.mixed && { mixed: batch.mixed }) };
  }
  const { samples, changes } = batch;
  return { ...batch, count, samples: samples.slice(0, count), changes: changes && changes.slice(0, count), labels };
}

/** To be called while the last batch's gradients live: before anything is evaluated or rewired. */
export async function recordLayers(
  engine: Engine,
  views: readonly LayerView[],
  choices: readonly LayerChoice[],
): Promise<UpdateRecord['layers']> {
  const norms = await gradientNorms(engine, views.length);
  return views.map((view, layer) => ({
    dropThreshold: largestDropped(view.weights, choices.find((choice) => choice.layer === view.layer)?.droppedRanks),
    gradientNorm: norms[layer],
    magnitudes: magnitudeClasses(view.weights),
  }));
}

/** NaN where nothing is dropped. */
function largestDropped(weights: Float32Array, dropped: Uint32Array | undefined): number {
  if (!dropped || dropped.length === 0) return Number.NaN;
  let largest = 0;
  for (let at = 0; at < dropped.length; at++) largest = Math.max(largest, Math.abs(weights[dropped[at]]));
  return largest;
}

/** ||g||_2 over each layer's active weights, of the last batch (Evci et al. 2022, gradient flow). */
export async function gradientNorms(engine: Engine, layers: number): Promise<number[]> {
  const norms: number[] = [];
  for (let layer = 0; layer < layers; layer++) {
    norms.push(
      engine.gradientNorm ? await engine.gradientNorm(layer) : euclideanNorm((await engine.gradients(layer)).weights),
    );
  }
  return norms;
}

/** After every step, before its mask update: notes the loss, and what an earlier update has come to. */
export async function followUpdate({ progress, engine, plan, post }: Session, loss: number): Promise<void> {
  const losses = (progress.recentLosses ??= []);
  losses.push(Number.isFinite(loss) ? loss : null);
  if (losses.length > RECOVERY_WINDOW) losses.shift();
  const { watch } = progress;
  if (!watch) return;
  watch.steps++;
  if (watch.steps === 1) {
    const norms = await gradientNorms(engine, plan.layers.length);
    post({ type: 'update-aftermath', update: watch.update, gradientNorms: norms });
  }
  const reached = meanOf(losses);
  if (reached === null || watch.target === null || reached > watch.target) return;
  post({ type: 'update-aftermath', update: watch.update, recoverySteps: watch.steps });
  // The gradient is noted after the first step, so that nothing is open any more.
  delete progress.watch;
}

/** From this update on; an earlier one that has not recovered by now never will have. */
export function watchUpdate({ progress }: Session): void {
  progress.watch = { update: progress.updates, target: meanOf(progress.recentLosses ?? []), steps: 0 };
  progress.recentLosses = [];
}

/** JSON, in which checkpoints are written, has no NaN: null stands for what is not finite. */
function meanOf(losses: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const loss of losses) {
    if (loss === null) return null;
    sum += loss;
  }
  return losses.length === 0 ? null : sum / losses.length;
}
