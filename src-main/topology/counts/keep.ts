import { positionCount } from '../mask.ts';
import type { LayerCounts, LayerView, UpdateContext } from '../rules.ts';

/**
 * Every layer loses floor(rate * active) weights and gains as many. Bounded by the inactive positions, so a dense layer
 * is left alone.
 */
export const keepCounts = (views: readonly LayerView[], { rate }: Pick<UpdateContext, 'rate'>): LayerCounts[] =>
  views.map(({ positions, mask }) => {
    const count = Math.min(Math.floor(rate * positions.length), positionCount(mask) - positions.length);
    return { drop: count, grow: count };
  });
