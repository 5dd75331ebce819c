import { pruneGlobally } from '../counts/prune.ts';
import { alternatingDensity, phaseSteps } from '../densities.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growEverything } from '../grow/everything.ts';
import type { Method } from './method.ts';

/** Phases of a dense and of a compressed network in turns. */
export const acDc: Method = {
  name: 'ac-dc',
  title: 'AC/DC',
  source: 'Peste et al., NeurIPS 2021, section 3',
  sparse: true,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growEverything,
    counts: pruneGlobally,
    density: alternatingDensity,
    steps: (_, totalSteps) => phaseSteps(totalSteps),
    regenerates: false,
    needsDenseGradient: false,
  },
};
