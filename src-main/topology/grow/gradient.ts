import { createStream } from '../../numerics/random.ts';
import { positionCount, union, withoutRanks } from '../mask.ts';
import type { GrowRule } from '../rules.ts';
import { randomInactive } from './random.ts';

/**
 * Grows where the last batch's dense gradient is largest among inactive positions, those just dropped included (RigL,
 * section 3). Where fewer positions have a gradient at all (dead units), the rest is drawn at random: the count is
 * always met, where the reference code silently loses density (itop.md 1.5).
 */
export const growLargestGradients: GrowRule = async (view, dropped, count, context) => {
  const tieSeed = createStream(context.seed, 'growth ties', view.layer, context.update).uint32(0);
  const chosen = await view.largestInactiveGradients(count, dropped, tieSeed);
  if (chosen.length === count) return chosen;
  const taken = union(withoutRanks(view.positions, dropped.ranks), chosen);
  const rest = randomInactive(taken, positionCount(view.mask), view.layer, count - chosen.length, context);
  return union(chosen, rest);
};
