/**
 * Changes of grey levels in whole numbers of at most 32 bits: a processor and a graphics card give the same image bit for
 * bit, which floats would not (WGSL may fuse and reorder them). Levels between grey values are counted in 256ths.
 */

/** A factor of 1; factors are at most 2, so that products stay within 31 bits. */
export const FACTOR_BITS = 14;
export const FACTOR_ONE = 2 ** FACTOR_BITS;

/** Weights of red, green and blue in the luma, in 65536ths (ITU-R BT.601; the same numbers as Pillow's `L`). */
export const LUMA = [19595, 38470, 7471] as const;

/** Bits of a pixel's share between two others in bilinear sampling (OpenCV's INTER_RESIZE_COEF_BITS). */
export const SHARE_BITS = 11;

const withinGrey = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/** Halves upwards. */
export const wholeFactor = (factor: number): number => Math.floor(factor * FACTOR_ONE + 0.5);

export const timesFactor = (grey: number, factor: number): number =>
  withinGrey((grey * factor + FACTOR_ONE / 2) >> FACTOR_BITS);

/** Away from a level (in 256ths) by a factor, or towards it by one below 1. */
export const awayFrom = (grey: number, level: number, factor: number): number =>
  withinGrey(((((grey * 256 - level) * factor + FACTOR_ONE / 2) >> FACTOR_BITS) + level + 128) >> 8);

/** Mean of fewer than 2^24 grey levels with this sum, in 256ths, rounded down in two steps that stay within 32 bits. */
export function meanLevel(sum: number, count: number): number {
  const whole = Math.floor(sum / count);
  return whole * 256 + Math.floor(((sum - whole * count) * 256) / count);
}

/** A whole share of a mixture of two images (mixup). */
export const MIX_BITS = 16;
export const MIX_ONE = 2 ** MIX_BITS;

/** Of a grey level and another one that has the rest; halves upwards. */
export const mixedGrey = (own: number, other: number, share: number): number =>
  (own * share + other * (MIX_ONE - share) + MIX_ONE / 2) >>> MIX_BITS;

/** Of three grey levels, in 256ths. */
export const lumaOfGreys = (red: number, green: number, blue: number): number =>
  (LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue + 128) >>> 8;

/** The luma of three grey levels as a grey level, or of three levels in 256ths in 256ths; halves upwards. */
export const greyOfColour = (red: number, green: number, blue: number): number =>
  (LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue + 32768) >>> 16;

/** Where an output pixel looks in a stretch of the input: two neighbours, and the second one's share of 2^SHARE_BITS. */
export interface SamplingPoint {
  low: number;
  high: number;
  share: number;
}

/**
 * Pixel `to` of `size` pixels that show `length` input pixels from `start` on, centres on centres; beyond the outermost
 * centres the edge goes on. Sizes below 2^15 keep every product within 32 bits.
 */
export function samplingPoint(to: number, size: number, start: number, length: number): SamplingPoint {
  // The centre is (to + 1/2) length / size - 1/2, here over 2 size.
  const centre = Math.max(0, (2 * to + 1) * length - size);
  const low = Math.floor(centre / (2 * size));
  if (low >= length - 1) return { low: start + length - 1, high: start + length - 1, share: 0 };
  const share = Math.floor(((centre - low * 2 * size) * 2 ** SHARE_BITS + size) / (2 * size));
  return { low: start + low, high: start + low + 1, share };
}

/** Between two neighbours, times 2^SHARE_BITS. */
export const between = (low: number, high: number, share: number): number =>
  low * (2 ** SHARE_BITS - share) + high * share;

/** A grey level from what `between` gave twice, along rows and across them; halves upwards. */
export const roundTwice = (value: number): number => (value + 2 ** (2 * SHARE_BITS - 1)) >>> (2 * SHARE_BITS);
