import type { Method } from './method.ts';

export const dense: Method = {
  name: 'dense',
  title: 'Dense',
  source: 'the baseline: every weight is trained',
  sparse: false,
  rewiring: null,
};
