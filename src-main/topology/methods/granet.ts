import { pruneGlobally } from '../counts/prune.ts';
import { cubicDensity } from '../densities.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growLargestGradients } from '../grow/gradient.ts';
import { defineMethod, DENSITY_KEYS, DROP_AND_GROW_KEYS } from './method.ts';

/** GMP's pruning, and RigL's regeneration after each step of it. */
export const granet = defineMethod({
  name: 'granet',
  title: 'GraNet',
  source: 'Liu et al., NeurIPS 2021, section 3.3',
  drops: 'GMP’s, then RigL’s',
  grows: 'largest gradient',
  uses: [...DROP_AND_GROW_KEYS, ...DENSITY_KEYS, 'gradientBatches'],
  defaults: { pruneRate: 0.5, initialSparsity: 0.5 },
  exploration: {
    kind: 'undetermined',
    why: 'GraNet prunes by global magnitude, so how many weights each layer keeps follows from the weights',
  },
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growLargestGradients,
    counts: pruneGlobally,
    density: cubicDensity,
    needsDenseGradient: true,
    remembers: averageLastBatches,
  },
});
