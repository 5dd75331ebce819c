import type { Method } from './method.ts';

export const staticSparse: Method = {
  name: 'static',
  title: 'Static',
  source: 'a random mask that never changes; R_s stays at the density (ITOP, section 4)',
  sparse: true,
  rewiring: null,
};
