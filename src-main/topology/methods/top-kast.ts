import { countOvertaken } from '../counts/overtaken.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growLargestHeld } from '../grow/held.ts';
import { flopsWithHeldWeights } from '../training-flops.ts';
import { defineMethod, INTERVAL_KEYS, MASK_KEYS } from './method.ts';

/** The largest weights of all take part; the next largest are trained without taking part, and may overtake. */
export const topKast = defineMethod({
  name: 'top-kast',
  title: 'Top-KAST',
  source: 'Jayakumar et al., NeurIPS 2020, sections 2.1 to 2.3',
  drops: 'smallest magnitude',
  grows: 'largest held magnitude',
  uses: [...MASK_KEYS, ...INTERVAL_KEYS, 'pruneRate', 'pruneSchedule'],
  defaults: { pruneRate: 0.95, pruneSchedule: 'constant' },
  keys: {
    explorationShare: {
      kind: 'number',
      label: 'Exploration set',
      help: 'Weights that are trained without taking part in the forward pass, as a share of those that do.',
      least: 0,
      most: 10,
      default: 1,
    },
  },
  exploration: {
    kind: 'undetermined',
    why: 'Top-KAST swaps what held weights have overtaken, so the number replaced follows from the training',
  },
  flops: flopsWithHeldWeights,
  startsLargest: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growLargestHeld,
    counts: countOvertaken,
    keepsCounts: true,
    holds: ({ explorationShare }) => explorationShare,
    needsDenseGradient: false,
  },
});
