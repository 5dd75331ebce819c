import { NORM_EPSILON, NORM_MOMENTUM } from '../../engine.ts';
import { FLAT_INDEX, FLAT_THREADS, type Kernel } from '../kernel.ts';
import { LEAVE_GRADIENT, RELU } from './gradient-mode.ts';
import { DESCEND } from './sgd.wgsl.ts';

/** Ones for the samples of the batch, zeros for those that only fill up. */
const REAL = `
fn real(vector: u32) -> vec4f {
  return select(vec4f(0), vec4f(1), vec4u(4u * vector) + vec4u(0, 1, 2, 3) < vec4u(step.count));
}`;

/** A workgroup sums over some pixels of one channel, samples of the batch only. */
const CHUNK = `
  let channel = group.x;
  let firstPixel = group.y * at.pixelsPerChunk;
  let pixels = min(at.pixelsPerChunk, at.pixels - firstPixel);
  let items = pixels * step.vectors;`;
const ITEM = `
    let vector = i % step.vectors;
    let index = ((firstPixel + i / step.vectors) * at.channels + channel) * at.stride + vector;`;

const chunked = ['pixels', 'channels', 'stride', 'pixelsPerChunk'] as const;

/** Mean of every chunk, then the squares around it: no digits are lost where the mean is large. `[chunk][channel][2]` */
export const normStatistics = (threads: number) =>
  ({
    name: `norm-statistics-${threads}`,
    parameters: chunked,
    buffers: { inputs: ['read', 'activations'], partials: ['read_write', 'array<vec2f>'] },
    workgroup: [threads, 1],
    sum: 'f32',
    module: REAL,
    body: `${CHUNK}
  var sum = 0.0;
  for (var i = local; i < items; i += ${threads}u) {${ITEM}
    sum += dot(inputsAt(index), real(vector));
  }
  let mean = total(sum, local, lane) / f32(pixels * step.count);
  var squares = 0.0;
  for (var i = local; i < items; i += ${threads}u) {${ITEM}
    let off = (inputsAt(index) - mean) * real(vector);
    squares += dot(off, off);
  }
  let spread = total(squares, local, lane);
  if (local == 0u) { partials[group.y * at.channels + channel] = vec2f(mean, spread); }`,
  }) as const satisfies Kernel;

/** Sums of dy and of dy (z - mean) of every chunk. */
export const normBackwardStatistics = (threads: number) =>
  ({
    name: `norm-backward-statistics-${threads}`,
    parameters: chunked,
    buffers: {
      inputs: ['read', 'activations'],
      outputGradients: ['read', 'array<vec4f>'],
      coefficients: ['read', 'array<vec4f>'],
      partials: ['read_write', 'array<vec2f>'],
    },
    workgroup: [threads, 1],
    sum: 'f32',
    module: REAL,
    body: `${CHUNK}
  let mean = coefficients[2u * channel].z;
  var plain = 0.0;
  var centred = 0.0;
  for (var i = local; i < items; i += ${threads}u) {${ITEM}
    let d = outputGradients[index] * real(vector);
    plain += dot(d, vec4f(1));
    centred += dot(d, inputsAt(index) - mean);
  }
  let sum = total(plain, local, lane);
  let around = total(centred, local, lane);
  if (local == 0u) { partials[group.y * at.channels + channel] = vec2f(sum, around); }`,
  }) as const satisfies Kernel;

const LEAVE_COEFFICIENTS = `
fn leaveCoefficients(channel: u32, mean: f32, variance: f32) {
  let inverse = 1.0 / sqrt(variance + ${NORM_EPSILON});
  let factor = inverse * parameters[channel];
  let shift = parameters[at.channels + channel];
  coefficients[2u * channel] = vec4f(factor, shift - mean * factor, mean, inverse);
}`;

/** Which of a norm's six arrays of `[channels]` stands where in its `parameters`. */
export const NORM_PARTS = ['scale', 'shift', 'scaleMomenta', 'shiftMomenta', 'runningMean', 'runningVariance'] as const;

/**
 * Mean and biased variance of each channel from its chunks (Chan, Golub and LeVeque 1979); from them what forward
 * needs, and the running statistics, with the unbiased variance. A single value has none: then the running one stays.
 */
export const normFinish = {
  name: 'norm-finish',
  parameters: [...chunked, 'chunks'],
  buffers: {
    partials: ['read', 'array<vec2f>'],
    parameters: ['read_write', 'array<f32>'],
    coefficients: ['read_write', 'array<vec4f>'],
  },
  workgroup: [64, 1],
  module: LEAVE_COEFFICIENTS,
  body: `
  let channel = group.x * 64u + local;
  if (channel >= at.channels) { return; }
  var n = 0.0;
  var mean = 0.0;
  var squares = 0.0;
  for (var chunk = 0u; chunk < at.chunks; chunk++) {
    let part = partials[chunk * at.channels + channel];
    let values = f32(min(at.pixelsPerChunk, at.pixels - chunk * at.pixelsPerChunk) * step.count);
    let both = n + values;
    let off = part.x - mean;
    squares += part.y + off * off * (n / both) * values;
    mean += off * (values / both);
    n = both;
  }
  let variance = squares / n;
  leaveCoefficients(channel, mean, variance);
  let runningMean = 4u * at.channels + channel;
  let runningVariance = 5u * at.channels + channel;
  parameters[runningMean] = ${1 - NORM_MOMENTUM} * parameters[runningMean] + ${NORM_MOMENTUM} * mean;
  if (n > 1.0) {
    parameters[runningVariance] = ${1 - NORM_MOMENTUM} * parameters[runningVariance] + ${NORM_MOMENTUM} * squares / (n - 1.0);
  }`,
} as const satisfies Kernel;

