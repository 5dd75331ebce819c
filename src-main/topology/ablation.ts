import type { RunConfiguration } from '../contract/index.ts';
import { createStream } from '../numerics/random.ts';
import { selectSmallestMagnitudes } from '../numerics/selection.ts';
import { dropSmallestMagnitudes } from './drop/magnitude.ts';
import { keepCounts } from './counts/keep.ts';
import type { LayerView, UpdateContext } from './rules.ts';

/** A configuration of a method that ablates units. */
export type Ablating = RunConfiguration & { readonly salientShare: number };

/** One layer's update by SRigL. */
export interface AblationPlan {
  /** Ranks of the weights that go, ascending. */
  dropped: Uint32Array;
  /** How many each unit grows. */
  grown: Uint32Array;
}

const plans = new WeakMap<LayerView, Promise<AblationPlan>>();

/** Worked out once for each view: counts, drop and growth all go by it. */
export function planAblation(view: LayerView, context: UpdateContext<Ablating>): Promise<AblationPlan> {
  const plan = plans.get(view) ?? workOut(view, context);
  plans.set(view, plan);
  return plan;
}

/**
 * SRigL (Lasby et al., ICLR 2024, Algorithm 1; the authors' code, `rigl_constant_fan.py`). With K the weights that RigL
 * would replace, a weight is salient where it is among the A - K largest magnitudes of the layer, a position where it is
 * among the K largest gradients of inactive ones. A unit of fewer salient ones than gamma times the fan-in is ablated,
 * but in the last layer, and never so many that the others could not hold the layer's weights. Of the others' weights
 * the A - K largest stay, as far as the new fan-in allows; every unit then grows to it.
 */
async function workOut(view: LayerView, context: UpdateContext<Ablating>): Promise<AblationPlan> {
  const { positions, weights, mask } = view;
  const { outputs, inputs } = mask;
  const active = positions.length;
  const [{ drop: replaced }] = keepCounts([view], context);
  const salient = await salientCounts(view, replaced, context);
  // Most salient first, then by index.
  const order = Array.from({ length: outputs }, (_, row) => row).sort((a, b) => salient[b] - salient[a] || a - b);
  const units = order.slice(0, view.isLast ? outputs : unitsKept(salient, order, active, inputs, context));
  const targets = new Uint32Array(outputs);
  const fanIn = Math.floor(active / units.length);
  units.forEach((row, at) => (targets[row] = fanIn + (at < active - fanIn * units.length ? 1 : 0)));

  const rowOf = (rank: number): number => Math.floor(positions[rank] / inputs);
  const noise = createStream(context.seed, 'drop ties', view.layer, context.update);
  const smallestOf = (ranks: Uint32Array, count: number): Uint32Array =>
    selectSmallestMagnitudes(
      Float32Array.from(ranks, (rank) => weights[rank]),
      count,
      (at) => noise.uint32(positions[ranks[at]]),
    ).map((at) => ranks[at]);
  const all = Uint32Array.from(positions.keys());
  const ofUnits = all.filter((rank) => targets[rowOf(rank)] > 0);
  const gone = new Set(smallestOf(ofUnits, Math.max(0, ofUnits.length - (active - replaced))));
  const grown = targets.slice();
  for (const row of units) {
    const kept = all.subarray(mask.rowStarts[row], mask.rowStarts[row + 1]).filter((rank) => !gone.has(rank));
    const excess = Math.max(0, kept.length - targets[row]);
    for (const rank of smallestOf(kept, excess)) gone.add(rank);
    grown[row] -= kept.length - excess;
  }
  return { dropped: all.filter((rank) => gone.has(rank) || targets[rowOf(rank)] === 0), grown };
}

/** Of every unit. */
async function salientCounts(
  view: LayerView,
  replaced: number,
  context: UpdateContext<Ablating>,
): Promise<Uint32Array> {
  const { positions, mask, layer } = view;
  const counts = new Uint32Array(mask.outputs);
  for (let row = 0; row < mask.outputs; row++) counts[row] = mask.rowStarts[row + 1] - mask.rowStarts[row];
  for (const rank of dropSmallestMagnitudes(view, replaced, context))
    counts[Math.floor(positions[rank] / mask.inputs)]--;
  if (replaced === 0) return counts;
  const nothing = { ranks: new Uint32Array(0), positions: new Float64Array(0) };
  const tieSeed = createStream(context.seed, 'growth ties', layer, context.update).uint32(0);
  const candidates = await view.largestInactiveGradients(replaced, nothing, tieSeed);
  for (const position of candidates) counts[Math.floor(position / mask.inputs)]++;
  return counts;
}

/** How many of `order` are not ablated: those of at least gamma times the fan-in, and as many as the weights need. */
function unitsKept(
  salient: Uint32Array,
  order: readonly number[],
  active: number,
  inputs: number,
  { configuration: { salientShare } }: UpdateContext<Ablating>,
): number {
  if (salientShare === 0) return order.length;
  const least = Math.max(1, Math.floor(salientShare * Math.floor(active / order.length)));
  const needed = Math.max(1, Math.ceil(active / inputs));
  const threshold = Math.min(least, salient[order[needed - 1]]);
  return order.filter((row) => salient[row] >= threshold).length;
}
