import { createStream } from '../../numerics/random.ts';
import { sampleBernoulli } from '../../numerics/sampling.ts';
import { positionCount, withoutRanks } from '../mask.ts';
import { absentPositions } from '../ranks.ts';
import type { GrowRule } from '../rules.ts';

/** The growth rules of the ITOP reference code (itop.md 1.5). */

/** `random`: every inactive position, those just dropped included, with chance count / inactive. */
export const growRandomAsReference: GrowRule = async (view, dropped, count, { seed, update }) => {
  const surviving = withoutRanks(view.positions, dropped.ranks);
  const inactive = positionCount(view.mask) - surviving.length;
  if (count === 0) return new Float64Array(0);
  const stream = createStream(seed, 'growth', view.layer, update);
  return absentPositions(surviving, sampleBernoulli(stream, count / inactive, inactive));
};

/** `gradient`: the largest; where fewer have a gradient at all, density is lost. */
export const growGradientAsReference: GrowRule = async (view, dropped, count, { seed, update }) => {
  if (count === 0) return new Float64Array(0);
  const tieSeed = createStream(seed, 'growth ties', view.layer, update).uint32(0);
  return view.largestInactiveGradients(count, dropped, tieSeed);
};
