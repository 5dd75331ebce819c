import { dropSoftMagnitudes } from '../drop/soft-magnitude.ts';
import { growSoftPaths } from '../grow/paths.ts';
import type { Method } from './method.ts';

/** CHT with sampled removal and growth, ever less random. */
export const chts: Method = {
  name: 'chts',
  title: 'CHTs',
  source: 'Zhang et al., NeurIPS 2025 (soft sampling)',
  sparse: true,
  rewiring: { drop: dropSoftMagnitudes, grow: growSoftPaths, needsDenseGradient: false },
};
