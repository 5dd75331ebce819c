import type { ImageShape } from './image.ts';

/** Mirrors the image left to right, in place. @param pixels `[height, width, channels]` */
export function flipHorizontally(pixels: Uint8Array, [height, width, channels]: ImageShape): void {
  for (let y = 0; y < height; y++) {
    let left = y * width * channels;
    let right = left + (width - 1) * channels;
    for (; left < right; left += channels, right -= channels) {
      for (let channel = 0; channel < channels; channel++) {
        const held = pixels[left + channel];
        pixels[left + channel] = pixels[right + channel];
        pixels[right + channel] = held;
      }
    }
  }
}
