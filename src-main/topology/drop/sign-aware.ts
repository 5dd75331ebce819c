import type { Positions } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { kthSmallestMagnitude, mergeTail, smallestNoise } from '../../numerics/selection.ts';
import type { LayerView, RuleContext } from '../rules.ts';

const INFINITY = 0x7f800000;

/** 1 for what is below zero, by its bits: neither zeros nor NaN are. */
function signOf(bits: number): number {
  const magnitude = bits & 0x7fffffff;
  const isZero = (magnitude - 1) >>> 31;
  const isNaN = (INFINITY - magnitude) >>> 31;
  return (bits >>> 31) & ~isZero & ~isNaN;
}

/**
 * SET's own rule: the same share of the positive weights nearest zero and of the negative weights nearest zero
 * (Mocanu et al. 2018, Algorithm 1). Exact zeros count as positive. The reference code's version deletes the wrong
 * negatives (itop.md 1.5); this one does not.
 */
export const dropNearestZeroOfEachSign = (view: LayerView, count: number, { seed, update }: RuleContext): Positions => {
  const { weights, positions } = view;
  const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
  const positives = new Uint32Array(weights.length + 1);
  const negatives = new Uint32Array(weights.length + 1);
  let positiveCount = 0;
  let negativeCount = 0;
  // Signs are as good as random, so a branch would be guessed wrong half of the time.
  for (let index = 0; index < weights.length; index++) {
    const isNegative = signOf(bits[index]);
    positives[positiveCount] = bits[index];
    negatives[negativeCount] = bits[index];
    positiveCount += 1 - isNegative;
    negativeCount += isNegative;
  }
  const fromPositive = Math.min(positiveCount, Math.round((count * positiveCount) / weights.length));
  const thresholdOf = (magnitudes: Uint32Array, share: number) =>
    share > 0 ? kthSmallestMagnitude(magnitudes, share) : 0;
  const thresholds = Int32Array.of(
    thresholdOf(positives.subarray(0, positiveCount), fromPositive),
    thresholdOf(negatives.subarray(0, negativeCount), count - fromPositive),
  );

  const room = new Float64Array(count + 1);
  const tied: [number[], number[]] = [[], []];
  const belowBySign = new Int32Array(2);
  let below = 0;
  for (let index = 0; index < weights.length; index++) {
    const sign = signOf(bits[index]);
    const magnitude = bits[index] & 0x7fffffff;
    const isBelow = (magnitude - thresholds[sign]) >>> 31;
    room[below] = positions[index];
    below += isBelow;
    belowBySign[sign] += isBelow;
    if (magnitude === thresholds[sign]) tied[sign].push(index);
  }
  const noise = createStream(seed, 'drop ties', view.layer, update);
  const chosen = (ties: number[], wanted: number) =>
    ties.length === wanted ? ties : smallestNoise(ties, wanted, (index) => noise.uint32(positions[index]));
  const last = [
    ...chosen(tied[0], fromPositive - belowBySign[0]),
    ...chosen(tied[1], count - fromPositive - belowBySign[1]),
  ];
  last.forEach((index, at) => (room[below + at] = positions[index]));
  return mergeTail(room.subarray(0, count), below);
};
