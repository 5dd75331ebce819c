import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growWithinGroups } from '../grow/groups.ts';
import { groupsOfInputs } from '../structures/groups.ts';
import type { Method } from './method.ts';

/** RigL that drops over the whole layer and grows within groups, so that N of every M inputs stay active. */
export const riglNm: Method = {
  name: 'rigl-nm',
  title: 'RigL N:M',
  source: 'Evci et al., ICML 2020, Algorithm 1, in the groups of Zhou et al., ICLR 2021; the combination is ours',
  sparse: true,
  structure: groupsOfInputs,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growWithinGroups,
    needsDenseGradient: true,
    remembers: averageLastBatches,
  },
};
