import { pruneGlobally } from '../counts/prune.ts';
import { cubicDensity } from '../densities.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growNothing } from '../grow/everything.ts';
import { defineMethod, DENSITY_KEYS, INTERVAL_KEYS, MASK_KEYS } from './method.ts';

/** Gradual magnitude pruning: dense to sparse, masks only shrink. */
export const gmp = defineMethod({
  name: 'gmp',
  title: 'GMP',
  source: 'Zhu and Gupta, 2017; global magnitude',
  drops: 'smallest magnitude of all layers',
  grows: 'nothing',
  uses: [...MASK_KEYS, ...INTERVAL_KEYS, ...DENSITY_KEYS],
  exploration: { kind: 'counted', how: 'masks only shrink, so nothing is explored beyond the initial mask' },
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growNothing,
    counts: pruneGlobally,
    density: cubicDensity,
    regenerates: false,
    needsDenseGradient: false,
  },
});
