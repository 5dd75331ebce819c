import { selectLargestMagnitudes } from '../../numerics/selection.ts';
import type { CountsRule } from '../rules.ts';

/**
 * As many as make the active weights the largest of all: the k smallest active ones against the k largest held ones, as
 * long as the latter are larger (Top-KAST, equation 1), at most the share `rate`.
 */
export const countOvertaken: CountsRule = async (views, { rate }) => {
  const counts: { drop: number; grow: number }[] = [];
  for (const view of views) {
    const held = await view.held();
    const most = Math.floor(rate * view.positions.length);
    const active = view.weights.map(Math.abs).sort();
    const challengers = selectLargestMagnitudes(held, most, (position) => position);
    let count = 0;
    while (count < challengers.length && Math.abs(held[challengers[count]]) > active[count]) count++;
    counts.push({ drop: count, grow: count });
  }
  return counts;
};
