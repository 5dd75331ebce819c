import { keepBlockCounts } from '../counts/blocks.ts';
import { dropSmallestBlocks } from '../drop/blocks.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growLargestBlocks } from '../grow/blocks.ts';
import { blocksOfOutputs } from '../structures/blocks.ts';
import type { Method } from './method.ts';

/** RigL that drops and grows whole blocks of B outputs x 1 input, by their summed magnitudes and gradients. */
export const riglBlocks: Method = {
  name: 'rigl-blocks',
  title: 'RigL blocks',
  source: 'Evci et al., ICML 2020, Algorithm 1, in blocks of outputs x 1 (4x1 by default); the combination is ours',
  sparse: true,
  structure: blocksOfOutputs,
  rewiring: {
    drop: dropSmallestBlocks,
    grow: growLargestBlocks,
    counts: keepBlockCounts,
    keepsCounts: true,
    needsDenseGradient: true,
    remembers: averageLastBatches,
  },
};
