import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growBestPaths } from '../grow/paths.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** Growth by the topology alone: paths of length three. */
export const cht = defineMethod({
  name: 'cht',
  title: 'CHT',
  source: 'Zhang et al., ICLR 2024 (CH2-L3n regrowth)',
  drops: 'smallest magnitude',
  grows: 'best paths of length 3',
  uses: DROP_AND_GROW_KEYS,
  defaults: { pruneSchedule: 'constant' },
  rewiring: { drop: dropSmallestMagnitudes, grow: growBestPaths, needsDenseGradient: false },
});
