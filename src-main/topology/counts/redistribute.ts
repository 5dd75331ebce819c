import { positionCount } from '../mask.ts';
import type { CountsRule } from '../rules.ts';
import { apportion } from './apportion.ts';
import { smallestPerLayer, totalActive } from './global-magnitude.ts';
import { keepCounts } from './keep.ts';

const mean = (values: Float32Array): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

/**
 * Every layer loses floor(rate * active); the total is regrown in proportion to the layers' mean |momentum| of active
 * weights (SNFS, section 3; itop.md 3), as far as a layer has room.
 */
export const redistributeByMomentum: CountsRule = async (views, context) => {
  const drops = keepCounts(views, context).map(({ drop }) => drop);
  const shares: number[] = [];
  for (const view of views) shares.push(mean(await view.momenta()));
  const room = views.map((view, at) => positionCount(view.mask) - view.positions.length + drops[at]);
  const total = drops.reduce((sum, drop) => sum + drop, 0);
  const grows = apportion(total, shares, room);
  return drops.map((drop, at) => ({ drop, grow: grows[at] }));
};

const FIRST_THRESHOLD = 1e-3;
const TOLERANCE = 0.1;
/** Of the network's weights, at one update of DSR. */
export const LARGEST_SHARE = 0.5;

/**
 * DSR (Mostafa and Wang 2019): everything below one global threshold goes, at most half of the network at once; the
 * threshold halves where that was more than (1 + 0.1) rate * active, doubles where it was less than (1 - 0.1) of it;
 * the total is regrown in proportion to the layers' surviving weights.
 */
export const redistributeBySurvivors: CountsRule = (views, context) => {
  const threshold = context.memory.dsrThreshold ?? FIRST_THRESHOLD;
  const active = totalActive(views);
  const below = views.reduce(
    (sum, { weights }) => sum + weights.filter((weight) => Math.abs(weight) < threshold).length,
    0,
  );
  const wanted = context.rate * active;
  if (below > (1 + TOLERANCE) * wanted) context.memory.dsrThreshold = threshold / 2;
  else if (below < (1 - TOLERANCE) * wanted) context.memory.dsrThreshold = threshold * 2;
  else context.memory.dsrThreshold = threshold;

  const total = Math.min(below, Math.floor(LARGEST_SHARE * active));
  const drops = smallestPerLayer(views, total, context);
  const survivors = views.map((view, at) => view.positions.length - drops[at]);
  const room = views.map((view, at) => positionCount(view.mask) - survivors[at]);
  const grows = apportion(total, survivors, room);
  return drops.map((drop, at) => ({ drop, grow: grows[at] }));
};
