import type { EngineSnapshot } from '../engine/engine.ts';
import { warn, type Warner } from './run-warnings.ts';

/**
 * The one rule by which a run has diverged: a loss (of training, validation or test) or a weight is not finite. Such a
 * weight stays so whatever follows, so training ends there.
 */

/** Returns whether the run has diverged, and tells so the first time. `step`: optimiser steps made. */
export function checkLoss(session: Warner, what: 'training' | 'validation' | 'test', loss: number, step: number) {
  if (!Number.isFinite(loss)) diverge(session, `The ${what} loss is ${loss}`, step);
  return session.progress.diverged === true;
}

/** The same of the weights and their momenta. */
export function checkState(session: Warner, { layers }: EngineSnapshot): boolean {
  const at = layers.findIndex(({ weights, momenta, biases, biasMomenta }) =>
    [weights, momenta, biases, biasMomenta].some((values) => !isFinite(values)),
  );
  if (at >= 0) {
    const { name } = session.plan.layers[at];
    diverge(session, `Weights or biases of ${name} are not finite`, session.progress.step);
  }
  return session.progress.diverged === true;
}

/** A plain loop: a checkpoint of 25 million weights asks for a hundred million numbers. */
function isFinite(values: Float32Array): boolean {
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) return false;
  return true;
}

function diverge(session: Warner, what: string, step: number): void {
  if (session.progress.diverged) return;
  session.progress.diverged = true;
  const text = `${what} at step ${step}: the run has diverged and ends here. A lower learning rate may help.`;
  warn(session, { code: 'diverged', text, step });
}
