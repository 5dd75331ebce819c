import { createStream } from '../../numerics/random.ts';
import { positionCount } from '../mask.ts';
import { selectSmallestMagnitudes } from '../../numerics/selection.ts';
import type { CountsRule, DropRule, LayerView, RuleContext } from '../rules.ts';

/**
 * DeepR's rule at an interval (Bellec et al. 2018, Algorithm 1; itop.md 3): a connection has a sign of its own, and goes
 * dormant once its weight has crossed zero. The sign is that of the position's initial draw, so it needs no memory.
 */
function crossings(view: LayerView, seed: number): number[] {
  const signs = createStream(seed, 'initial weights', view.layer);
  const crossed: number[] = [];
  view.weights.forEach((weight, index) => {
    if (weight !== 0 && weight > 0 !== signs.normal(view.positions[index]) > 0) crossed.push(index);
  });
  return crossed;
}

/** As many as have crossed zero, at most the share `rate` and the room to grow elsewhere. */
export const countCrossings: CountsRule = (views, { seed, rate }) =>
  views.map((view) => {
    const inactive = positionCount(view.mask) - view.positions.length;
    const count = Math.min(crossings(view, seed).length, Math.floor(rate * view.positions.length), inactive);
    return { drop: count, grow: count };
  });

/** Those nearest zero where not all may go. */
export const dropCrossings: DropRule = (view, count, { seed, update }: RuleContext) => {
  const crossed = crossings(view, seed);
  const noise = createStream(seed, 'drop ties', view.layer, update);
  const chosen = selectSmallestMagnitudes(
    Float32Array.from(crossed, (index) => view.weights[index]),
    count,
    (at) => noise.uint32(view.positions[crossed[at]]),
  );
  return Uint32Array.from(chosen, (at) => crossed[at]);
};
