import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growUnfired } from '../grow/unfired.ts';
import type { Method } from './method.ts';

/** SET-ITOP whose growth explores as fast as any rule can: R_s reaches its upper bound. */
export const randomUnfired: Method = {
  name: 'random-unfired',
  title: 'Random-unfired',
  source: 'Liu et al., ICML 2021, reference code (growth random_unfired)',
  sparse: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growUnfired,
    needsDenseGradient: false,
    prefersUnexplored: true,
  },
};
