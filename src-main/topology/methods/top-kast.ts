import { countOvertaken } from '../counts/overtaken.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growLargestHeld } from '../grow/held.ts';
import type { Method } from './method.ts';

/** The largest weights of all take part; the next largest are trained without taking part, and may overtake. */
export const topKast: Method = {
  name: 'top-kast',
  title: 'Top-KAST',
  source: 'Jayakumar et al., NeurIPS 2020, sections 2.1 to 2.3',
  sparse: true,
  startsLargest: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growLargestHeld,
    counts: countOvertaken,
    keepsCounts: true,
    holds: ({ explorationShare }) => explorationShare,
    needsDenseGradient: false,
  },
};
