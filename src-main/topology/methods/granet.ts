import { pruneGlobally } from '../counts/prune.ts';
import { cubicDensity } from '../densities.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growLargestGradients } from '../grow/gradient.ts';
import type { Method } from './method.ts';

/** GMP's pruning, and RigL's regeneration after each step of it. */
export const granet: Method = {
  name: 'granet',
  title: 'GraNet',
  source: 'Liu et al., NeurIPS 2021, section 3.3',
  sparse: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growLargestGradients,
    counts: pruneGlobally,
    density: cubicDensity,
    needsDenseGradient: true,
    remembers: averageLastBatches,
  },
};
