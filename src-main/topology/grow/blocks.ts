import { createStream } from '../../numerics/random.ts';
import { selectLargestMagnitudes } from '../../numerics/selection.ts';
import { tieOrder } from '../../numerics/tie-order.ts';
import { positionCount, union, withoutRanks } from '../mask.ts';
import type { GrowRule } from '../rules.ts';
import { blockAt, blockSizeOf, positionsOfBlocks, type Blocked } from '../structures/blocks.ts';
import { growLargestGradients } from './gradient.ts';
import { randomInactive } from './random.ts';

/**
 * Grows the blocks of largest summed gradient magnitude among the inactive ones, those just dropped included; where fewer
 * have a gradient at all, the rest is drawn at random. Takes a number for each block.
 */
export const growLargestBlocks: GrowRule<Blocked> = async (view, dropped, count, context) => {
  const { outputs, inputs } = view.mask;
  const size = blockSizeOf(view.isLast, outputs, context.configuration.blockSize);
  if (size === 1) return growLargestGradients(view, dropped, count, context);
  const sums = new Float32Array(positionCount(view.mask) / size);
  for await (const { firstRow, gradients } of view.gradientsByRows()) {
    for (let at = 0; at < gradients.length; at++) {
      sums[blockAt(firstRow * inputs + at, inputs, size)] += Math.abs(gradients[at]);
    }
  }
  const surviving = withoutRanks(view.positions, dropped.ranks);
  const taken = Float64Array.from(new Set(surviving.map((position) => blockAt(position, inputs, size)))).sort();
  for (const block of taken) sums[block] = 0;
  const tieSeed = createStream(context.seed, 'growth ties', view.layer, context.update).uint32(0);
  const largest = selectLargestMagnitudes(sums, count / size, (block) => tieOrder(block, tieSeed));
  const chosen = Float64Array.from(largest).sort();
  const missing = count / size - chosen.length;
  const rest = randomInactive(union(taken, chosen), sums.length, view.layer, missing, context);
  return positionsOfBlocks(union(chosen, rest), inputs, size);
};
