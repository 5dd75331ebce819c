import { type Batch, EngineError } from './engine.ts';

export interface BatchLimits {
  largestBatch: number;
  /** Values of one sample. */
  features: number;
  classes: number;
}

/** @throws EngineError on a malformed batch */
export function checkBatch({ count, pixels, labels }: Batch, { largestBatch, features, classes }: BatchLimits): void {
  if (!Number.isInteger(count) || count < 1 || count > largestBatch)
    throw new EngineError(`A batch must have 1 to ${largestBatch} samples, not ${count}`);
  if (pixels.length !== count * features)
    throw new EngineError(`A batch of ${count} samples needs ${count * features} pixels, not ${pixels.length}`);
  if (labels.length !== count) throw new EngineError(`A batch of ${count} samples has ${labels.length} labels`);
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0)
    throw new EngineError(`Sample ${wrong} of the batch has label ${labels[wrong]}, of ${classes} classes`);
}
