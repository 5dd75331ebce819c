import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growLargestGradients } from '../grow/gradient.ts';
import type { Method } from './method.ts';

export const rigl: Method = {
  name: 'rigl',
  title: 'RigL',
  source: 'Evci et al., ICML 2020, Algorithm 1',
  sparse: true,
  rewiring: { drop: dropSmallestMagnitudes, grow: growLargestGradients, needsDenseGradient: true },
};
