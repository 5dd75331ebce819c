import { keepBlockCounts } from '../counts/blocks.ts';
import { dropSmallestBlocks } from '../drop/blocks.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growLargestBlocks } from '../grow/blocks.ts';
import { blocksOfOutputs } from '../structures/blocks.ts';
import { LARGEST_UNIT } from '../structures/structure.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** RigL that drops and grows whole blocks of B outputs x 1 input, by their summed magnitudes and gradients. */
export const riglBlocks = defineMethod({
  name: 'rigl-blocks',
  title: 'RigL blocks',
  source: 'Evci et al., ICML 2020, Algorithm 1, in blocks of outputs x 1 (4x1 by default); the combination is ours',
  drops: 'block of smallest magnitude',
  grows: 'block of largest gradient',
  uses: [...DROP_AND_GROW_KEYS, 'gradientBatches'],
  defaults: { stopFraction: 0.75 },
  keys: {
    blockSize: {
      kind: 'integer',
      label: 'Block size',
      help: 'Weights of one input to this many outputs in a row are active or inactive together; 4 makes blocks of 4x1.',
      unit: 'outputs',
      least: 1,
      most: LARGEST_UNIT,
      default: 4,
    },
  },
  structure: blocksOfOutputs,
  rewiring: {
    drop: dropSmallestBlocks,
    grow: growLargestBlocks,
    counts: keepBlockCounts,
    keepsCounts: true,
    needsDenseGradient: true,
    remembers: averageLastBatches,
  },
});
