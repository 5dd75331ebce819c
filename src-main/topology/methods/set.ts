import { dropNearestZeroOfEachSign } from '../drop/sign-aware.ts';
import { dropSetAsReference } from '../drop/reference.ts';
import { growRandom } from '../grow/random.ts';
import { growRandomAsReference } from '../grow/reference.ts';
import type { Method } from './method.ts';

export const set: Method = {
  name: 'set',
  title: 'SET',
  source: 'Mocanu et al., Nature Communications 2018, Algorithm 1',
  sparse: true,
  rewiring: {
    drop: dropNearestZeroOfEachSign,
    grow: growRandom,
    needsDenseGradient: false,
    // Nearly all negatives go, whatever the prune rate: half of a layer where signs are balanced.
    reference: { drop: dropSetAsReference, grow: growRandomAsReference, replaces: { expected: 0.5, most: 1 } },
  },
};
