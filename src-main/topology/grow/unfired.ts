import type { Positions } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { sampleDistinct } from '../../numerics/sampling.ts';
import { positionCount, union, withoutRanks } from '../mask.ts';
import { absentPositions } from '../ranks.ts';
import type { GrowRule } from '../rules.ts';
import { randomInactive } from './random.ts';

/**
 * Grows uniformly at random among the positions never active so far; where fewer are left, all of them and the rest at
 * random among the inactive, those just dropped included (`random_unfired` of the ITOP code, itop.md 1.5).
 */
export const growUnfired: GrowRule = async (view, dropped, count, context) => {
  const size = positionCount(view.mask);
  const explored = view.explored.positions();
  const unfired = size - explored.length;
  if (count <= unfired) {
    const stream = createStream(context.seed, 'unfired growth', view.layer, context.update);
    return absentPositions(explored, sampleDistinct(stream, count, unfired));
  }
  const fresh: Positions = absentPositions(
    explored,
    Float64Array.from({ length: unfired }, (_, rank) => rank),
  );
  const taken = union(withoutRanks(view.positions, dropped.ranks), fresh);
  return union(fresh, randomInactive(taken, size, view.layer, count - unfired, context));
};
