import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { dropMagnitudeAsReference } from '../drop/reference.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growLargestGradients } from '../grow/gradient.ts';
import { growGradientAsReference } from '../grow/reference.ts';
import type { Method } from './method.ts';

export const rigl: Method = {
  name: 'rigl',
  title: 'RigL',
  source: 'Evci et al., ICML 2020, Algorithm 1',
  sparse: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growLargestGradients,
    needsDenseGradient: true,
    remembers: averageLastBatches,
    reference: { drop: dropMagnitudeAsReference, grow: growGradientAsReference },
  },
};
