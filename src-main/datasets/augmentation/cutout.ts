import type { ImageShape } from './image.ts';

/** A square by its middle; what reaches beyond the image is left out. */
export interface Square {
  row: number;
  column: number;
  side: number;
}

/**
 * Fills a square of the image, in place (DeVries and Taylor, arXiv:1708.04552, section 3.2).
 * @param pixels `[height, width, channels]`
 * @param fill one grey level per channel
 */
export function cutOut(
  pixels: Uint8Array,
  [height, width, channels]: ImageShape,
  { row, column, side }: Square,
  fill: ArrayLike<number>,
): void {
  const top = row - Math.floor(side / 2);
  const left = column - Math.floor(side / 2);
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, left + side); x++) {
      for (let channel = 0; channel < channels; channel++) pixels[(y * width + x) * channels + channel] = fill[channel];
    }
  }
}
