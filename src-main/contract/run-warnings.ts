/**
 * What may be said of a run against its result.
 * configuration: probably not meant. diverged: the loss or a weight was not finite. empty-layer: a layer lost all its
 * weights. dead-units: units without an incoming weight. beyond-bound: R_s above what was planned as the most.
 * sparsity-missed: the masks do not have the sparsity asked for. kept-by-score: a layer that scores alone would have
 * emptied. lost-device: a graphics device went away. fewer-runs: a mean over fewer runs than planned (of a study).
 */
export const RUN_WARNING_CODES = [
  'configuration',
  'diverged',
  'empty-layer',
  'dead-units',
  'beyond-bound',
  'sparsity-missed',
  'kept-by-score',
  'lost-device',
  'fewer-runs',
] as const;
export type RunWarningCode = (typeof RUN_WARNING_CODES)[number];

export interface RunWarning {
  code: RunWarningCode;
  /** A sentence for the reader. */
  text: string;
  /** Name of the layer it is about. */
  layer?: string;
  /** Optimiser steps made when it happened; absent: of the run as a whole, or before it started. */
  step?: number;
}

/** With `added`, in place of an earlier one of the same code and layer. */
export function withWarning(warnings: readonly RunWarning[], added: RunWarning): RunWarning[] {
  const others = warnings.filter(({ code, layer }) => code !== added.code || layer !== added.layer);
  return [...others, added];
}

/** What still holds of a run that goes on from `step`; -1: from its start. */
export const warningsUpTo = (warnings: readonly RunWarning[], step: number): RunWarning[] =>
  warnings.filter((warning) => warning.step === undefined || warning.step <= step);
