import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growBestPaths } from '../grow/paths.ts';
import type { Method } from './method.ts';

/** Growth by the topology alone: paths of length three. */
export const cht: Method = {
  name: 'cht',
  title: 'CHT',
  source: 'Zhang et al., ICLR 2024 (CH2-L3n regrowth)',
  sparse: true,
  rewiring: { drop: dropSmallestMagnitudes, grow: growBestPaths, needsDenseGradient: false },
};
