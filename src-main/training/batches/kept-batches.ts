import { isStreamed, type Labels } from '../../contract/index.ts';
import { createDrawChanges, isAugmented, planAugmentation } from '../../datasets/augmentation/augment.ts';
import type { Batch, Engine, KeptBatch } from '../../engine/engine.ts';
import type { ImageChanges, KeptImages } from '../../engine/kept-images.ts';
import { drawsOf } from './batch-maker.ts';
import type { BatchOpening, BatchStream, OpenBatches, TrainingOrder } from './batches.ts';
import { drawMixture, mixedLabels } from './mixup.ts';
import { createSampleOrder } from './sample-order.ts';
import { roomForLabels } from './label-room.ts';

/** Opens batches for one engine: of images that it keeps where it can, of pixels otherwise. */
export type OpenEngineBatches = (opening: BatchOpening) => BatchStream<Batch | KeptBatch>;

/**
 * Lets the engine keep the images that `training` draws from; batches of the same split then only name them.
 * @returns how batches are opened for this engine, and where the images are, for the reader; null where nothing was tried
 */
export async function keepTrainingImages(
  engine: Engine,
  { split, shape, order }: BatchOpening,
  openBatches: OpenBatches,
): Promise<{ openBatches: OpenEngineBatches; note: string | null }> {
  if (!engine.keepImages || isStreamed(split) || order.kind !== 'training') return { openBatches, note: null };
  const { augmentation, mean } = order;
  const kept = await engine.keepImages({
    count: split.count,
    pixels: split.pixels,
    augmentation: isAugmented(augmentation) ? planAugmentation(augmentation, mean) : null,
    mixes: augmentation.mixup > 0,
  });
  const images = `${split.count.toLocaleString('en')} training images`;
  if ('reason' in kept)
    return { openBatches, note: `The ${images} are sent to the graphics card batch by batch: ${kept.reason}.` };
  const mebibytes = Math.ceil((split.count * shape[0] * shape[1] * shape[2]) / 2 ** 20);
  return {
    openBatches: (opening) => (opening.split === split ? openKeptBatches(opening, kept.images) : openBatches(opening)),
    note: `The ${images} (${mebibytes} MiB) stay on the graphics card, which also augments them.`,
  };
}

/** Batches that name images which the engine keeps, and bring what is drawn for each. */
export function openKeptBatches(
  { split, shape, batchSize, order }: BatchOpening,
  images: KeptImages,
): BatchStream<KeptBatch> {
  const { first, end, samplesOf, epochOf } = createSampleOrder({ batchSize, order });
  const changesOf = order.kind === 'training' ? drawAll(shape, order) : () => null;
  const mix = order.kind === 'training' ? drawMixtures(order) : () => ({});
  const labels = roomForLabels(split.labels, batchSize);
  let number = first;
  let waited = 0;
  return {
    next() {
      if (number >= end) return Promise.reject(new Error(`There is no batch ${number}: ${end} is the end.`));
      const askedAt = performance.now();
      const samples = samplesOf(number);
      const changes = changesOf(samples, epochOf(number));
      for (let at = 0; at < samples.length; at++) labels[at] = split.labels[samples[at]];
      const count = samples.length;
      const mixed = mix(number++, labels.subarray(0, count));
      waited += performance.now() - askedAt;
      return Promise.resolve({ count, images, samples, changes, labels: labels.subarray(0, count), ...mixed });
    },
    waitedSeconds: () => waited / 1000,
    close: () => Promise.resolve(),
  };
}

/** Null where images stay as they are. */
function drawAll(shape: BatchOpening['shape'], { augmentation, seed }: TrainingOrder) {
  if (!isAugmented(augmentation)) return () => null;
  const draw = createDrawChanges(shape, augmentation);
  return (samples: Uint32Array, epoch: number): ImageChanges[] =>
    Array.from(samples, (sample) => draw(drawsOf(seed, epoch, sample)));
}

/** Nothing where images are not mixed. */
function drawMixtures({ augmentation: { mixup }, seed }: TrainingOrder) {
  if (mixup === 0) return () => ({});
  return (step: number, labels: Labels): Pick<KeptBatch, 'mixed'> => {
    const mixture = drawMixture(seed, mixup, step, labels.length);
    const { share: wholeShare, partners } = mixture;
    return { mixed: { ...mixedLabels(mixture, labels), wholeShare, partners } };
  };
}
