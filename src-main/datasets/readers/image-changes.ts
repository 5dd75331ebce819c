import type { ImportChange } from '../../contract/index.ts';
import type { ImageHeader } from './image-header.ts';
import type { ImageTarget } from './image-target.ts';

/** Called for each thing that decoding an image changed or left out. */
export type OnImageChange = (kind: ImportChange['kind'], what: string, count?: number) => void;

const RESIZED = {
  stretch: (size: string) => `images of another size, stretched to ${size}`,
  cover: (size: string) => `images of another size, scaled and cut to ${size}`,
  contain: (size: string) => `images of another size, scaled into ${size} with black borders`,
} as const;

/** What is changed of an image that has this header where it becomes one of the dataset. */
export function tellImageChanges(header: ImageHeader, target: ImageTarget, changed: OnImageChange): void {
  const { height, width, isCmyk, isGrey, hasAlpha, isDeep, isTurned, frames, largest } = header;
  if (header.hasBrokenProfile) changed('left-out', 'colour profiles that cannot be used');
  if (header.hasProfile && isDeep)
    changed('left-out', 'colour profiles of images of 16 bits, whose values stay as stored');
  if (header.hasProfile && !isDeep) changed('converted', 'images with a colour profile, converted to sRGB by it');
  if (frames > 1) changed('left-out', 'frames of moving images after the first', frames - 1);
  if (isTurned) changed('converted', 'images turned upright, as their EXIF orientation says');
  if (hasAlpha) changed('converted', 'images with transparency, which is left out: colours stay as stored');
  if (isCmyk) changed('converted', 'images of CMYK, now of red, green and blue');
  if (isGrey && target.channels === 3) changed('converted', 'grey images, now of red, green and blue');
  if (!isGrey && target.channels === 1) changed('converted', 'colour images, now grey (luma of ITU-R BT.601)');
  const top = isDeep ? 65_535 : 255;
  if (largest !== 255 && largest !== top) {
    changed('rescaled', `images of values of 0 to ${largest} as their header says, now of 0 to ${top}`);
  }
  if (target.resize !== null && (height !== target.height || width !== target.width)) {
    changed('rescaled', RESIZED[target.resize](`${target.height} × ${target.width}`));
  }
}
