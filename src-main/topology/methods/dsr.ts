import { LARGEST_SHARE, redistributeBySurvivors } from '../counts/redistribute.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growRandom } from '../grow/random.ts';
import type { Method } from './method.ts';

/** One adaptive threshold for all layers; what goes is regrown where most survives. */
export const dsr: Method = {
  name: 'dsr',
  title: 'DSR',
  source: 'Mostafa and Wang, ICML 2019, Algorithm 1',
  sparse: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growRandom,
    counts: redistributeBySurvivors,
    replaces: { most: LARGEST_SHARE },
    needsDenseGradient: false,
  },
};
