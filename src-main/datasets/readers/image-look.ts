import type { PreviewImages } from '../../contract/index.ts';
import type { EncodedSamples } from './encoded-samples.ts';
import { imageProblemOf, type ImageTarget } from './decode-image.ts';
import { readImageHeader, type ImageHeader } from './image-header.ts';
import { previewFiles, shownTarget } from './preview.ts';

/** Images that are looked at for a question, and bytes of them, since those of a stream stay in memory. */
const MOST_LOOKED_AT = 500;
const MOST_BYTES = 2 ** 26;

/** An image file that is looked at. */
export interface LookedAt {
  header: ImageHeader;
  bytes: () => Uint8Array | Promise<Uint8Array>;
}

/** Some of the images of an import, for a question about all of them. */
export interface ImageLook {
  images: LookedAt[];
  /** Says how many of them are of a kind: `3 of 12 images`, or of those that were looked at. */
  share(count: number): string;
  /** The first of those that are to be shown, as the target makes them. */
  preview(target: ImageTarget, isShown?: (header: ImageHeader) => boolean): Promise<PreviewImages | null>;
}

/**
 * Looks at the headers of images: of all, or of some evenly spread where they are listed, else of the first.
 * @param first the image that the question begins with, which is among them
 */
export async function lookAtImages<T>(first: T, encoded: EncodedSamples<T>): Promise<ImageLook> {
  const all = encoded.all();
  const images: LookedAt[] = [];
  let [bytesRead, isAll] = [0, true];
  const add = async (item: T): Promise<void> => {
    const bytes = (): Uint8Array | Promise<Uint8Array> => encoded.bytes(item);
    try {
      const content = await bytes();
      bytesRead += content.length;
      images.push({ header: await readImageHeader(content), bytes });
    } catch (error) {
      // What is wrong with another one is reported when its turn comes.
      imageProblemOf(error);
    }
  };
  await add(first);
  for await (const item of spread(all)) {
    isAll = images.length < MOST_LOOKED_AT && bytesRead < MOST_BYTES;
    if (!isAll) break;
    if (encoded.name(item) !== encoded.name(first)) await add(item);
  }
  isAll &&= !isListed(all) || all.length <= MOST_LOOKED_AT;
  const number = (count: number): string => count.toLocaleString('en-GB');
  return {
    images,
    share: (count) => `${number(count)} of ${number(images.length)} images${isAll ? '' : ' that were looked at'}`,
    preview: (target, isShown = () => true) =>
      previewFiles(
        images.filter(({ header }) => isShown(header)).map(({ bytes }) => bytes),
        shownTarget(target),
      ),
  };
}

const isListed = <T>(all: readonly T[] | AsyncIterable<T>): all is readonly T[] => Array.isArray(all);

function spread<T>(all: readonly T[] | AsyncIterable<T>): Iterable<T> | AsyncIterable<T> {
  if (!isListed(all)) return all;
  const count = Math.min(all.length, MOST_LOOKED_AT);
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)]);
}
