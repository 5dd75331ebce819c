import { pruneGlobally } from '../counts/prune.ts';
import { alternatingDensity, phaseSteps } from '../densities.ts';
import { dropSmallestMagnitudes } from '../drop/magnitude.ts';
import { growEverything } from '../grow/everything.ts';
import { defineMethod, MASK_KEYS } from './method.ts';

/** Phases of a dense and of a compressed network in turns. */
export const acDc = defineMethod({
  name: 'ac-dc',
  title: 'AC/DC',
  source: 'Peste et al., NeurIPS 2021, section 3',
  drops: 'smallest magnitude of all layers',
  grows: 'everything',
  uses: MASK_KEYS,
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growEverything,
    counts: pruneGlobally,
    density: alternatingDensity,
    steps: (_, totalSteps) => phaseSteps(totalSteps),
    regenerates: false,
    needsDenseGradient: false,
  },
});
