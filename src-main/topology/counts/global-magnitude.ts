import { createStream } from '../../numerics/random.ts';
import { selectSmallestMagnitudes } from '../../numerics/selection.ts';
import { positionCount } from '../mask.ts';
import type { LayerView, RuleContext } from '../rules.ts';

/**
 * Weights of each layer among the `count` of smallest magnitude of the whole network; ties are broken by seeded noise.
 * @returns one count per layer, summing to `count`
 */
export function smallestPerLayer(
  views: readonly Pick<LayerView, 'weights'>[],
  count: number,
  { seed, update }: RuleContext,
): number[] {
  const starts: number[] = [];
  let total = 0;
  for (const { weights } of views) {
    starts.push(total);
    total += weights.length;
  }
  const all = new Float32Array(total);
  views.forEach(({ weights }, at) => all.set(weights, starts[at]));
  const noise = createStream(seed, 'global drop ties', 0, update);
  const counts = views.map(() => 0);
  let layer = 0;
  for (const index of selectSmallestMagnitudes(all, count, (at) => noise.uint32(at))) {
    while (layer + 1 < starts.length && index >= starts[layer + 1]) layer++;
    counts[layer]++;
  }
  return counts;
}

/** Active weights of all layers. */
export const totalActive = (views: readonly LayerView[]): number =>
  views.reduce((sum, view) => sum + view.positions.length, 0);

/** Positions of all layers, active or not. */
export const totalPositions = (views: readonly LayerView[]): number =>
  views.reduce((sum, view) => sum + positionCount(view.mask), 0);
