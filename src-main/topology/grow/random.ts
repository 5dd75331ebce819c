import type { Positions } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { sampleDistinct } from '../../numerics/sampling.ts';
import { positionCount, without } from '../mask.ts';
import { absentPositions } from '../ranks.ts';
import type { GrowRule, RuleContext } from '../rules.ts';

/** Grows uniformly at random among the inactive positions, those just dropped included (SET, Algorithm 1). */
export const growRandom: GrowRule = async (view, dropped, count, context) =>
  randomInactive(without(view.positions, dropped), positionCount(view.mask), view.layer, count, context);

/** `count` positions that `present` leaves out of `0 .. size - 1`, uniformly at random, ascending. */
export function randomInactive(
  present: Positions,
  size: number,
  layer: number,
  count: number,
  { seed, update }: RuleContext,
): Positions {
  const stream = createStream(seed, 'growth', layer, update);
  return absentPositions(present, sampleDistinct(stream, count, size - present.length));
}
