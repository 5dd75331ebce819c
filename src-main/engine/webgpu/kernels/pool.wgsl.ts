import { FLAT_INDEX, FLAT_THREADS, type Kernel } from '../kernel.ts';
import { LEAVE_GRADIENT } from './gradient-mode.ts';

const WINDOW = [
  'inputHeight',
  'inputWidth',
  'outputHeight',
  'outputWidth',
  'channels',
  'windowHeight',
  'windowWidth',
  'strideOfWindow',
  'padding',
  'stride',
] as const;

const INDEX = (width: string, height: string) => `${FLAT_INDEX}
  if (i >= at.${height} * at.${width} * at.channels * step.vectors) { return; }
  let row = i / step.vectors;
  let vector = i % step.vectors;
  let channel = row % at.channels;
  let pixel = row / at.channels;
  let y = pixel / at.${width};
  let x = pixel % at.${width};
  let index = row * at.stride + vector;`;

/** The part of the window of output pixel (y, x) that is inside the image. */
const CLIPPED = `
  let top = i32(y * at.strideOfWindow) - i32(at.padding);
  let left = i32(x * at.strideOfWindow) - i32(at.padding);
  let firstY = max(0, -top);
  let firstX = max(0, -left);
  let endY = min(i32(at.windowHeight), i32(at.inputHeight) - top);
  let endX = min(i32(at.windowWidth), i32(at.inputWidth) - left);`;

/** The first of the largest; NaN is larger than all. Leaves which position of the window won. */
export const maxPool = {
  name: 'max-pool',
  parameters: WINDOW,
  buffers: {
    inputs: ['read', 'activations'],
    outputs: ['read_write', 'activations'],
    winners: ['read_write', 'array<vec4u>'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: `
fn isNaN(x: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}`,
  body: `${INDEX('outputWidth', 'outputHeight')}${CLIPPED}
  var best = vec4f(-3.4028234663852886e38);
  var winner = vec4u(u32(firstY) * at.windowWidth + u32(firstX));
  for (var ky = firstY; ky < endY; ky++) {
    for (var kx = firstX; kx < endX; kx++) {
      let source = (u32(top + ky) * at.inputWidth + u32(left + kx)) * at.channels + channel;
      let value = inputsAt(source * at.stride + vector);
      let wins = (value > best) | isNaN(value);
      best = select(best, value, wins);
      winner = select(winner, vec4u(u32(ky) * at.windowWidth + u32(kx)), wins);
    }
  }
  setOutputs(index, best);
  winners[index] = winner;`,
} as const satisfies Kernel;

/** Counts the padding's zeros, as PyTorch does. */
export const averagePool = {
  name: 'average-pool',
  parameters: WINDOW,
  buffers: { inputs: ['read', 'activations'], outputs: ['read_write', 'activations'] },
  workgroup: [FLAT_THREADS, 1],
  body: `${INDEX('outputWidth', 'outputHeight')}${CLIPPED}
  var sum = vec4f(0);
  for (var ky = firstY; ky < endY; ky++) {
    for (var kx = firstX; kx < endX; kx++) {
      let source = (u32(top + ky) * at.inputWidth + u32(left + kx)) * at.channels + channel;
      sum += inputsAt(source * at.stride + vector);
    }
  }
  setOutputs(index, sum / f32(at.windowHeight * at.windowWidth));`,
} as const satisfies Kernel;

/** Every pixel of the input asks the windows that it is in. */
const gather = (take: string) => `${INDEX('inputWidth', 'inputHeight')}
  let paddedY = y + at.padding;
  let paddedX = x + at.padding;
  let stride = at.strideOfWindow;
  var firstY = 0u;
  if (paddedY >= at.windowHeight) { firstY = (paddedY - at.windowHeight) / stride + 1u; }
  var firstX = 0u;
  if (paddedX >= at.windowWidth) { firstX = (paddedX - at.windowWidth) / stride + 1u; }
  let endY = min(at.outputHeight, paddedY / stride + 1u);
  let endX = min(at.outputWidth, paddedX / stride + 1u);
  var sum = vec4f(0);
  for (var oy = firstY; oy < endY; oy++) {
    for (var ox = firstX; ox < endX; ox++) {
      let source = ((oy * at.outputWidth + ox) * at.channels + channel) * at.stride + vector;
      ${take}
    }
  }`;

export const maxPoolBackward = {
  name: 'max-pool-backward',
  parameters: [...WINDOW, 'mode'],
  buffers: {
    values: ['read', 'activations'],
    outputGradients: ['read', 'array<vec4f>'],
    winners: ['read', 'array<vec4u>'],
    gradients: ['read_write', 'array<vec4f>'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: LEAVE_GRADIENT,
  body: `${gather(`
      let position = (paddedY - oy * stride) * at.windowWidth + paddedX - ox * stride;
      sum += select(vec4f(0), outputGradients[source], winners[source] == vec4u(position));`)}
  leave(sum, index);`,
} as const satisfies Kernel;

export const averagePoolBackward = {
  name: 'average-pool-backward',
  parameters: [...WINDOW, 'mode'],
  buffers: {
    values: ['read', 'activations'],
    outputGradients: ['read', 'array<vec4f>'],
    gradients: ['read_write', 'array<vec4f>'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: LEAVE_GRADIENT,
  body: `${gather('sum += outputGradients[source];')}
  leave(sum / f32(at.windowHeight * at.windowWidth), index);`,
} as const satisfies Kernel;
