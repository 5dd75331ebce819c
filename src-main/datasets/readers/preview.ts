import type { PreviewImages } from '../../contract/index.ts';
import { DEEP_SCALE, decodeImage, imageProblemOf } from './decode-image.ts';

/** Images that are enough to see what is held. */
export const MOST_PREVIEWED = 6;
/** Files that are looked at for them; a folder may hold many that cannot be used. */
const MOST_TRIED = 24;

const SIDE = 64;
const TARGET = {
  height: SIDE,
  width: SIDE,
  channels: 3,
  resize: 'contain',
  converts: true,
  scale: DEEP_SCALE,
} as const;

/** The first images of these files that can be decoded, made small; null where there is none. */
export async function previewFiles(
  files: Iterable<() => Uint8Array | Promise<Uint8Array>>,
): Promise<PreviewImages | null> {
  const images: Uint8Array[] = [];
  let tried = 0;
  for (const bytes of files) {
    if (images.length === MOST_PREVIEWED || tried++ === MOST_TRIED) break;
    try {
      images.push(await decodeImage(await bytes(), TARGET));
    } catch (error) {
      // A question is about others too; what is wrong with this one is told when it is imported.
      imageProblemOf(error);
    }
  }
  if (images.length === 0) return null;
  return { count: images.length, height: SIDE, width: SIDE, channels: 3, pixels: Buffer.concat(images) };
}
