import { positionCount, withoutRanks } from '../mask.ts';
import { absentPositions } from '../ranks.ts';
import type { GrowRule } from '../rules.ts';

/** Grows every inactive position (AC/DC's decompression). */
export const growEverything: GrowRule = async (view, dropped) => {
  const surviving = withoutRanks(view.positions, dropped.ranks);
  const inactive = positionCount(view.mask) - surviving.length;
  return absentPositions(
    surviving,
    Float64Array.from({ length: inactive }, (_, rank) => rank),
  );
};

/** For masks that only shrink. @throws Error always */
export const growNothing: GrowRule = async (view) => {
  throw new Error(`Layer ${view.layer} should grow, but its method only prunes.`);
};
