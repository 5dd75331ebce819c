import type { Method } from './method.ts';

/** Synaptic flow: |w dR/dw| of R = 1^T prod |W| 1, pruned a little at a time, without data. */
export const synflow: Method = {
  name: 'synflow',
  title: 'SynFlow',
  source: 'Tanaka et al., NeurIPS 2020, Algorithm 1',
  sparse: true,
  rewiring: null,
  scoring: { sensitivity: 'synaptic-flow', score: (weight, gradient) => Math.abs(weight * gradient), rounds: 100 },
};
