import { pruneLayers } from '../counts/prune.ts';
import { sigmoidDensity } from '../densities.ts';
import { dropSoftMagnitudes } from '../drop/soft-magnitude.ts';
import { growSoftPaths } from '../grow/paths.ts';
import { defineMethod, DENSITY_KEYS, DROP_AND_GROW_KEYS } from './method.ts';

/** CHTs while the density falls by a sigmoid; every layer loses the same share. */
export const chtss = defineMethod({
  name: 'chtss',
  title: 'CHTss',
  source: 'Zhang et al., NeurIPS 2025 (arXiv 2501.19107), sigmoid gradual density decay; the authors’ code (s_shape)',
  drops: 'sampled, kept as |w|^T',
  grows: 'sampled, as score^T',
  uses: [...DROP_AND_GROW_KEYS, ...DENSITY_KEYS],
  defaults: { pruneSchedule: 'constant', initialSparsity: 0.5, sparsityEndFraction: 0.75 },
  exploration: {
    kind: 'counted',
    how: 'every layer is pruned by the same share, counted update by update; growth as if at random',
  },
  rewiring: {
    drop: dropSoftMagnitudes,
    grow: growSoftPaths,
    counts: pruneLayers,
    density: sigmoidDensity,
    needsDenseGradient: false,
  },
});
