import { defineMethod } from './method.ts';

/** Keeps what gradient flow would miss most: of -w (H g), the score of a weight's removal, the lowest. */
export const grasp = defineMethod({
  name: 'grasp',
  title: 'GraSP',
  source: 'Wang et al., ICLR 2020, Algorithm 1',
  uses: ['sparsity', 'scoringSamples'],
  exploration: {
    kind: 'undetermined',
    why: 'GraSP scores the initial weights, so each layer’s number follows from them; all together stay at the density',
  },
  rewiring: null,
  scoring: {
    sensitivity: 'hessian-gradient',
    score: (weight, hessianGradient) => weight * hessianGradient,
    title: 'w (H g)',
    rounds: 1,
  },
});
