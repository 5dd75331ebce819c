import type { Labels } from '../contract/index.ts';
import { type Batch, EngineError, type KeptBatch } from './engine.ts';

export interface BatchLimits {
  largestBatch: number;
  /** Values of one sample. */
  features: number;
  classes: number;
}

/** For engines that keep no images. @throws EngineError on a malformed batch */
export function checkBatch(batch: Batch | KeptBatch, limits: BatchLimits): asserts batch is Batch {
  if (!('pixels' in batch)) throw new EngineError('This engine keeps no images: a batch must bring its pixels');
  checkPixels(batch, limits);
}

/** @throws EngineError on a malformed batch */
export function checkPixels(batch: Batch, limits: BatchLimits): void {
  const { count, pixels } = batch;
  checkSamples(batch, limits);
  const { features } = limits;
  if (pixels.length !== count * features)
    throw new EngineError(`A batch of ${count} samples needs ${count * features} pixels, not ${pixels.length}`);
}

/** @throws EngineError on a malformed batch */
export function checkKept(batch: KeptBatch, limits: BatchLimits): void {
  const { count, images, samples, changes, mixed } = batch;
  checkSamples(batch, limits);
  if (samples.length !== count) throw new EngineError(`A batch of ${count} samples names ${samples.length} images`);
  if (changes && changes.length !== count)
    throw new EngineError(`A batch of ${count} samples has changes of ${changes.length} images`);
  if (mixed && (mixed.partners.length !== count || mixed.partners.some((partner) => partner >= count)))
    throw new EngineError(`A batch of ${count} samples needs ${count} partners among them`);
  const wrong = samples.find((sample) => sample >= images.count);
  if (wrong !== undefined) throw new EngineError(`A batch names image ${wrong}, but the engine keeps ${images.count}`);
}

function checkSamples(
  { count, labels, mixed }: Pick<Batch, 'count' | 'labels' | 'mixed'>,
  { largestBatch, classes }: BatchLimits,
): void {
  if (!Number.isInteger(count) || count < 1 || count > largestBatch)
    throw new EngineError(`A batch must have 1 to ${largestBatch} samples, not ${count}`);
  if (labels.length !== count) throw new EngineError(`A batch of ${count} samples has ${labels.length} labels`);
  checkLabels(labels, classes, 'label');
  if (!mixed) return;
  const { share, labels: partners } = mixed;
  if (!(share >= 0 && share <= 1))
    throw new EngineError(`A batch gives its own labels a share of ${share}, not 0 to 1`);
  if (partners.length !== count)
    throw new EngineError(`A batch of ${count} samples has ${partners.length} labels of partners`);
  checkLabels(partners, classes, "a partner's label");
}

function checkLabels(labels: Labels, classes: number, what: string): void {
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0)
    throw new EngineError(`Sample ${wrong} of the batch has ${what} ${labels[wrong]}, of ${classes} classes`);
}
