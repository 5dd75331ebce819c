import { pruneGlobally } from '../counts/prune.ts';
import { cubicDensity } from '../densities.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growNothing } from '../grow/everything.ts';
import type { Method } from './method.ts';

/** Gradual magnitude pruning: dense to sparse, masks only shrink. */
export const gmp: Method = {
  name: 'gmp',
  title: 'GMP',
  source: 'Zhu and Gupta, 2017; global magnitude',
  sparse: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growNothing,
    counts: pruneGlobally,
    density: cubicDensity,
    regenerates: false,
    needsDenseGradient: false,
  },
};
