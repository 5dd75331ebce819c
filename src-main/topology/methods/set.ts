import { dropNearestZeroOfEachSign } from '../drop/sign-aware.ts';
import { dropSetAsReference } from '../drop/reference.ts';
import { growRandom } from '../grow/random.ts';
import { growRandomAsReference } from '../grow/reference.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

export const set = defineMethod({
  name: 'set',
  title: 'SET',
  source: 'Mocanu et al., Nature Communications 2018, Algorithm 1',
  drops: 'nearest zero of each sign',
  grows: 'random',
  uses: [...DROP_AND_GROW_KEYS, 'fidelity'],
  rewiring: {
    drop: dropNearestZeroOfEachSign,
    grow: growRandom,
    needsDenseGradient: false,
    // Nearly all negatives go, whatever the prune rate: half of a layer where signs are balanced.
    reference: { drop: dropSetAsReference, grow: growRandomAsReference, replaces: { expected: 0.5, most: 1 } },
  },
});
