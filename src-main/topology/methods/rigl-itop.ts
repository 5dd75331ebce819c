import { rigl } from './rigl.ts';
import { defineMethod } from './method.ts';

/** RigL's operators with a long interval, a large prune rate and no stop. */
export const riglItop = defineMethod({
  name: 'rigl-itop',
  title: 'RigL-ITOP',
  source: 'Liu et al., ICML 2021, section 3 and the reference code',
  drops: 'smallest magnitude',
  grows: 'largest gradient',
  uses: rigl.uses,
  defaults: { updateEvery: 4000, pruneRate: 0.5 },
  rewiring: rigl.rewiring,
});
