import { pruneLayers } from '../counts/prune.ts';
import { sigmoidDensity } from '../densities.ts';
import { dropSoftMagnitudes } from '../drop/soft-magnitude.ts';
import { growSoftPaths } from '../grow/paths.ts';
import type { Method } from './method.ts';

/** CHTs while the density falls by a sigmoid; every layer loses the same share. */
export const chtss: Method = {
  name: 'chtss',
  title: 'CHTss',
  source: 'Zhang et al., NeurIPS 2025 (arXiv 2501.19107), sigmoid gradual density decay; the authors’ code (s_shape)',
  sparse: true,
  rewiring: {
    drop: dropSoftMagnitudes,
    grow: growSoftPaths,
    counts: pruneLayers,
    density: sigmoidDensity,
    needsDenseGradient: false,
  },
};
