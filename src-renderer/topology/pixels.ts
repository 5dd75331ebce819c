import type { Bins } from './bins.ts';
import { viridis } from './colourmaps.ts';

type Rgb = readonly [number, number, number];

export interface MaskPalette {
  /** One per mask state, in the order of MASK_STATES. */
  states: readonly Rgb[];
}

/**
 * Paints squares as pixels, one to one: `[rows, columns, 4]` RGBA, transparent where nothing lives. A square of several
 * weights takes the mean colour of those in it and an opacity that grows with their number (square root, so that the
 * thin parts still show), full at the densest square of the layer.
 * @param shown which states to paint
 */
export function paintBins(bins: Bins, palette: MaskPalette, shown: readonly boolean[]): Uint8ClampedArray<ArrayBuffer> {
  const squares = bins.rows * bins.columns;
  const pixels = new Uint8ClampedArray(squares * 4);
  const scale = bins.most > 0 ? 1 / bins.most : 0;
  for (let square = 0; square < squares; square++) {
    let total = 0;
    let [red, green, blue] = [0, 0, 0];
    for (let state = 0; state < palette.states.length; state++) {
      if (!shown[state]) continue;
      const found = bins.counts[state][square];
      if (found === 0) continue;
      const colour = palette.states[state];
      total += found;
      red += colour[0] * found;
      green += colour[1] * found;
      blue += colour[2] * found;
    }
    if (total === 0) continue;
    const at = square * 4;
    pixels[at] = red / total;
    pixels[at + 1] = green / total;
    pixels[at + 2] = blue / total;
    pixels[at + 3] = bins.size === 1 ? 255 : 90 + 165 * Math.sqrt(total * scale);
  }
  return pixels;
}

export interface DegreeImage {
  width: number;
  height: number;
  /** `[height, width, 4]` RGBA. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
  least: number;
  most: number;
  /** Degree per pixel, channels added up, `[height, width]`. */
  degrees: Float64Array;
}

/**
 * How many weights leave each input pixel, as an image in viridis from 0 to the largest degree.
 * @param degrees `[height * width * channels]`, channel fastest, as the inputs are laid out
 */
export function paintDegrees(degrees: ArrayLike<number>, shape: readonly [number, number, number]): DegreeImage {
  const [height, width, channels] = shape;
  const sums = new Float64Array(height * width);
  for (let i = 0; i < degrees.length; i++) sums[Math.floor(i / channels)] += degrees[i];
  let least = Infinity;
  let most = 0;
  for (const sum of sums) {
    if (sum < least) least = sum;
    if (sum > most) most = sum;
  }
  const pixels = new Uint8ClampedArray(sums.length * 4);
  for (let i = 0; i < sums.length; i++) {
    pixels.set(viridis(most > 0 ? sums[i] / most : 0), i * 4);
    pixels[i * 4 + 3] = 255;
  }
  return { width, height, pixels, least: Number.isFinite(least) ? least : 0, most, degrees: sums };
}
