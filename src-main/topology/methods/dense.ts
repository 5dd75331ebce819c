import { defineMethod } from './method.ts';

export const dense = defineMethod({
  name: 'dense',
  title: 'Dense',
  source: 'the baseline: every weight is trained',
  uses: [],
  defaults: { sparsity: 0 },
  sparse: false,
  rewiring: null,
});
