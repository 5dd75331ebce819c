import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { dropMagnitudeAsReference } from '../drop/reference.ts';
import { growRandom } from '../grow/random.ts';
import { growRandomAsReference } from '../grow/reference.ts';
import type { Method } from './method.ts';

/** ITOP adds no operator: magnitude drop, random growth, a long interval, a large prune rate and no stop. */
export const setItop: Method = {
  name: 'set-itop',
  title: 'SET-ITOP',
  source: 'Liu et al., ICML 2021, section 3 and the reference code',
  sparse: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growRandom,
    needsDenseGradient: false,
    reference: { drop: dropMagnitudeAsReference, grow: growRandomAsReference },
  },
};
