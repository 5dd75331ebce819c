import { FLAT_INDEX, FLAT_THREADS, type Kernel } from '../kernel.ts';
import { LEAVE_GRADIENT } from './gradient-mode.ts';

/**
 * The CPU engine's draws (`cpu/kernels/dropout.ts`): a feature of a sample stays where two rounds of the finalizer of
 * MurmurHash3 over seed, layer and index reach the threshold. Nothing is kept: backward asks the hash again.
 */
const KEPT = `
fn mixed(x: vec4u) -> vec4u {
  var h = x ^ (x >> vec4u(16));
  h *= 0x85ebca6bu;
  h ^= h >> vec4u(13);
  h *= 0xc2b2ae35u;
  return h ^ (h >> vec4u(16));
}
fn kept(values: vec4f, feature: u32, vector: u32) -> vec4f {
  let samples = vec4u(4u * vector) + vec4u(0, 1, 2, 3);
  var h = ((samples * at.rows + feature) * 0x9e3779b1u) ^ vec4u(step.dropoutSeed);
  h = mixed(mixed(h) + at.stream);
  return select(vec4f(0), values * at.factor, h >= vec4u(at.threshold));
}`;

const INDEX = `${FLAT_INDEX}
  if (i >= at.rows * step.vectors) { return; }
  let feature = i / step.vectors;
  let vector = i % step.vectors;
  let index = feature * at.stride + vector;`;

export const dropout = {
  name: 'dropout',
  parameters: ['rows', 'stride', 'threshold', 'stream', 'factor'],
  floats: ['factor'],
  buffers: { inputs: ['read', 'activations'], outputs: ['read_write', 'activations'] },
  workgroup: [FLAT_THREADS, 1],
  module: KEPT,
  body: `${INDEX}
  if (step.training != 0u) { setOutputs(index, kept(inputsAt(index), feature, vector)); }
  else { setOutputs(index, inputsAt(index)); }`,
} as const satisfies Kernel;

export const dropoutBackward = {
  name: 'dropout-backward',
  parameters: ['rows', 'stride', 'threshold', 'stream', 'factor', 'mode'],
  floats: ['factor'],
  buffers: {
    values: ['read', 'activations'],
    outputGradients: ['read', 'array<vec4f>'],
    gradients: ['read_write', 'array<vec4f>'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: KEPT + LEAVE_GRADIENT,
  body: `${INDEX}
  leave(kept(outputGradients[index], feature, vector), index);`,
} as const satisfies Kernel;

/** The same where the gradient of the input is written over the output's. */
export const dropoutBackwardInPlace = {
  name: 'dropout-backward-in-place',
  parameters: ['rows', 'stride', 'threshold', 'stream', 'factor', 'mode'],
  floats: ['factor'],
  buffers: { values: ['read', 'activations'], gradients: ['read_write', 'array<vec4f>'] },
  workgroup: [FLAT_THREADS, 1],
  module: KEPT + LEAVE_GRADIENT,
  body: `${INDEX}
  leave(kept(gradients[index], feature, vector), index);`,
} as const satisfies Kernel;
