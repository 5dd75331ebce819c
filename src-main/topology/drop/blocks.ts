import { createStream } from '../../numerics/random.ts';
import { selectSmallestMagnitudes } from '../../numerics/selection.ts';
import type { DropRule } from '../rules.ts';
import { blockAt, blockSizeOf, type Blocked } from '../structures/blocks.ts';

/** Drops the blocks of smallest sum of magnitudes, ties by seeded noise: RigL's rule (section 3) for blocks. */
export const dropSmallestBlocks: DropRule<Blocked> = ({ layer, mask, positions, weights, isLast }, count, context) => {
  const { outputs, inputs } = mask;
  const size = blockSizeOf(isLast, outputs, context.configuration.blockSize);
  const blocks = Float64Array.from(positions, (position) => blockAt(position, inputs, size));
  // Ranks of the blocks among the active ones, in their order.
  const active = Float64Array.from(new Set(blocks)).sort();
  const rankOf = new Map(Array.from(active, (block, rank) => [block, rank]));
  const ranks = Uint32Array.from(blocks, (block) => rankOf.get(block) ?? 0);
  const sums = new Float32Array(active.length);
  for (let at = 0; at < weights.length; at++) sums[ranks[at]] += Math.abs(weights[at]);
  const noise = createStream(context.seed, 'drop ties', layer, context.update);
  const dropped = new Set(selectSmallestMagnitudes(sums, count / size, (rank) => noise.uint32(active[rank])));
  return Uint32Array.from(ranks.keys()).filter((at) => dropped.has(ranks[at]));
};
