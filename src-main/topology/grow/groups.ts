import { createStream } from '../../numerics/random.ts';
import { tieOrder } from '../../numerics/tie-order.ts';
import { withoutRanks } from '../mask.ts';
import type { Dropped, GrowRule, LayerView, RuleContext } from '../rules.ts';
import { groupSizeOf, type Grouped } from '../structures/groups.ts';
import { growLargestGradients } from './gradient.ts';

/**
 * Grows in every group of `size` consecutive positions as many as it wants, where the last batch's dense gradient is
 * largest among those inactive once `dropped` are out. Zero gradients come last, in the order of seeded noise, so that
 * every group gets its number.
 * @param size divides the inputs
 * @param wanted of every group, at most as many as it has inactive
 */
export async function growWithin(
  view: LayerView,
  dropped: Dropped,
  size: number,
  wanted: ArrayLike<number>,
  { seed, update }: RuleContext,
): Promise<Float64Array> {
  const { inputs } = view.mask;
  const surviving = withoutRanks(view.positions, dropped.ranks);
  const tieSeed = createStream(seed, 'growth ties', view.layer, update).uint32(0);
  const grown: number[] = [];
  let next = 0;
  for await (const { firstRow, gradients } of view.gradientsByRows()) {
    const from = firstRow * inputs;
    for (let start = from; start < from + gradients.length; start += size) {
      const candidates: number[] = [];
      for (let position = start; position < start + size; position++) {
        if (surviving[next] === position) next++;
        else candidates.push(position);
      }
      const count = wanted[start / size];
      if (count === 0) continue;
      const largestFirst = (a: number, b: number) =>
        Math.abs(gradients[b - from]) - Math.abs(gradients[a - from]) ||
        tieOrder(b, tieSeed) - tieOrder(a, tieSeed) ||
        a - b;
      grown.push(...candidates.sort(largestFirst).slice(0, count));
    }
  }
  return Float64Array.from(grown).sort();
}

/** What a group of N:M has lost, it grows again; where a layer has no groups, as RigL does. */
export const growWithinGroups: GrowRule<Grouped> = async (view, dropped, count, context) => {
  const { outputs, inputs } = view.mask;
  const size = groupSizeOf(view.layer, inputs, context.configuration.groupSize);
  if (size === 1) return growLargestGradients(view, dropped, count, context);
  const wanted = new Uint32Array((outputs * inputs) / size);
  for (const position of dropped.positions) wanted[Math.floor(position / size)]++;
  return growWithin(view, dropped, size, wanted, context);
};
