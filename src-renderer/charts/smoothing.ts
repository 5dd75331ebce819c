/** Into how many units a series is cut for smoothing: about what an eye tells apart on a chart. */
const UNITS = 250;

/**
 * Exponential moving average that starts unbiased (the first points are not pulled towards zero) and respects uneven
 * spacing: a point twice as far away has forgotten twice as much. Points that are not finite stay as they are and
 * leave the average alone.
 *
 * @param strength 0 (returns the values) to below 1; the share of the average kept over 1/250 of the range of `xs`, so
 *   that a dense and a thin series beside each other are smoothed over the same stretch of the axis
 */
export function smooth(xs: ArrayLike<number>, ys: ArrayLike<number>, strength: number): Float64Array {
  const result = Float64Array.from(ys);
  const length = xs.length;
  if (strength <= 0 || length < 3) return result;
  const unit = (xs[length - 1] - xs[0]) / UNITS;
  if (!(unit > 0)) return result;

  let sum = 0;
  let weight = 0;
  let previous = xs[0];
  for (let i = 0; i < length; i++) {
    const y = ys[i];
    if (!Number.isFinite(y)) continue;
    const kept = strength ** ((xs[i] - previous) / unit);
    sum = sum * kept + y;
    weight = weight * kept + 1;
    previous = xs[i];
    result[i] = sum / weight;
  }
  return result;
}
