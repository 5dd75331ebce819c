import { awayFrom, greyOfColour, LUMA, lumaOfGreys, meanLevel, timesFactor } from '../../numerics/grey-levels.ts';
import type { ImageShape } from './image.ts';

const COLOURS = LUMA.length;

/** Multiplies every grey level, in place. @param factor in 2^-14ths, as for the others here */
export function changeBrightness(pixels: Uint8Array, factor: number): void {
  for (let at = 0; at < pixels.length; at++) pixels[at] = timesFactor(pixels[at], factor);
}

/** Moves every grey level away from the image's mean luma by `factor`, in place. @param pixels `[height, width, channels]` */
export function changeContrast(pixels: Uint8Array, shape: ImageShape, factor: number): void {
  const mean = meanLuma(pixels, shape);
  for (let at = 0; at < pixels.length; at++) pixels[at] = awayFrom(pixels[at], mean, factor);
}

/** Moves every pixel away from its own luma by `factor`, in place; images that are not of three channels stay. */
export function changeSaturation(pixels: Uint8Array, shape: ImageShape, factor: number): void {
  if (shape[2] !== COLOURS) return;
  for (let at = 0; at < pixels.length; at += COLOURS) {
    const luma = lumaOfGreys(pixels[at], pixels[at + 1], pixels[at + 2]);
    for (let channel = at; channel < at + COLOURS; channel++) pixels[channel] = awayFrom(pixels[channel], luma, factor);
  }
}

/** In 256ths. Weighed where there are three channels, the mean of all otherwise. */
function meanLuma(pixels: Uint8Array, [height, width, channels]: ImageShape): number {
  const sums = new Float64Array(channels);
  for (let at = 0; at < pixels.length; at += channels)
    for (let channel = 0; channel < channels; channel++) sums[channel] += pixels[at + channel];
  const levels = Array.from(sums, (sum) => meanLevel(sum, height * width));
  if (channels === COLOURS) return greyOfColour(levels[0], levels[1], levels[2]);
  const total = sums.reduce((all, sum) => all + sum, 0);
  return meanLevel(total, pixels.length);
}
