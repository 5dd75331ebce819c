import type { Positions } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { sampleDistinct } from '../../numerics/sampling.ts';
import { positionCount } from '../mask.ts';
import { absentPositions, absentPositionsAfter } from '../ranks.ts';
import type { GrowRule, RuleContext } from '../rules.ts';

/** Grows uniformly at random among the inactive positions, those just dropped included (SET, Algorithm 1). */
export const growRandom: GrowRule = async ({ layer, mask, positions }, { ranks }, count, context) => {
  const inactive = positionCount(mask) - positions.length + ranks.length;
  return absentPositionsAfter(positions, ranks, drawInactive(inactive, layer, count, context));
};

/** `count` positions that `present` leaves out of `0 .. size - 1`, uniformly at random, ascending. */
export const randomInactive = (
  present: Positions,
  size: number,
  layer: number,
  count: number,
  context: RuleContext,
): Positions => absentPositions(present, drawInactive(size - present.length, layer, count, context));

/** Ranks among the inactive. */
const drawInactive = (inactive: number, layer: number, count: number, { seed, update }: RuleContext): Positions =>
  sampleDistinct(createStream(seed, 'growth', layer, update), count, inactive);
