import { positionCount } from '../mask.ts';
import type { CountsRule, LayerCounts } from '../rules.ts';
import { apportion } from './apportion.ts';
import { smallestPerLayer, totalActive, totalPositions } from './global-magnitude.ts';

/**
 * Down to the global density by global magnitude, then floor(rate * remaining) of every layer replaced: GraNet's two
 * steps (section 3.3 and its code); GMP's and AC/DC's compression where the rate is 0. Where the density rises to 1,
 * every layer gains all it lacks (AC/DC's decompression).
 */
export const pruneGlobally: CountsRule = (views, context): LayerCounts[] => {
  const { rate, density } = context;
  const surplus = density === null ? 0 : totalActive(views) - Math.round(density * totalPositions(views));
  if (surplus < 0 && density !== 1) throw new Error(`The density cannot rise to ${density}, only to 1.`);
  const pruned = surplus > 0 ? smallestPerLayer(views, surplus, context) : views.map(() => 0);
  return views.map(({ positions, mask }, at) => {
    if (surplus < 0) return { drop: 0, grow: positionCount(mask) - positions.length };
    const rest = positions.length - pruned[at];
    const replaced = Math.min(Math.floor(rate * rest), positionCount(mask) - rest);
    return { drop: pruned[at] + replaced, grow: replaced };
  });
};

/**
 * Down to the global density with the same share of every layer, then floor(rate * remaining) of every layer replaced
 * (MEST's EM&S; EM where the density stays).
 */
export const pruneLayers: CountsRule = (views, { rate, density }): LayerCounts[] => {
  const surplus = density === null ? 0 : totalActive(views) - Math.round(density * totalPositions(views));
  if (surplus < 0) throw new Error(`The density cannot rise to ${density}: masks only shrink.`);
  const active = views.map((view) => view.positions.length);
  const pruned = apportion(surplus, active, active);
  return views.map(({ mask }, at) => {
    const rest = active[at] - pruned[at];
    const replaced = Math.min(Math.floor(rate * rest), positionCount(mask) - rest);
    return { drop: pruned[at] + replaced, grow: replaced };
  });
};
