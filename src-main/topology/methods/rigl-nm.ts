import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growWithinGroups } from '../grow/groups.ts';
import { groupsOfInputs } from '../structures/groups.ts';
import { LARGEST_UNIT } from '../structures/structure.ts';
import { defineMethod, INTERVAL_KEYS, REPLACEMENT_KEYS } from './method.ts';

/** RigL that drops over the whole layer and grows within groups, so that N of every M inputs stay active. */
export const riglNm = defineMethod({
  name: 'rigl-nm',
  title: 'RigL N:M',
  source: 'Evci et al., ICML 2020, Algorithm 1, in the groups of Zhou et al., ICLR 2021; the combination is ours',
  drops: 'smallest magnitude',
  grows: 'largest gradient by group',
  uses: ['sparsity', ...INTERVAL_KEYS, ...REPLACEMENT_KEYS, 'gradientBatches'],
  defaults: { stopFraction: 0.75, sparsity: 0.5 },
  keys: {
    groupSize: {
      kind: 'integer',
      label: 'Group size',
      help: 'M of N:M: of this many inputs in a row, N are active. The sparsity must leave a whole number of each group.',
      unit: 'weights',
      least: 2,
      most: LARGEST_UNIT,
      default: 4,
    },
  },
  exploration: {
    kind: 'undetermined',
    why: 'groups of N:M grow what they lost, and how many each lost follows from the weights; the figure is RigL’s, an upper estimate',
  },
  structure: groupsOfInputs,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growWithinGroups,
    needsDenseGradient: true,
    remembers: averageLastBatches,
  },
});
