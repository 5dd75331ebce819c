import { type ImageShape, toGrey } from './image.ts';

/** Weights of red, green and blue in the luma (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Multiplies every grey level, in place. */
export function changeBrightness(pixels: Uint8Array, factor: number): void {
  for (let at = 0; at < pixels.length; at++) pixels[at] = toGrey(pixels[at] * factor);
}

/** Moves every grey level away from the image's mean luma by `factor`, in place. @param pixels `[height, width, channels]` */
export function changeContrast(pixels: Uint8Array, shape: ImageShape, factor: number): void {
  const [height, width] = shape;
  let total = 0;
  for (let at = 0; at < pixels.length; at += shape[2]) total += lumaAt(pixels, at, shape);
  const mean = total / (height * width);
  for (let at = 0; at < pixels.length; at++) pixels[at] = toGrey(mean + (pixels[at] - mean) * factor);
}

/** Moves every pixel away from its own luma by `factor`, in place; images that are not of three channels stay. */
export function changeSaturation(pixels: Uint8Array, shape: ImageShape, factor: number): void {
  if (shape[2] !== LUMA.length) return;
  for (let at = 0; at < pixels.length; at += LUMA.length) {
    const luma = lumaAt(pixels, at, shape);
    for (let channel = at; channel < at + LUMA.length; channel++) {
      pixels[channel] = toGrey(luma + (pixels[channel] - luma) * factor);
    }
  }
}

/** Of the pixel that starts at `at`: weighed where there are three channels, their mean otherwise. */
function lumaAt(pixels: Uint8Array, at: number, [, , channels]: ImageShape): number {
  if (channels === LUMA.length) return LUMA[0] * pixels[at] + LUMA[1] * pixels[at + 1] + LUMA[2] * pixels[at + 2];
  let total = 0;
  for (let channel = 0; channel < channels; channel++) total += pixels[at + channel];
  return total / channels;
}
