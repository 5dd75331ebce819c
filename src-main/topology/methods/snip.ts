import type { Method } from './method.ts';

/** Connection sensitivity at the dense initial draw: how much the loss would feel each weight's absence. */
export const snip: Method = {
  name: 'snip',
  title: 'SNIP',
  source: 'Lee et al., ICLR 2019, Algorithm 1',
  sparse: true,
  rewiring: null,
  scoring: { sensitivity: 'gradient', score: (weight, gradient) => Math.abs(weight * gradient), rounds: 1 },
};
