import { STEP_LEARNING_RATE, STEP_MOMENTUM, STEP_NESTEROV, STEP_WEIGHT_DECAY } from './layout';
import { real, word } from './simd';

/**
 * v <- momentum v + g + decay w; w <- w - rate (nesterov ? g + decay w + momentum v : v), four weights at once.
 * Leaves the momenta in memory and returns the weights. `lanes` says how many of the four momenta are written.
 */
// @ts-ignore: decorator
@inline
export function descend(gradient: v128, weight: v128, momenta: usize, lanes: u32, step: usize): v128 {
  const momentum = v128.load32_splat(step, STEP_MOMENTUM * 4);
  const decayed = f32x4.add(gradient, f32x4.mul(v128.load32_splat(step, STEP_WEIGHT_DECAY * 4), weight));
  const velocity = f32x4.add(f32x4.mul(momentum, v128.load(momenta)), decayed);
  storeLanes(momenta, velocity, lanes);
  const direction = word(step, STEP_NESTEROV) ? f32x4.add(decayed, f32x4.mul(momentum, velocity)) : velocity;
  return f32x4.sub(weight, f32x4.mul(v128.load32_splat(step, STEP_LEARNING_RATE * 4), direction));
}

/** The same for one number, such as a bias. */
// @ts-ignore: decorator
@inline
export function descendOne(gradient: f32, weight: usize, momenta: usize, step: usize): void {
  const momentum = real(step, STEP_MOMENTUM);
  const decayed = gradient + real(step, STEP_WEIGHT_DECAY) * load<f32>(weight);
  const velocity = momentum * load<f32>(momenta) + decayed;
  store<f32>(momenta, velocity);
  const direction = word(step, STEP_NESTEROV) ? decayed + momentum * velocity : velocity;
  store<f32>(weight, load<f32>(weight) - real(step, STEP_LEARNING_RATE) * direction);
}

/** Stores the first `lanes` of four: what follows belongs to another row, perhaps to another thread. */
// @ts-ignore: decorator
@inline
export function storeLanes(to: usize, values: v128, lanes: u32): void {
  if (lanes >= 4) {
    v128.store(to, values);
    return;
  }
  v128.store32_lane(to, values, 0);
  if (lanes > 1) v128.store32_lane(to, values, 1, 4);
  if (lanes > 2) v128.store32_lane(to, values, 2, 8);
}

/** Copies four weights to their indices in the transposed matrix. */
// @ts-ignore: decorator
@inline
export function scatterLanes(to: usize, indices: usize, values: v128, lanes: u32): void {
  v128.store32_lane(to + (<usize>load<u32>(indices) << 2), values, 0);
  if (lanes > 1) v128.store32_lane(to + (<usize>load<u32>(indices, 4) << 2), values, 1);
  if (lanes > 2) v128.store32_lane(to + (<usize>load<u32>(indices, 8) << 2), values, 2);
  if (lanes > 3) v128.store32_lane(to + (<usize>load<u32>(indices, 12) << 2), values, 3);
}
