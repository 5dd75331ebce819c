import type { LayerUpdate } from '../contract/index.ts';
import { positionCount } from './mask.ts';
import type { Method } from './methods/method.ts';
import type { LayerView, RuleContext } from './rules.ts';

/**
 * What a mask update does to one layer: drops floor(pruneRate * active) weights and grows as many, so the number of
 * active weights is kept exactly. Bounded by the inactive positions, so a dense layer is left alone.
 */
export async function planLayerUpdate(
  rewiring: NonNullable<Method['rewiring']>,
  view: LayerView,
  pruneRate: number,
  context: RuleContext,
): Promise<LayerUpdate> {
  const active = view.positions.length;
  const inactive = positionCount(view.mask) - active;
  const count = Math.min(Math.floor(pruneRate * active), inactive);
  if (count === 0) return { layer: view.layer, dropped: new Float64Array(0), grown: new Float64Array(0) };
  const dropped = rewiring.drop(view, count, context);
  const grown = await rewiring.grow(view, dropped, count, context);
  if (dropped.length !== count || grown.length !== count) {
    throw new Error(
      `Update ${context.update} of layer ${view.layer} should drop and grow ${count} weights, ` +
        `but its rules dropped ${dropped.length} and grew ${grown.length}.`,
    );
  }
  return { layer: view.layer, dropped, grown };
}
