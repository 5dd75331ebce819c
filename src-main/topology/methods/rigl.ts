import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { dropMagnitudeAsReference } from '../drop/reference.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growLargestGradients } from '../grow/gradient.ts';
import { growGradientAsReference } from '../grow/reference.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

export const rigl = defineMethod({
  name: 'rigl',
  title: 'RigL',
  source: 'Evci et al., ICML 2020, Algorithm 1',
  drops: 'smallest magnitude',
  grows: 'largest gradient',
  uses: [...DROP_AND_GROW_KEYS, 'gradientBatches', 'fidelity'],
  isDefault: true,
  defaults: { stopFraction: 0.75 },
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growLargestGradients,
    needsDenseGradient: true,
    remembers: averageLastBatches,
    reference: { drop: dropMagnitudeAsReference, grow: growGradientAsReference },
  },
});
