import { EngineError, type KeptBatch } from '../engine.ts';
import type { ImageAugmentation, ImageChanges, ImagesToKeep, KeptImages } from '../kept-images.ts';
import { wholeWords } from './batch.ts';
import { type Changed, keptPixels, meanLumas, MIXING_WORD, RECORD_WORDS, UNCHANGED } from './kernels/augment.wgsl.ts';
import { type Binder, type Dispatch, dispatch, flatGroups } from './programs.ts';

/** More stream to the card, batch by batch. */
const MOST_BYTES = 2 ** 30;
/** Sums over an image stay within 32 bits below so many values. */
const MOST_FEATURES = 2 ** 24;
const UPLOAD_BYTES = 2 ** 24;

/** Images on the card, with the kernels that take them into a batch. */
export interface CardImages extends KeptImages {
  /** Brings to the card which images a batch takes and how they change; what has to run then. */
  take(batch: KeptBatch): Dispatch[];
}

/** Why images do not stay on the card; null where they may. */
export function whyNotKept(bytes: number, features: number, { memory }: Binder): string | null {
  const { maxBufferSize, maxStorageBufferBindingSize } = memory.device.limits;
  const most = Math.min(MOST_BYTES, maxBufferSize, maxStorageBufferBindingSize);
  if (features >= MOST_FEATURES) return `${features} values an image are too many`;
  return bytes <= most ? null : `${mebibytes(bytes)} are more than the ${mebibytes(most)} that may stay there`;
}

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;

/**
 * @param shape `[height, width, channels]`
 * @param pixels where batches are made, as they are sent otherwise
 */
export function openCardImages(
  binder: Binder,
  { count, pixels: bytes, augmentation, mixes = false }: ImagesToKeep,
  shape: readonly [number, number, number],
  pixels: GPUBuffer,
): CardImages {
  const { memory, vectors } = binder;
  const [height, width, channels] = shape;
  const features = height * width * channels;
  const images = memory.allocate(Math.ceil(bytes.length / 4), 'images', 'the training images');
  for (let at = 0; at < bytes.length; at += UPLOAD_BYTES)
    memory.device.queue.writeBuffer(images, at, wholeWords(bytes.subarray(at, at + UPLOAD_BYTES)));
  const records = memory.allocate(vectors * 4 * RECORD_WORDS, 'batch', 'the images of a batch');
  const means = memory.allocate(vectors * 4, 'batch', 'the mean lumas');
  const colours = memory.upload(
    Uint32Array.from(augmentation?.meanColour ?? new Uint8Array(channels)),
    'plan',
    'the mean colour',
  );

  function kernels(changed: Changed, { padding, cutout }: Pick<ImageAugmentation, 'padding' | 'cutout'>): Dispatch[] {
    const numbers = { features, height, width, channels, padding, cutout };
    const make = dispatch(
      binder,
      keptPixels(changed),
      numbers,
      { images, records, means, colours, pixels },
      (vectors) => flatGroups(features * vectors),
    );
    if (!changed.contrast) return [make];
    const average = dispatch(binder, meanLumas(changed), numbers, { images, records, means }, (vectors) => [
      4 * vectors,
      1,
      1,
    ]);
    return [average, make];
  }

  const asTheyAre = { padding: 0, cutout: 0 };
  /** By whether images are mixed. */
  const unchanged = [kernels(UNCHANGED, asTheyAre), mixes ? kernels({ ...UNCHANGED, mixes }, asTheyAre) : null];
  const changed = [false, true].map((mixed) =>
    augmentation && (mixes || !mixed) ? kernels({ ...augmentation, mixes: mixed }, augmentation) : null,
  );
  const words = new Uint32Array(vectors * 4 * RECORD_WORDS);
  return {
    count,
    take({ count: taken, samples, changes, mixed }) {
      const taking = (changes ? changed : unchanged)[mixed ? 1 : 0];
      if (!taking) throw new EngineError('A batch changes or mixes images that were to stay as they are');
      for (let at = 0; at < taken; at++) {
        words.set(recordOf(samples[at], changes?.[at]), at * RECORD_WORDS);
        if (mixed) words.set([mixed.partners[at], mixed.wholeShare], at * RECORD_WORDS + MIXING_WORD);
      }
      memory.device.queue.writeBuffer(records, 0, words, 0, taken * RECORD_WORDS);
      return taking;
    },
  };
}

/** As `imageOf` reads it: halves of words hold numbers below 2^16. */
function recordOf(sample: number, changes: ImageChanges | undefined): readonly number[] {
  if (!changes) return [sample, 0, 0, 0, 0, 0];
  const { top, left, height, width, isFlipped, brightness, contrast, saturation, cutoutRow, cutoutColumn } = changes;
  const pair = (low: number, high: number) => low + high * 2 ** 16;
  return [
    sample,
    pair(top, left),
    pair(height, width),
    pair(isFlipped ? 1 : 0, brightness),
    pair(contrast, saturation),
    pair(cutoutRow, cutoutColumn),
  ];
}