/** What forward needs, from the running statistics. */
export const normEvaluate = {
  name: 'norm-evaluate',
  parameters: ['channels'],
  buffers: { parameters: ['read', 'array<f32>'], coefficients: ['read_write', 'array<vec4f>'] },
  workgroup: [64, 1],
  module: LEAVE_COEFFICIENTS,
  body: `
  let channel = group.x * 64u + local;
  if (channel >= at.channels) { return; }
  leaveCoefficients(channel, parameters[4u * at.channels + channel], parameters[5u * at.channels + channel]);`,
} as const satisfies Kernel;

export const normForward = {
  name: 'norm-forward',
  parameters: ['rows', 'channels', 'stride', 'rectified'],
  buffers: {
    inputs: ['read', 'activations'],
    coefficients: ['read', 'array<vec4f>'],
    outputs: ['read_write', 'activations'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: RELU,
  body: `${FLAT_INDEX}
  if (i >= at.rows * step.vectors) { return; }
  let row = i / step.vectors;
  let index = row * at.stride + i % step.vectors;
  let c = coefficients[2u * (row % at.channels)];
  let y = inputsAt(index) * c.x + c.y;
  if (at.rectified != 0u) { setOutputs(index, relu(y)); } else { setOutputs(index, y); }`,
} as const satisfies Kernel;

/**
 * What backward needs (Ioffe and Szegedy 2015, section 3): dz = s/d (dy - sum(dy)/n - (z - mean)/d^2 sum(dy (z - mean))/n)
 * with scale s and deviation d; then the optimiser's step of scale and shift.
 */
export const normBackwardFinish = {
  name: 'norm-backward-finish',
  parameters: ['pixels', 'channels', 'chunks'],
  buffers: {
    partials: ['read', 'array<vec2f>'],
    parameters: ['read_write', 'array<f32>'],
    coefficients: ['read_write', 'array<vec4f>'],
  },
  workgroup: [64, 1],
  module: DESCEND,
  body: `
  let channel = group.x * 64u + local;
  if (channel >= at.channels) { return; }
  var sums = vec2f(0);
  for (var chunk = 0u; chunk < at.chunks; chunk++) { sums += partials[chunk * at.channels + channel]; }
  let n = f32(at.pixels * step.count);
  let inverse = coefficients[2u * channel].w;
  let shift = at.channels + channel;
  let scaleMomenta = 2u * at.channels + channel;
  let shiftMomenta = 3u * at.channels + channel;
  let slope = parameters[channel] * inverse;
  coefficients[2u * channel + 1u] = vec4f(slope, -slope * inverse * inverse * sums.y / n, -slope * sums.x / n, 0.0);
  let scaled = descend(inverse * sums.y, parameters[channel], parameters[scaleMomenta]);
  parameters[channel] = scaled.weight;
  parameters[scaleMomenta] = scaled.momentum;
  let shifted = descend(sums.x, parameters[shift], parameters[shiftMomenta]);
  parameters[shift] = shifted.weight;
  parameters[shiftMomenta] = shifted.momentum;`,
} as const satisfies Kernel;

const BACKWARD = (gradient: string) => `${FLAT_INDEX}
  if (i >= at.rows * step.vectors) { return; }
  let row = i / step.vectors;
  let vector = i % step.vectors;
  let index = row * at.stride + vector;
  let mean = coefficients[2u * (row % at.channels)].z;
  let c = coefficients[2u * (row % at.channels) + 1u];
  leave((${gradient}[index] * c.x + (valuesAt(index) - mean) * c.y + c.z) * real(vector), index);`;

export const normBackward = {
  name: 'norm-backward',
  parameters: ['rows', 'channels', 'stride', 'mode'],
  buffers: {
    values: ['read', 'activations'],
    coefficients: ['read', 'array<vec4f>'],
    outputGradients: ['read', 'array<vec4f>'],
    gradients: ['read_write', 'array<vec4f>'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: REAL + LEAVE_GRADIENT,
  body: BACKWARD('outputGradients'),
} as const satisfies Kernel;

/** The same where the gradient of the input is written over the output's. */
export const normBackwardInPlace = {
  name: 'norm-backward-in-place',
  parameters: ['rows', 'channels', 'stride', 'mode'],
  buffers: {
    values: ['read', 'activations'],
    coefficients: ['read', 'array<vec4f>'],
    gradients: ['read_write', 'array<vec4f>'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: REAL + LEAVE_GRADIENT,
  body: BACKWARD('gradients'),
} as const satisfies Kernel;
