import { countCrossings, dropCrossings } from '../drop/wrong-sign.ts';
import { growRandom } from '../grow/random.ts';
import type { Method } from './method.ts';

/** Connections that have crossed zero go dormant, random ones wake up. */
export const deepr: Method = {
  name: 'deepr',
  title: 'DeepR',
  source: 'Bellec et al., ICLR 2018, Algorithm 1, at an interval',
  sparse: true,
  rewiring: { drop: dropCrossings, grow: growRandom, counts: countCrossings, needsDenseGradient: false },
};
