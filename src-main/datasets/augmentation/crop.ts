import { between, roundTwice, samplingPoint } from '../../numerics/grey-levels.ts';
import type { ImageShape } from './image.ts';

/** Where to cut a padded image, `0 <= top, left <= 2 padding`; `padding` for both gives the image itself. */
export interface PaddedCrop {
  padding: number;
  /** zero: black around it. reflect: mirrored at the edge pixel, which is not repeated. */
  fill: 'zero' | 'reflect';
  top: number;
  left: number;
}

/**
 * Pads the image on every side and cuts an image of the old size out of it (He et al., CVPR 2016, section 4.2).
 * @param source `[height, width, channels]`
 * @param target the same size, another buffer
 */
export function cropPadded(source: Uint8Array, target: Uint8Array, shape: ImageShape, crop: PaddedCrop): void {
  const [height, width, channels] = shape;
  const { padding, fill, top, left } = crop;
  const shift = left - padding;
  const from = Math.max(0, -shift);
  const to = Math.min(width, width - shift);
  for (let y = 0; y < height; y++) {
    const row = target.subarray(y * width * channels, (y + 1) * width * channels);
    const inside = y + top - padding;
    if (fill === 'zero' && (inside < 0 || inside >= height)) {
      row.fill(0);
      continue;
    }
    const start = mirrored(inside, height) * width;
    if (from < to)
      row.set(source.subarray((start + from + shift) * channels, (start + to + shift) * channels), from * channels);
    for (let x = 0; x < width; x++) {
      if (x >= from && x < to) continue;
      for (let channel = 0; channel < channels; channel++) {
        row[x * channels + channel] =
          fill === 'zero' ? 0 : source[(start + mirrored(x + shift, width)) * channels + channel];
      }
    }
  }
}

/** The coordinate within 0 .. size - 1 that a mirror at the first and the last pixel shows at `at`. */
function mirrored(at: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = ((at % period) + period) % period;
  return within < size ? within : period - within;
}

export interface Box {
  top: number;
  left: number;
  height: number;
  width: number;
}

/**
 * Stretches a box of the image over the whole image, bilinearly between the centres of pixels; beyond the outermost
 * centres of the box its edge pixels go on.
 * @param source `[height, width, channels]`
 * @param target the same size, another buffer
 */
export function cropResized(
  source: Uint8Array,
  target: Uint8Array,
  [height, width, channels]: ImageShape,
  box: Box,
): void {
  const rows = Array.from({ length: height }, (_, y) => samplingPoint(y, height, box.top, box.height));
  const columns = Array.from({ length: width }, (_, x) => samplingPoint(x, width, box.left, box.width));
  let at = 0;
  for (const { low: y0, high: y1, share: down } of rows) {
    for (const { low: x0, high: x1, share: right } of columns) {
      for (let channel = 0; channel < channels; channel++) {
        const value = (y: number, x: number) => source[(y * width + x) * channels + channel];
        const above = between(value(y0, x0), value(y0, x1), right);
        const below = between(value(y1, x0), value(y1, x1), right);
        target[at++] = roundTwice(between(above, below, down));
      }
    }
  }
}

const ATTEMPTS = 10;
const NARROWEST = Math.log(3 / 4);
const WIDEST = Math.log(4 / 3);

/**
 * A random box: its area uniform between `leastArea` and all, the logarithm of width over height uniform between 3:4
 * and 4:3 (Szegedy et al., CVPR 2015, section 6). The tenth that does not fit is followed by the largest central box
 * of an allowed ratio.
 * @param uniform draw `index` in [0, 1); up to 40 are used
 */
export function drawBox([height, width]: ImageShape, leastArea: number, uniform: (index: number) => number): Box {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = height * width * (leastArea + (1 - leastArea) * uniform(4 * attempt));
    const ratio = Math.exp(NARROWEST + (WIDEST - NARROWEST) * uniform(4 * attempt + 1));
    const boxWidth = Math.max(1, Math.round(Math.sqrt(area * ratio)));
    const boxHeight = Math.max(1, Math.round(Math.sqrt(area / ratio)));
    if (boxWidth > width || boxHeight > height) continue;
    return {
      top: Math.floor(uniform(4 * attempt + 2) * (height - boxHeight + 1)),
      left: Math.floor(uniform(4 * attempt + 3) * (width - boxWidth + 1)),
      height: boxHeight,
      width: boxWidth,
    };
  }
  const boxWidth = Math.min(width, Math.round(height * (4 / 3)));
  const boxHeight = Math.min(height, Math.round(width * (4 / 3)));
  return {
    top: Math.floor((height - boxHeight) / 2),
    left: Math.floor((width - boxWidth) / 2),
    height: boxHeight,
    width: boxWidth,
  };
}
