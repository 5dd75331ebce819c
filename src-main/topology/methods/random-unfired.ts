import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growUnfired } from '../grow/unfired.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** SET-ITOP whose growth explores as fast as any rule can: R_s reaches its upper bound. */
export const randomUnfired = defineMethod({
  name: 'random-unfired',
  title: 'Random-unfired',
  source: 'Liu et al., ICML 2021, reference code (growth random_unfired)',
  drops: 'smallest magnitude',
  grows: 'never active yet, random',
  uses: DROP_AND_GROW_KEYS,
  defaults: { pruneRate: 0.5 },
  exploration: {
    kind: 'counted',
    how: 'growth takes only positions never active, so every grown weight is new while there are any',
  },
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growUnfired,
    needsDenseGradient: false,
    prefersUnexplored: true,
  },
});
