import {
  usedConfiguration,
  type LayerUpdate,
  type MethodDescription,
  type RunConfiguration,
} from '../contract/index.ts';
import { keepCounts } from './counts/keep.ts';
import { positionCount, positionsAt } from './mask.ts';
import type { Rewiring } from './methods/method.ts';
import type { Dropped, LayerCounts, LayerView, UpdateContext } from './rules.ts';

/** Whether what an update drops and grows at once keeps its value and momentum. */
export function keepsRegrown(method: MethodDescription, configuration: RunConfiguration): boolean {
  const { growthInitialisation, fidelity } = usedConfiguration(configuration, method);
  return growthInitialisation === 'kept' || fidelity === 'reference';
}

/** One layer's part of an update, with the ranks of what it drops among its active weights. */
export interface LayerChoice extends LayerUpdate {
  droppedRanks: Uint32Array;
}

/**
 * Plans one mask update of all layers. In `exact` fidelity every layer loses and gains exactly what was planned, and
 * the total meets the density asked for; in `reference` fidelity counts are what the reference code's rules give.
 * @throws Error where a rule does not keep to the plan
 */
export async function planUpdate(
  rewiring: Rewiring,
  views: readonly LayerView[],
  context: UpdateContext,
): Promise<LayerChoice[]> {
  if (context.configuration.fidelity === 'reference') return planReferenceUpdate(rewiring, views, context);
  const counts = await (rewiring.counts ?? keepCounts)(views, context);
  checkCounts(views, counts, context);
  const layers: LayerChoice[] = [];
  for (const [at, view] of views.entries()) {
    const { drop, grow } = counts[at];
    const dropped = droppedOf(view, drop > 0 ? await rewiring.drop(view, drop, context) : new Uint32Array(0));
    const grown = grow > 0 ? await rewiring.grow(view, dropped, grow, context) : new Float64Array(0);
    if (dropped.ranks.length !== drop || grown.length !== grow) {
      throw new Error(
        `Update ${context.update} of layer ${view.layer} should drop ${drop} and grow ${grow} weights, ` +
          `but its rules dropped ${dropped.ranks.length} and grew ${grown.length}.`,
      );
    }
    layers.push({ layer: view.layer, dropped: dropped.positions, grown, droppedRanks: dropped.ranks });
  }
  return layers;
}

async function planReferenceUpdate(
  { reference }: Rewiring,
  views: readonly LayerView[],
  context: UpdateContext,
): Promise<LayerChoice[]> {
  if (!reference) {
    throw new Error(`The method ${context.configuration.method} has no reference fidelity; choose exact.`);
  }
  const layers: LayerChoice[] = [];
  for (const view of views) {
    const ranks = await reference.drop(view, Math.ceil(context.rate * view.positions.length), context);
    const dropped = droppedOf(view, ranks);
    const grown = await reference.grow(view, dropped, ranks.length, context);
    layers.push({ layer: view.layer, dropped: dropped.positions, grown, droppedRanks: dropped.ranks });
  }
  return layers;
}

/** @throws Error where the ranks are not ascending, or beyond the active weights */
function droppedOf({ layer, positions }: LayerView, ranks: Uint32Array): Dropped {
  let sound = true;
  for (let at = 1; at < ranks.length; at++) sound &&= ranks[at - 1] < ranks[at];
  if (!sound || (ranks.length > 0 && ranks[ranks.length - 1] >= positions.length)) {
    throw new Error(`The drop rule of layer ${layer} chose ranks that are not ascending below ${positions.length}.`);
  }
  return { ranks, positions: positionsAt(positions, ranks) };
}

function checkCounts(views: readonly LayerView[], counts: readonly LayerCounts[], context: UpdateContext): void {
  const after = views.map((view, at) => view.positions.length - counts[at].drop + counts[at].grow);
  views.forEach((view, at) => {
    const { drop, grow } = counts[at];
    const sound = Number.isInteger(drop) && Number.isInteger(grow) && drop >= 0 && grow >= 0;
    if (!sound || drop > view.positions.length || after[at] > positionCount(view.mask)) {
      throw new Error(
        `Update ${context.update} of layer ${view.layer} cannot drop ${drop} and grow ${grow} weights: ` +
          `${view.positions.length} of ${positionCount(view.mask)} are active.`,
      );
    }
  });
  const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  const wanted =
    context.density === null
      ? total(views.map((view) => view.positions.length))
      : Math.round(context.density * total(views.map((view) => positionCount(view.mask))));
  if (total(after) !== wanted) {
    throw new Error(`Update ${context.update} should leave ${wanted} active weights, but plans ${total(after)}.`);
  }
}
