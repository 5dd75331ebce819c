import { FLAT_INDEX, FLAT_THREADS, type Kernel } from '../kernel.ts';

/** v <- momentum v + g + decay w; w <- w - rate (nesterov ? g + decay w + momentum v : v). */
export const DESCEND = `
struct Descent { weight: f32, momentum: f32 }
fn descend(gradient: f32, weight: f32, momentum: f32) -> Descent {
  let decayed = gradient + step.weightDecay * weight;
  let velocity = step.momentum * momentum + decayed;
  let direction = select(velocity, decayed + step.momentum * velocity, step.nesterov != 0u);
  return Descent(weight - step.learningRate * direction, velocity);
}`;

/** The optimiser's step of a list of weights; their gradients come in parts, added in order. */
export const sgd = {
  name: 'sgd',
  parameters: ['weights', 'splits'],
  buffers: {
    gradients: ['read', 'array<f32>'],
    values: ['read_write', 'array<f32>'],
    momenta: ['read_write', 'array<f32>'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: DESCEND,
  body: `${FLAT_INDEX}
  if (i >= at.weights) { return; }
  var gradient = gradients[i];
  for (var split = 1u; split < at.splits; split++) { gradient += gradients[split * at.weights + i]; }
  let next = descend(gradient, values[i], momenta[i]);
  values[i] = next.weight;
  momenta[i] = next.momentum;`,
} as const satisfies Kernel;

/** A bias's gradient: the sum of its output's, over pixels and samples. */
export const biasGradients = {
  name: 'bias-gradients',
  parameters: ['pixels', 'channels', 'stride'],
  buffers: {
    outputGradients: ['read', 'array<vec4f>'],
    gradients: ['read_write', 'array<f32>'],
  },
  workgroup: [64, 1],
  sum: 'f32',
  body: `
  var own = 0.0;
  for (var i = local; i < at.pixels * step.vectors; i += 64u) {
    let row = i / step.vectors * at.channels + group.x;
    own += dot(outputGradients[row * at.stride + i % step.vectors], vec4f(1));
  }
  let sum = total(own, local, lane);
  if (local == 0u) { gradients[group.x] = sum; }`,
} as const satisfies Kernel;
