import type { Positions } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { selectSmallestMagnitudes } from '../../numerics/selection.ts';
import type { LayerView, RuleContext } from '../rules.ts';

/**
 * SET's own rule: the same share of the positive weights nearest zero and of the negative weights nearest zero
 * (Mocanu et al. 2018, Algorithm 1). Exact zeros count as positive. The reference code's version deletes the wrong
 * negatives (itop.md 1.5); this one does not.
 */
export const dropNearestZeroOfEachSign = (view: LayerView, count: number, { seed, update }: RuleContext): Positions => {
  const noise = createStream(seed, 'drop ties', view.layer, update);
  const positive: number[] = [];
  const negative: number[] = [];
  view.weights.forEach((weight, index) => (weight < 0 ? negative : positive).push(index));

  const fromPositive = Math.min(positive.length, Math.round((count * positive.length) / view.weights.length));
  const nearest = (indices: number[], share: number) =>
    Array.from(
      selectSmallestMagnitudes(
        Float32Array.from(indices, (index) => view.weights[index]),
        share,
        (at) => noise.uint32(view.positions[indices[at]]),
      ),
      (at) => view.positions[indices[at]],
    );
  return Float64Array.from([...nearest(positive, fromPositive), ...nearest(negative, count - fromPositive)]).sort();
};
