import { dropSoftMagnitudes } from '../drop/soft-magnitude.ts';
import { growSoftPaths } from '../grow/paths.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** CHT with sampled removal and growth, ever less random. */
export const chts = defineMethod({
  name: 'chts',
  title: 'CHTs',
  source: 'Zhang et al., NeurIPS 2025 (soft sampling)',
  drops: 'sampled, kept as |w|^T',
  grows: 'sampled, as score^T',
  uses: DROP_AND_GROW_KEYS,
  defaults: { pruneSchedule: 'constant' },
  rewiring: { drop: dropSoftMagnitudes, grow: growSoftPaths, needsDenseGradient: false },
});
