import { redistributeByMomentum } from '../counts/redistribute.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growLargestGradients } from '../grow/gradient.ts';
import type { Method } from './method.ts';

/** Redistribution by the momentum of active weights, growth by that of inactive ones: dense gradients at every step. */
export const snfs: Method = {
  name: 'snfs',
  title: 'SNFS',
  source: 'Dettmers and Zettlemoyer, 2019, section 3',
  sparse: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growLargestGradients,
    counts: redistributeByMomentum,
    needsDenseGradient: true,
    remembers: ({ momentum }) => ({ decay: momentum, steps: Infinity }),
  },
};
