import type { Method } from './method.ts';

/** Keeps what gradient flow would miss most: of -w (H g), the score of a weight's removal, the lowest. */
export const grasp: Method = {
  name: 'grasp',
  title: 'GraSP',
  source: 'Wang et al., ICLR 2020, Algorithm 1',
  sparse: true,
  rewiring: null,
  scoring: {
    sensitivity: 'hessian-gradient',
    score: (weight, hessianGradient) => weight * hessianGradient,
    rounds: 1,
  },
};
