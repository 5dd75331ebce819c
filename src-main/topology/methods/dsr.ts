import { LARGEST_SHARE, redistributeBySurvivors } from '../counts/redistribute.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growRandom } from '../grow/random.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** One adaptive threshold for all layers; what goes is regrown where most survives. */
export const dsr = defineMethod({
  name: 'dsr',
  title: 'DSR',
  source: 'Mostafa and Wang, ICML 2019, Algorithm 1',
  drops: 'below one threshold for all layers',
  grows: 'random',
  uses: DROP_AND_GROW_KEYS,
  defaults: { pruneSchedule: 'constant' },
  exploration: {
    kind: 'undetermined',
    why: 'DSR drops what is under an adaptive threshold, so even the number dropped follows from the weights',
  },
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growRandom,
    counts: redistributeBySurvivors,
    replaces: { most: LARGEST_SHARE },
    needsDenseGradient: false,
  },
});
