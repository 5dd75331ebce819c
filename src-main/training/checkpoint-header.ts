import { ReadableError, shortened } from '../contract/index.ts';
import * as v from 'valibot';

/** A checkpoint file that cannot be what was written. */
export class DamagedCheckpointError extends ReadableError {
  override readonly name = 'DamagedCheckpointError';
}

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const byteLengths = v.array(whole);

const statistics = v.object({ mean: v.array(v.number()), deviation: v.array(v.number()) });

/** An update whose aftermath is still open. Held in the progress, so that checkpoints keep it. */
const watch = v.object({
  update: whole,
  /** Mean training loss of the steps up to the update; null where it was not finite. */
  target: v.nullable(v.number()),
  steps: whole,
});

const progress = v.object({
  /** Optimiser steps done. */
  step: whole,
  updates: whole,
  seconds: v.pipe(v.number(), v.minValue(0)),
  best: v.nullable(v.object({ validationAccuracy: v.number(), epoch: whole })),
  diverged: v.optional(v.boolean()),
  /** Warnings that were given, each as `code/layer`. */
  warned: v.optional(v.array(v.string())),
  /** An epoch was trained to its end, and its validation has not been. */
  unvalidated: v.optional(v.boolean()),
  /** SHA-256 of the dataset trained on, where it is known. */
  content: v.optional(v.string()),
  /** Mean and deviation that images are normalised by; absent in checkpoints of before they were kept. */
  statistics: v.optional(statistics),
  /** What the method's rules remember from update to update. */
  memory: v.optional(v.record(v.string(), v.number())),
  /** Training FLOPs so far, where the number of active weights changes. */
  flops: v.optional(v.number()),
  /** Training losses of the last steps since the last update, oldest first; null for what was not finite. */
  recentLosses: v.optional(v.array(v.nullable(v.number()))),
  watch: v.optional(watch),
  /** Sums since the last point of the training curves. */
  window: v.object({
    steps: whole,
    samples: whole,
    lossSum: v.pipe(
      v.nullable(v.union([v.number(), v.picklist(['NaN', 'Infinity', '-Infinity'])])),
      // JSON has neither NaN nor infinities; null is what earlier versions wrote of them.
      v.transform((stored) => (stored === null ? Number.NaN : Number(stored))),
    ),
    correct: whole,
  }),
});

const header = v.object({
  progress,
  /** Byte lengths of the sections that follow, per layer: mask, explored, then four float arrays. */
  layers: v.array(byteLengths),
  /** Features of every batch norm; its six float arrays follow the layers. */
  norms: v.array(whole),
  /** Byte lengths of what a method keeps of all positions, which follows the norms; absent where it keeps nothing. */
  dense: v.optional(byteLengths),
});

export type UpdateWatch = v.InferOutput<typeof watch>;
export type CheckpointProgress = v.InferOutput<typeof progress>;
export type CheckpointHeader = v.InferOutput<typeof header>;

/** Keys that it does not know are left out. @throws DamagedCheckpointError naming what is not as it was written */
export function readCheckpointHeader(bytes: Uint8Array): CheckpointHeader {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new DamagedCheckpointError('The checkpoint is damaged: its header cannot be read.');
  }
  const result = v.safeParse(header, json);
  if (result.success) return result.output;
  // What the file has instead is not repeated; the keys of a record are the file's.
  const [{ path = [] }] = result.issues;
  const known = path.filter(({ type }) => type === 'object' || type === 'array').map(({ key }) => String(key));
  const key = known.length > 0 ? shortened(known.join('.')) : 'all of it';
  throw new DamagedCheckpointError(`The checkpoint is damaged: in its header ${key} is not as it was written.`);
}

/** The same for writing; sums that are not finite are written as text. */
export const writeCheckpointHeader = (written: CheckpointHeader): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify(written, (key, value: unknown) =>
      key === 'lossSum' && !Number.isFinite(value) ? String(value) : value,
    ),
  );
