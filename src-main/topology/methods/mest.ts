import { LARGEST_SPARSITY } from '../../contract/index.ts';
import { pruneLayers } from '../counts/prune.ts';
import { steppedDensity } from '../densities.ts';
import { dropWeightAndGradient } from '../drop/weight-and-gradient.ts';
import { growRandom } from '../grow/random.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** MEST: EM, or EM&S where the initial sparsity is below the final one. */
export const mest = defineMethod({
  name: 'mest',
  title: 'MEST',
  source: 'Yuan et al., NeurIPS 2021, section 3',
  drops: 'smallest |w| + λ|g|',
  grows: 'random',
  uses: [...DROP_AND_GROW_KEYS, 'initialSparsity'],
  defaults: { pruneRate: 0.05, pruneSchedule: 'step', initialSparsity: LARGEST_SPARSITY },
  keys: {
    gradientWeight: {
      kind: 'number',
      label: 'Gradient weight',
      help: 'λ of MEST’s score |w| + λ|g|, by which weights are dropped.',
      least: 0,
      most: 1000,
      default: 1,
    },
  },
  exploration: {
    kind: 'counted',
    how: 'every layer is pruned by the same share and grows at random, counted update by update',
  },
  rewiring: {
    drop: dropWeightAndGradient,
    grow: growRandom,
    counts: pruneLayers,
    density: steppedDensity,
    needsDenseGradient: false,
  },
});
