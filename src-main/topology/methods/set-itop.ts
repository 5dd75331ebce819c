import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { dropMagnitudeAsReference } from '../drop/reference.ts';
import { growRandom } from '../grow/random.ts';
import { growRandomAsReference } from '../grow/reference.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** ITOP adds no operator: magnitude drop, random growth, a long interval, a large prune rate and no stop. */
export const setItop = defineMethod({
  name: 'set-itop',
  title: 'SET-ITOP',
  source: 'Liu et al., ICML 2021, section 3 and the reference code',
  drops: 'smallest magnitude',
  grows: 'random',
  uses: [...DROP_AND_GROW_KEYS, 'fidelity'],
  defaults: { updateEvery: 1500, pruneRate: 0.5 },
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growRandom,
    needsDenseGradient: false,
    reference: { drop: dropMagnitudeAsReference, grow: growRandomAsReference },
  },
});
