import { FLAT_INDEX, FLAT_THREADS, type Kernel } from '../kernel.ts';

/** Of a weight that was not there before. */
export const GROWN = 0xffffffff;

/** Brings survivors to their new indices; what has grown starts at zero. */
export const rewire = {
  name: 'rewire',
  parameters: ['weights'],
  buffers: {
    origins: ['read', 'array<u32>'],
    oldWeights: ['read', 'array<u32>'],
    oldMomenta: ['read', 'array<u32>'],
    newWeights: ['read_write', 'array<u32>'],
    newMomenta: ['read_write', 'array<u32>'],
  },
  workgroup: [FLAT_THREADS, 1],
  // As bits: a GPU may take very small floats for zero.
  body: `${FLAT_INDEX}
  if (i >= at.weights) { return; }
  let origin = origins[i];
  if (origin == ${GROWN}u) {
    newWeights[i] = 0u;
    newMomenta[i] = 0u;
  } else {
    newWeights[i] = oldWeights[origin];
    newMomenta[i] = oldMomenta[origin];
  }`,
} as const satisfies Kernel;
