import { defineMethod, MASK_KEYS } from './method.ts';

export const staticSparse = defineMethod({
  name: 'static',
  title: 'Static',
  source: 'a random mask that never changes; R_s stays at the density (ITOP, section 4)',
  uses: MASK_KEYS,
  rewiring: null,
});
