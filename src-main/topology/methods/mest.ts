import { pruneLayers } from '../counts/prune.ts';
import { steppedDensity } from '../densities.ts';
import { dropWeightAndGradient } from '../drop/weight-and-gradient.ts';
import { growRandom } from '../grow/random.ts';
import type { Method } from './method.ts';

/** MEST: EM, or EM&S where the initial sparsity is below the final one. */
export const mest: Method = {
  name: 'mest',
  title: 'MEST',
  source: 'Yuan et al., NeurIPS 2021, section 3',
  sparse: true,
  rewiring: {
    drop: dropWeightAndGradient,
    grow: growRandom,
    counts: pruneLayers,
    density: steppedDensity,
    needsDenseGradient: false,
  },
};
