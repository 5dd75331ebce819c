import type { PreviewImages } from '../../contract/index.ts';
import { DEEP_SCALE, decodeImage, imageProblemOf, type ImageTarget } from './decode-image.ts';

/** Images that are enough to see what is held. */
export const MOST_PREVIEWED = 6;
/** Files that are looked at for them; a folder may hold many that cannot be used. */
const MOST_TRIED = 24;

const SIDE = 64;
const TARGET: ImageTarget = {
  height: SIDE,
  width: SIDE,
  channels: 3,
  resize: 'contain',
  converts: true,
  scale: DEEP_SCALE,
};

/** The same choices for images that are shown: small, and where no size is chosen with borders around those of another one. */
export function shownTarget({ height, width, channels, resize, converts, scale }: ImageTarget): ImageTarget {
  const share = Math.min(1, SIDE / Math.max(height, width));
  const [rows, columns] = [height, width].map((side) => Math.max(1, Math.round(side * share)));
  return { height: rows, width: columns, channels, resize: resize ?? 'contain', converts, scale };
}

/**
 * The first images of these files that can be decoded, made small; null where there is none.
 * @param target what they are made into
 */
export async function previewFiles(
  files: Iterable<() => Uint8Array | Promise<Uint8Array>>,
  target: ImageTarget = TARGET,
): Promise<PreviewImages | null> {
  const images: Uint8Array[] = [];
  let tried = 0;
  for (const bytes of files) {
    if (images.length === MOST_PREVIEWED || tried++ === MOST_TRIED) break;
    try {
      images.push(await decodeImage(await bytes(), target));
    } catch (error) {
      // A question is about others too; what is wrong with this one is reported when it is imported.
      imageProblemOf(error);
    }
  }
  if (images.length === 0) return null;
  const { height, width, channels } = target;
  return { count: images.length, height, width, channels, pixels: Buffer.concat(images) };
}
