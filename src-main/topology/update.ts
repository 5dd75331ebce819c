import {
  usedConfiguration,
  type LayerUpdate,
  type Positions,
  type MethodDescription,
  type RunConfiguration,
} from '../contract/index.ts';
import { isIn } from './active-set.ts';
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
  requireCounts(views, counts, context);
  const layers: LayerChoice[] = [];
  for (const [at, view] of views.entries()) {
    const { drop, grow } = counts[at];
    const ranks = drop > 0 ? await rewiring.drop(view, drop, context) : new Uint32Array(0);
    requireDropped(view, ranks, drop);
    const dropped = { ranks, positions: positionsAt(view.positions, ranks) };
    const grown = grow > 0 ? await rewiring.grow(view, dropped, grow, context) : new Float64Array(0);
    requireGrown(view, dropped, grown, grow);
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

/** Of `reference` fidelity, where the rule says how many. */
function droppedOf(view: LayerView, ranks: Uint32Array): Dropped {
  requireDropped(view, ranks, ranks.length);
  return { ranks, positions: positionsAt(view.positions, ranks) };
}

/** @throws Error where a drop rule did not choose `count` active weights: ranks among them, ascending */
export function requireDropped({ name, positions }: LayerView, ranks: Uint32Array, count: number): void {
  if (!(ranks instanceof Uint32Array))
    throw new Error(`what to drop of layer ${name} is ${kindOf(ranks)}, not a Uint32Array`);
  if (ranks.length !== count)
    throw new Error(`${ranks.length} weights of layer ${name} would be dropped instead of ${count}`);
  let isSound = ranks.length === 0 || ranks[ranks.length - 1] < positions.length;
  for (let at = 1; at < ranks.length; at++) isSound &&= ranks[at - 1] < ranks[at];
  if (!isSound)
    throw new Error(
      `what to drop of layer ${name} are not ascending ranks below its ${positions.length} active weights`,
    );
}

/** @throws Error where a growth rule did not choose `count` positions that are inactive without `dropped`, ascending */
export function requireGrown(
  { name, mask, positions }: LayerView,
  dropped: Dropped,
  grown: Positions,
  count: number,
): void {
  if (!(grown instanceof Float64Array))
    throw new Error(`what to grow in layer ${name} is ${kindOf(grown)}, not a Float64Array`);
  if (grown.length !== count)
    throw new Error(`${grown.length} weights of layer ${name} would be grown instead of ${count}`);
  const size = positionCount(mask);
  for (let at = 0; at < grown.length; at++) {
    const position = grown[at];
    if (!Number.isInteger(position) || position < 0 || position >= size || (at > 0 && grown[at - 1] >= position)) {
      throw new Error(`what to grow in layer ${name} are not ascending positions below ${size}: ${position} at ${at}`);
    }
    if (isIn(positions, position) && !isIn(dropped.positions, position)) {
      throw new Error(`position ${position} of layer ${name} would be grown, but is active`);
    }
  }
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'an array' : ArrayBuffer.isView(value) ? value.constructor.name : typeof value;

/** @throws Error where a layer cannot lose and gain so many, or all together would not meet the density asked for */
export function requireCounts(
  views: readonly LayerView[],
  counts: readonly LayerCounts[],
  context: UpdateContext,
): void {
  const after = views.map((view, at) => view.positions.length - counts[at].drop + counts[at].grow);
  views.forEach((view, at) => {
    const { drop, grow } = counts[at];
    const sound = Number.isInteger(drop) && Number.isInteger(grow) && drop >= 0 && grow >= 0;
    if (!sound || drop > view.positions.length || after[at] > positionCount(view.mask)) {
      throw new Error(
        `layer ${view.name} cannot drop ${drop} and grow ${grow} weights: ` +
          `${view.positions.length} of ${positionCount(view.mask)} are active`,
      );
    }
  });
  const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  const wanted =
    context.density === null
      ? total(views.map((view) => view.positions.length))
      : Math.round(context.density * total(views.map((view) => positionCount(view.mask))));
  if (total(after) !== wanted) {
    throw new Error(`${wanted} weights should be active after it, but ${total(after)} are planned`);
  }
}
