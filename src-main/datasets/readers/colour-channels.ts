import { greyOfColour } from '../../numerics/grey-levels.ts';

/**
 * The same pixels with other channels: colour becomes its luma (ITU-R BT.601), grey becomes three equal channels.
 * @param pixels `[count, from]`
 * @returns `[count, to]`; the given pixels where nothing changes
 */
export function toChannels(pixels: Uint8Array, from: 1 | 3, to: 1 | 3): Uint8Array {
  if (from === to) return pixels;
  const count = pixels.length / from;
  const out = new Uint8Array(count * to);
  if (to === 1) {
    for (let at = 0; at < count; at++) out[at] = greyOfColour(pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2]);
  } else {
    for (let at = 0; at < count; at++) out.fill(pixels[at], 3 * at, 3 * at + 3);
  }
  return out;
}
