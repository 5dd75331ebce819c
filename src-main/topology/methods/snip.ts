import { defineMethod } from './method.ts';

/** Connection sensitivity at the dense initial draw: how much the loss would feel each weight's absence. */
export const snip = defineMethod({
  name: 'snip',
  title: 'SNIP',
  source: 'Lee et al., ICLR 2019, Algorithm 1',
  uses: ['sparsity', 'scoringSamples'],
  exploration: {
    kind: 'undetermined',
    why: 'SNIP scores the initial weights, so each layer’s number follows from them; all together stay at the density',
  },
  rewiring: null,
  scoring: {
    title: '|w g|',
    sensitivity: 'gradient',
    score: (weight, gradient) => Math.abs(weight * gradient),
    rounds: 1,
  },
});
