import { availableParallelism } from 'node:os';
import { MOST_CLASSES, type ImportContext, type SampleBlock } from '../image-source.ts';
import type { OnImageChange } from './image-changes.ts';
import { ImageProblem, decodeImage, imageProblemOf, type ImageTarget } from './decode-image.ts';
import type { EncodedSamples } from './encoded-samples.ts';
import { askAboutImages, needsChoice } from './image-questions.ts';

/** Images decoded at the same time: enough to keep libvips' threads busy while this one handles results. */
const AT_ONCE = 2 * availableParallelism();
/** Decoded images that wait for their turn take no more, unless one alone does. */
const WAITING_BYTES = 2 ** 28;
const BLOCK_BYTES = 2 ** 20;

type Change = Parameters<OnImageChange>;

/** Samples that could be used, and what they were read from. */
export interface DecodedBlock<T> extends SampleBlock {
  items: T[];
}

/**
 * Decodes images many at a time and gives them in their order; bad ones are reported and left out.
 * @throws UndecidedImportError where one is unlike the others, unless such are to be skipped
 */
export async function* decodeInOrder<T>(
  items: Iterable<T> | AsyncIterable<T>,
  encoded: EncodedSamples<T>,
  target: ImageTarget,
  { choices, report, signal }: ImportContext,
): AsyncGenerator<DecodedBlock<T>> {
  const features = target.height * target.width * target.channels;
  const blockSize = Math.max(1, Math.floor(BLOCK_BYTES / features));
  const atOnce = Math.max(1, Math.min(AT_ONCE, Math.floor(WAITING_BYTES / features)));
  const pending: { item: T; changes: Change[]; result: Promise<Uint8Array | ImageProblem> }[] = [];
  const images: DecodedImage<T>[] = [];

  const start = async (item: T, changes: Change[]): Promise<Uint8Array | ImageProblem> => {
    try {
      return await decodeImage(await encoded.bytes(item), target, (...change) => changes.push(change));
    } catch (error) {
      return imageProblemOf(error);
    }
  };
  const take = async (): Promise<void> => {
    const next = pending.shift();
    if (!next) return;
    const pixels = await next.result;
    if (pixels instanceof ImageProblem) {
      if (choices.onBadFile === 'stop' && needsChoice(pixels)) {
        throw await askAboutImages({ item: next.item, problem: pixels, target, encoded });
      }
      return report.bad(encoded.name(next.item), pixels.message);
    }
    for (const change of next.changes) report.changed(...change);
    const label = checkedLabel(encoded.label(next.item));
    images.push({ item: next.item, pixels, label });
  };
  const takeBlock = (count: number): DecodedBlock<T>[] =>
    images.length < count ? [] : [blockOf(images.splice(0), features)];

  try {
    for await (const item of items) {
      signal.throwIfAborted();
      const changes: Change[] = [];
      const result = start(item, changes);
      // Handled when its turn comes; until then Node must not take a rejection for forgotten.
      result.catch(() => undefined);
      pending.push({ item, changes, result });
      if (pending.length >= atOnce) await take();
      yield* takeBlock(blockSize);
    }
    while (pending.length > 0) {
      await take();
      yield* takeBlock(blockSize);
    }
    yield* takeBlock(1);
  } finally {
    await Promise.allSettled(pending.map(({ result }) => result));
  }
}

function checkedLabel(label: number): number {
  if (label >= 0 && label < MOST_CLASSES) return label;
  throw new RangeError(`Label ${label} does not fit into two bytes.`);
}

interface DecodedImage<T> {
  item: T;
  pixels: Uint8Array;
  label: number;
}

/** Takes as much memory as its images need: of a few small ones no whole block. */
function blockOf<T>(images: readonly DecodedImage<T>[], features: number): DecodedBlock<T> {
  // An image of the size of a block is one.
  const pixels = images.length === 1 ? images[0].pixels : new Uint8Array(images.length * features);
  if (images.length > 1) for (const [at, image] of images.entries()) pixels.set(image.pixels, at * features);
  return {
    pixels,
    labels: Uint16Array.from(images, ({ label }) => label),
    items: images.map(({ item }) => item),
  };
}
