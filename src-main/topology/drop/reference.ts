import type { LayerView } from '../rules.ts';

/**
 * The death rules of the ITOP reference code, defects included (itop.md 1.5). `count` is the intended number; what they
 * drop may differ. Compared by strict inequalities, so exact zeros and everything tied at a threshold go.
 */

/** `magnitude`: keeps what is strictly above the count-th smallest magnitude. */
export function dropMagnitudeAsReference({ weights }: LayerView, count: number): Uint32Array {
  const magnitudes = Float32Array.from(weights, Math.abs).sort();
  const threshold = count > 0 ? magnitudes[Math.min(count, magnitudes.length) - 1] : 0;
  return ranksOf(weights, (weight) => !(Math.abs(weight) > threshold));
}

/**
 * `SET`: keeps positives above the ceil(count / 2)-th smallest, as intended, but of the negatives only those *below* the
 * ceil(count / 2)-th most negative: it deletes nearly all negatives however small the count is.
 */
export function dropSetAsReference({ weights }: LayerView, count: number): Uint32Array {
  const positive = weights.filter((weight) => weight > 0).sort();
  const negative = weights.filter((weight) => weight < 0).sort();
  const rank = Math.ceil(count / 2);
  const thresholdOf = (sorted: Float32Array) =>
    rank > 0 && sorted.length > 0 ? sorted[Math.min(rank, sorted.length) - 1] : 0;
  const abovePositive = thresholdOf(positive);
  const belowNegative = thresholdOf(negative);
  return ranksOf(weights, (weight) => (weight > 0 ? !(weight > abovePositive) : !(weight < belowNegative)));
}

const ranksOf = (weights: Float32Array, goes: (weight: number) => boolean): Uint32Array =>
  Uint32Array.from(weights.keys()).filter((rank) => goes(weights[rank]));
