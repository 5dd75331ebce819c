import { createStream } from '../../numerics/random.ts';
import { kthSmallestMagnitude, mergeTail, smallestNoise } from '../../numerics/selection.ts';
import type { LayerView, RuleContext } from '../rules.ts';

/** Magnitudes are sorted into as many buckets as their highest bits tell apart, of each sign. */
const BUCKET_SHIFT = 20;
const BUCKETS = 2 ** (31 - BUCKET_SHIFT);

/** 1 for what is below zero, by its bits: zeros are not, whatever their sign bit. */
const signOf = (bits: number): number => (bits >>> 31) & (-(bits & 0x7fffffff) >>> 31);

/**
 * SET's own rule: the same share of the positive weights nearest zero and of the negative weights nearest zero
 * (Mocanu et al. 2018, Algorithm 1). Exact zeros count as positive. The reference code's version deletes the wrong
 * negatives (itop.md 1.5); this one does not.
 */
export const dropNearestZeroOfEachSign = (
  view: LayerView,
  count: number,
  { seed, update }: RuleContext,
): Uint32Array => {
  const { weights, positions } = view;
  const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
  const { thresholds, fromPositive } = nearestOfEachSign(bits, count);

  const room = new Uint32Array(count + 1);
  const tied: [number[], number[]] = [[], []];
  let below = 0;
  let belowNegative = 0;
  // Signs and magnitudes are as good as random, so nothing branches on them.
  for (let rank = 0; rank < bits.length; rank++) {
    const sign = signOf(bits[rank]);
    const magnitude = bits[rank] & 0x7fffffff;
    const isBelow = (magnitude - thresholds[sign]) >>> 31;
    room[below] = rank;
    below += isBelow;
    belowNegative += isBelow & sign;
    if (magnitude === thresholds[sign]) tied[sign].push(rank);
  }
  const noise = createStream(seed, 'drop ties', view.layer, update);
  const chosen = (ties: number[], wanted: number) =>
    ties.length === wanted ? ties : smallestNoise(ties, wanted, (rank) => noise.uint32(positions[rank]));
  const ofPositive = chosen(tied[0], fromPositive - (below - belowNegative));
  const ofNegative = chosen(tied[1], count - fromPositive - belowNegative);
  room.set(ofPositive, below);
  room.set(ofNegative, below + ofPositive.length);
  return mergeTail(room.subarray(0, count), below);
};

/** How many of `count` are positive, and the largest magnitude that goes, by sign; 0 where none of it goes. */
function nearestOfEachSign(bits: Uint32Array, count: number): { thresholds: Int32Array; fromPositive: number } {
  const buckets = new Uint32Array(2 * BUCKETS);
  for (let rank = 0; rank < bits.length; rank++) {
    buckets[signOf(bits[rank]) * BUCKETS + ((bits[rank] & 0x7fffffff) >>> BUCKET_SHIFT)]++;
  }
  const positiveCount = buckets.subarray(0, BUCKETS).reduce((sum, found) => sum + found, 0);
  const fromPositive = Math.min(positiveCount, Math.round((count * positiveCount) / bits.length));
  const shares = [fromPositive, count - fromPositive];
  // Of each sign: the bucket that its threshold is in, and which of that bucket it is.
  const [positive, negative] = shares.map((share, sign) => {
    let bucket = sign * BUCKETS;
    let rest = share;
    while (buckets[bucket] < rest) rest -= buckets[bucket++];
    return { bucket, rest };
  });
  const inPositive = new Uint32Array(buckets[positive.bucket] + 1);
  const inNegative = new Uint32Array(buckets[negative.bucket] + 1);
  let positives = 0;
  let negatives = 0;
  for (let rank = 0; rank < bits.length; rank++) {
    const magnitude = bits[rank] & 0x7fffffff;
    const bucket = signOf(bits[rank]) * BUCKETS + (magnitude >>> BUCKET_SHIFT);
    inPositive[positives] = magnitude;
    inNegative[negatives] = magnitude;
    positives += ((bucket ^ positive.bucket) - 1) >>> 31;
    negatives += ((bucket ^ negative.bucket) - 1) >>> 31;
  }
  const thresholdOf = (found: Uint32Array, rest: number) => (rest > 0 ? kthSmallestMagnitude(found, rest) : 0);
  return {
    thresholds: Int32Array.of(
      thresholdOf(inPositive.subarray(0, positives), positive.rest),
      thresholdOf(inNegative.subarray(0, negatives), negative.rest),
    ),
    fromPositive,
  };
}
