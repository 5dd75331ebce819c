import type { Positions } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { selectSmallestMagnitudes } from '../../numerics/selection.ts';
import { positionsAt, union } from '../mask.ts';
import type { LayerView, RuleContext } from '../rules.ts';

/**
 * SET's own rule: the same share of the positive weights nearest zero and of the negative weights nearest zero
 * (Mocanu et al. 2018, Algorithm 1). Exact zeros count as positive. The reference code's version deletes the wrong
 * negatives (itop.md 1.5); this one does not.
 */
export const dropNearestZeroOfEachSign = (view: LayerView, count: number, { seed, update }: RuleContext): Positions => {
  const noise = createStream(seed, 'drop ties', view.layer, update);
  const { weights, positions } = view;
  const positives = new Uint32Array(weights.length + 1);
  const negatives = new Uint32Array(weights.length + 1);
  let positiveCount = 0;
  let negativeCount = 0;
  // Signs are as good as random, so a branch would be guessed wrong half of the time.
  for (let index = 0; index < weights.length; index++) {
    const isNegative = weights[index] < 0 ? 1 : 0;
    positives[positiveCount] = index;
    negatives[negativeCount] = index;
    positiveCount += 1 - isNegative;
    negativeCount += isNegative;
  }

  const nearest = (candidates: Uint32Array, share: number) => {
    const values = new Float32Array(candidates.length);
    for (let at = 0; at < candidates.length; at++) values[at] = weights[candidates[at]];
    const chosen = selectSmallestMagnitudes(values, share, (at) => noise.uint32(positions[candidates[at]]));
    return positionsAt(
      positions,
      chosen.map((at) => candidates[at]),
    );
  };
  const fromPositive = Math.min(positiveCount, Math.round((count * positiveCount) / weights.length));
  return union(
    nearest(positives.subarray(0, positiveCount), fromPositive),
    nearest(negatives.subarray(0, negativeCount), count - fromPositive),
  );
};
