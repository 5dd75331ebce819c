import type { Kernel } from '../kernel.ts';
import { GEOMETRY, LOCATE, NOWHERE } from './geometry.ts';
import { LEAVE_GRADIENT, RELU } from './gradient-mode.ts';

const STAGED = 128;

/**
 * A workgroup has one row of weights, some pixels and some vectors of four samples each. The row's entries go through
 * workgroup memory; each is one multiple of coalesced vectors, of the same pixel offset for all threads.
 */
const rowTimesWindows = (stage: string, find: string, read: (index: string) => string) => `
  let row = group.x;
  let pixel = group.y * at.pixelsTogether + thread.y;
  let vector = group.z * at.vectorsTogether + thread.x;
  let isInside = pixel < at.pixels && vector < step.vectors;
  let y = pixel / at.width;
  let x = pixel % at.width;
  let end = starts[row + 1u];
  var sum = vec4f(0);
  for (var first = starts[row]; first < end; first += ${STAGED}u) {
    workgroupBarrier();
    let here = min(${STAGED}u, end - first);
    for (var k = local; k < here; k += at.pixelsTogether * at.vectorsTogether) {
      let weight = first + k;
      ${stage}
    }
    workgroupBarrier();
    if (isInside) {
      for (var k = 0u; k < here; k++) {
        let source = ${find}(stagedEntries[k], y, x);
        if (source != ${NOWHERE}) { sum += stagedWeights[k] * ${read('source * at.stride + vector')}; }
      }
    }
  }
  if (!isInside) { return; }`;

const STAGE = `
var<workgroup> stagedEntries: array<u32, ${STAGED}>;
var<workgroup> stagedWeights: array<f32, ${STAGED}>;`;

/** @param vectors threads along the samples; @param pixels threads along the pixels */
export const sparseForward = (vectors: number, pixels: number) =>
  ({
    name: `sparse-forward-${vectors}x${pixels}`,
    parameters: [...GEOMETRY, 'pixels', 'width', 'pixelsTogether', 'vectorsTogether', 'rectified', 'hasBiases'],
    buffers: {
      starts: ['read', 'array<u32>'],
      entries: ['read', 'array<u32>'],
      weights: ['read', 'array<f32>'],
      biases: ['read', 'array<f32>'],
      inputs: ['read', 'activations'],
      outputs: ['read_write', 'activations'],
    },
    workgroup: [vectors, pixels],
    module: LOCATE + RELU + STAGE,
    body: `${rowTimesWindows('stagedEntries[k] = entries[weight]; stagedWeights[k] = weights[weight];', 'inputRow', (index) => `inputsAt(${index})`)}
  if (at.hasBiases != 0u) { sum += biases[row]; }
  if (at.rectified != 0u) { sum = relu(sum); }
  setOutputs((pixel * at.outputChannels + row) * at.stride + vector, sum);`,
  }) as const satisfies Kernel;

/** The same through the turned index: rows are the input's channels, weights are fetched through the permutation. */
export const sparseBackward = (vectors: number, pixels: number) =>
  ({
    name: `sparse-backward-${vectors}x${pixels}`,
    parameters: [...GEOMETRY, 'pixels', 'width', 'pixelsTogether', 'vectorsTogether', 'mode'],
    buffers: {
      starts: ['read', 'array<u32>'],
      entries: ['read', 'array<u32>'],
      permutation: ['read', 'array<u32>'],
      weights: ['read', 'array<f32>'],
      outputGradients: ['read', 'array<vec4f>'],
      values: ['read', 'activations'],
      gradients: ['read_write', 'array<vec4f>'],
    },
    workgroup: [vectors, pixels],
    module: LOCATE + LEAVE_GRADIENT + STAGE,
    body: `${rowTimesWindows('stagedEntries[k] = entries[weight]; stagedWeights[k] = weights[permutation[weight]];', 'outputRow', (index) => `outputGradients[${index}]`)}
  leave(sum, (pixel * at.inputChannels + row) * at.stride + vector);`,
  }) as const satisfies Kernel;
