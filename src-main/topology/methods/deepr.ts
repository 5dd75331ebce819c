import { countCrossings, dropCrossings } from '../drop/wrong-sign.ts';
import { growRandom } from '../grow/random.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** Connections that have crossed zero go dormant, random ones wake up. */
export const deepr = defineMethod({
  name: 'deepr',
  title: 'DeepR',
  source: 'Bellec et al., ICLR 2018, Algorithm 1, at an interval',
  drops: 'crossed zero',
  grows: 'random',
  uses: DROP_AND_GROW_KEYS,
  defaults: { pruneRate: 0.95, pruneSchedule: 'constant' },
  exploration: {
    kind: 'undetermined',
    why: 'DeepR drops what crosses zero, so the number dropped follows from the training',
  },
  rewiring: { drop: dropCrossings, grow: growRandom, counts: countCrossings, needsDenseGradient: false },
});
