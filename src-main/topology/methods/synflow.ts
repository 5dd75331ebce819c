import { defineMethod } from './method.ts';

/** Synaptic flow: |w dR/dw| of R = 1^T prod |W| 1, pruned a little at a time, without data. */
export const synflow = defineMethod({
  name: 'synflow',
  title: 'SynFlow',
  source: 'Tanaka et al., NeurIPS 2020, Algorithm 1',
  uses: ['sparsity'],
  exploration: {
    kind: 'undetermined',
    why: 'SynFlow scores the initial weights, so each layer’s number follows from them; all together stay at the density',
  },
  rewiring: null,
  scoring: {
    title: '|w ∂R/∂w|',
    sensitivity: 'synaptic-flow',
    score: (weight, gradient) => Math.abs(weight * gradient),
    rounds: 100,
  },
});
