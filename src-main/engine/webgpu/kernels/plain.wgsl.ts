import { FLAT_INDEX, FLAT_THREADS, type Kernel } from '../kernel.ts';
import { LEAVE_GRADIENT, RELU } from './gradient-mode.ts';

const INDEX = `${FLAT_INDEX}
  if (i >= at.rows * step.vectors) { return; }
  let index = i / step.vectors * at.stride + i % step.vectors;`;

/** One tensor as it is or through a ReLU. */
export const copy = {
  name: 'copy',
  parameters: ['rows', 'stride', 'rectified'],
  buffers: { inputs: ['read', 'activations'], outputs: ['read_write', 'activations'] },
  workgroup: [FLAT_THREADS, 1],
  module: RELU,
  body: `${INDEX}
  if (at.rectified != 0u) { setOutputs(index, relu(inputsAt(index))); } else { setOutputs(index, inputsAt(index)); }`,
} as const satisfies Kernel;

/** Sum of two tensors, which may be the same. */
export const add = {
  name: 'add',
  parameters: ['rows', 'stride', 'rectified'],
  buffers: {
    inputs: ['read', 'activations'],
    others: ['read', 'activations'],
    outputs: ['read_write', 'activations'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: RELU,
  body: `${INDEX}
  let sum = inputsAt(index) + othersAt(index);
  if (at.rectified != 0u) { setOutputs(index, relu(sum)); } else { setOutputs(index, sum); }`,
} as const satisfies Kernel;

/** A gradient that goes on as it is. */
export const copyGradient = {
  name: 'copy-gradient',
  parameters: ['rows', 'stride', 'mode'],
  buffers: {
    values: ['read', 'activations'],
    outputGradients: ['read', 'array<vec4f>'],
    gradients: ['read_write', 'array<vec4f>'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: LEAVE_GRADIENT,
  body: `${INDEX}
  leave(outputGradients[index], index);`,
} as const satisfies Kernel;

/** The same in place. */
export const keepGradient = {
  name: 'keep-gradient',
  parameters: ['rows', 'stride', 'mode'],
  buffers: { values: ['read', 'activations'], gradients: ['read_write', 'array<vec4f>'] },
  workgroup: [FLAT_THREADS, 1],
  module: LEAVE_GRADIENT,
  body: `${INDEX}
  leave(gradients[index], index);`,
} as const satisfies Kernel;
