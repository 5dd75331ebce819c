import { redistributeByMomentum } from '../counts/redistribute.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growLargestGradients } from '../grow/gradient.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** Redistribution by the momentum of active weights, growth by that of inactive ones: dense gradients at every step. */
export const snfs = defineMethod({
  name: 'snfs',
  title: 'SNFS',
  source: 'Dettmers and Zettlemoyer, 2019, section 3',
  drops: 'smallest magnitude',
  grows: 'largest momentum',
  uses: DROP_AND_GROW_KEYS,
  defaults: { pruneRate: 0.5 },
  exploration: {
    kind: 'undetermined',
    why: 'SNFS hands weights to the layers by their mean momentum, so each layer’s number follows from the training',
  },
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growLargestGradients,
    counts: redistributeByMomentum,
    needsDenseGradient: true,
    remembers: ({ momentum }) => ({ decay: momentum, steps: Infinity }),
  },
});
