import { MODE_RELU } from '../../graph/modes';
import {
  COEFFICIENT_BYTES,
  COEFFICIENT_CONSTANT,
  COEFFICIENT_CURVE,
  COEFFICIENT_DEVIATION_INVERSE,
  COEFFICIENT_FACTOR,
  COEFFICIENT_LEVEL,
  COEFFICIENT_MEAN,
  COEFFICIENT_SLOPE,
  NORM_BLOCK,
  NORM_COEFFICIENTS,
  NORM_PARTIALS,
  NORM_RUNNING_MEAN,
  NORM_RUNNING_VARIANCE,
  NORM_SCALE,
  NORM_SCALE_MOMENTA,
  NORM_SHIFT,
  NORM_SHIFT_MOMENTA,
  OPERATION_BACKWARD_MODE,
  OPERATION_FORWARD_MODE,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  PARTIAL_BYTES,
  STEP_COUNT,
  STEP_TILES,
  TENSOR_CHANNELS,
  TENSOR_HEIGHT,
  TENSOR_STRIPS,
  TENSOR_WIDTH,
  TILE_BYTES,
} from './layout';
import { descendOne } from './sgd';
import { madd, real, word, zero } from './simd';
import { gradientRow, isFull, leaveGradient, sampleLanes, stripStart, valueRow } from './tensor';

/** As in `engine.ts`, which the kernels cannot import. */
const EPSILON: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;

/** The two sums of one item: `[channels][2 vectors]`. */
// @ts-ignore: decorator
@inline
function partialsOf(operation: usize, tile: u32, strip: u32): usize {
  const input = <usize>word(operation, OPERATION_INPUT);
  const item = tile * word(input, TENSOR_STRIPS) + strip;
  return (
    <usize>word(operation, NORM_PARTIALS) + <usize>item * word(input, TENSOR_CHANNELS) * PARTIAL_BYTES
  );
}

// @ts-ignore: decorator
@inline
function eight(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): v128 {
  return f32x4.add(
    f32x4.add(f32x4.add(a, b), f32x4.add(c, d)),
    f32x4.add(f32x4.add(e, f), f32x4.add(g, h)),
  );
}

/** Sums of z and of its square over one strip, samples of the batch only. */
export function normStatistics(operation: usize, tile: u32, strip: u32, step: usize): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const channels = word(input, TENSOR_CHANNELS);
  const partials = partialsOf(operation, tile, strip);
  const full = isFull(step, tile);
  const lanes = sampleLanes(step, tile);
  const end = partials + <usize>channels * PARTIAL_BYTES;
  memory.fill(partials, 0, <usize>channels * PARTIAL_BYTES);
  const width = word(input, TENSOR_WIDTH);
  const last = stripStart(input, strip + 1);
  for (let row = stripStart(input, strip); row < last; row++) {
    let z = valueRow(input, tile, row);
    for (let column: u32 = 0; column < width; column++)
      for (let to = partials; to < end; to += PARTIAL_BYTES, z += TILE_BYTES) {
        let a = v128.load(z);
        let b = v128.load(z, 16);
        let c = v128.load(z, 32);
        let d = v128.load(z, 48);
        let e = v128.load(z, 64);
        let f = v128.load(z, 80);
        let g = v128.load(z, 96);
        let h = v128.load(z, 112);
        if (!full) {
          a = v128.and(a, v128.load(lanes));
          b = v128.and(b, v128.load(lanes, 16));
          c = v128.and(c, v128.load(lanes, 32));
          d = v128.and(d, v128.load(lanes, 48));
          e = v128.and(e, v128.load(lanes, 64));
          f = v128.and(f, v128.load(lanes, 80));
          g = v128.and(g, v128.load(lanes, 96));
          h = v128.and(h, v128.load(lanes, 112));
        }
        v128.store(to, f32x4.add(v128.load(to), eight(a, b, c, d, e, f, g, h)));
        const even = madd(g, g, madd(e, e, madd(c, c, f32x4.mul(a, a))));
        const odd = madd(h, h, madd(f, f, madd(d, d, f32x4.mul(b, b))));
        v128.store(to, f32x4.add(v128.load(to, 16), f32x4.add(even, odd)), 16);
      }
  }
}

/** Sums of dy and of dy (z - mean) over one strip; the gradients of samples that only fill up are zero. */
export function normBackwardStatistics(operation: usize, tile: u32, strip: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const channels = word(input, TENSOR_CHANNELS);
  const partials = partialsOf(operation, tile, strip);
  const coefficients = <usize>word(operation, NORM_COEFFICIENTS);
  const end = partials + <usize>channels * PARTIAL_BYTES;
  memory.fill(partials, 0, <usize>channels * PARTIAL_BYTES);
  const width = word(input, TENSOR_WIDTH);
  const last = stripStart(input, strip + 1);
  for (let row = stripStart(input, strip); row < last; row++) {
    let z = valueRow(input, tile, row);
    let dy = gradientRow(output, tile, row);
    for (let column: u32 = 0; column < width; column++) {
      let coefficient = coefficients;
      for (let to = partials; to < end; to += PARTIAL_BYTES) {
        const mean = v128.load32_splat(coefficient, COEFFICIENT_MEAN * 4);
        const a = v128.load(dy);
        const b = v128.load(dy, 16);
        let sum = f32x4.add(a, b);
        let even = f32x4.mul(a, f32x4.sub(v128.load(z), mean));
        let odd = f32x4.mul(b, f32x4.sub(v128.load(z, 16), mean));
        for (let at: usize = 32; at < <usize>TILE_BYTES; at += 32) {
          const c = v128.load(dy + at);
          const d = v128.load(dy + at, 16);
          sum = f32x4.add(sum, f32x4.add(c, d));
          even = madd(c, f32x4.sub(v128.load(z + at), mean), even);
          odd = madd(d, f32x4.sub(v128.load(z + at, 16), mean), odd);
        }
        v128.store(to, f32x4.add(v128.load(to), sum));
        v128.store(to, f32x4.add(v128.load(to, 16), f32x4.add(even, odd)), 16);
        z += TILE_BYTES;
        dy += TILE_BYTES;
        coefficient += COEFFICIENT_BYTES;
      }
    }
  }
}

/** Adds a partial sum's lanes, in float64, to two running lanes. */
// @ts-ignore: decorator
@inline
function gather(sum: v128, lanes: v128): v128 {
  const high = v128.shuffle<u64>(lanes, lanes, 1, 1);
  return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(lanes), f64x2.promote_low_f32x4(high)));
}

// @ts-ignore: decorator
@inline
function both(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Values of one channel in the batch. */
// @ts-ignore: decorator
@inline
function population(operation: usize, step: usize): f64 {
  const input = <usize>word(operation, OPERATION_INPUT);
  return <f64>word(step, STEP_COUNT) * <f64>word(input, TENSOR_HEIGHT) * <f64>word(input, TENSOR_WIDTH);
}

/**
 * Mean and (biased) variance of a block of channels, the items' sums in order; from them what forward needs, and the
 * running statistics, with the unbiased variance. A single value has none: then the running one stays.
 */
export function normFinish(operation: usize, block: u32, step: usize): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const channels = word(input, TENSOR_CHANNELS);
  const items = word(step, STEP_TILES) * word(input, TENSOR_STRIPS);
  const n = population(operation, step);
  const end = min<u32>(channels, (block + 1) * NORM_BLOCK);
  for (let channel = block * NORM_BLOCK; channel < end; channel++) {
    let from = partialsOf(operation, 0, 0) + <usize>channel * PARTIAL_BYTES;
    let sum = f64x2.splat(0);
    let squares = f64x2.splat(0);
    for (let item: u32 = 0; item < items; item++, from += <usize>channels * PARTIAL_BYTES) {
      sum = gather(sum, v128.load(from));
      squares = gather(squares, v128.load(from, 16));
    }
    const mean = both(sum) / n;
    // Not max(0, .), which would hide NaN.
    let variance = both(squares) / n - mean * mean;
    if (variance < 0) variance = 0;
    leaveCoefficients(operation, channel, mean, variance);
    const at = (<usize>channel) << 2;
    const runningMean = <usize>word(operation, NORM_RUNNING_MEAN) + at;
    const runningVariance = <usize>word(operation, NORM_RUNNING_VARIANCE) + at;
    store<f32>(runningMean, <f32>((1 - MOMENTUM) * <f64>load<f32>(runningMean) + MOMENTUM * mean));
    if (n > 1)
      store<f32>(
        runningVariance,
        <f32>((1 - MOMENTUM) * <f64>load<f32>(runningVariance) + (MOMENTUM * variance * n) / (n - 1)),
      );
  }
}

/** What forward needs, from the running statistics. */
export function normEvaluate(operation: usize, block: u32): void {
  const channels = word(word(operation, OPERATION_INPUT), TENSOR_CHANNELS);
  const end = min<u32>(channels, (block + 1) * NORM_BLOCK);
  for (let channel = block * NORM_BLOCK; channel < end; channel++) {
    const at = (<usize>channel) << 2;
    leaveCoefficients(
      operation,
      channel,
      load<f32>(<usize>word(operation, NORM_RUNNING_MEAN) + at),
      load<f32>(<usize>word(operation, NORM_RUNNING_VARIANCE) + at),
    );
  }
}

function leaveCoefficients(operation: usize, channel: u32, mean: f64, variance: f64): void {
  const at = (<usize>channel) << 2;
  const coefficient = <usize>word(operation, NORM_COEFFICIENTS) + <usize>channel * COEFFICIENT_BYTES;
  const inverse = 1 / Math.sqrt(variance + EPSILON);
  const factor = inverse * <f64>load<f32>(<usize>word(operation, NORM_SCALE) + at);
  const shift = <f64>load<f32>(<usize>word(operation, NORM_SHIFT) + at);
  store<f32>(coefficient, <f32>factor, COEFFICIENT_FACTOR * 4);
  store<f32>(coefficient, <f32>(shift - mean * factor), COEFFICIENT_CONSTANT * 4);
  store<f32>(coefficient, <f32>mean, COEFFICIENT_MEAN * 4);
  store<f32>(coefficient, <f32>inverse, COEFFICIENT_DEVIATION_INVERSE * 4);
}

/** One strip of scale (z - mean) / deviation + shift, through ReLU where the operation says so. */
export function normForward(operation: usize, tile: u32, strip: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const rectify = (word(operation, OPERATION_FORWARD_MODE) & MODE_RELU) != 0;
  const coefficients = <usize>word(operation, NORM_COEFFICIENTS);
  const end = coefficients + <usize>word(input, TENSOR_CHANNELS) * COEFFICIENT_BYTES;
  const width = word(input, TENSOR_WIDTH);
  const last = stripStart(input, strip + 1);
  for (let row = stripStart(input, strip); row < last; row++) {
    let z = valueRow(input, tile, row);
    let y = valueRow(output, tile, row);
    for (let column: u32 = 0; column < width; column++)
      for (let coefficient = coefficients; coefficient < end; coefficient += COEFFICIENT_BYTES) {
        const factor = v128.load32_splat(coefficient, COEFFICIENT_FACTOR * 4);
        const constant = v128.load32_splat(coefficient, COEFFICIENT_CONSTANT * 4);
        for (let at: usize = 0; at < <usize>TILE_BYTES; at += 16) {
          const value = madd(v128.load(z + at), factor, constant);
          v128.store(y + at, rectify ? f32x4.pmax(value, zero()) : value);
        }
        z += TILE_BYTES;
        y += TILE_BYTES;
      }
  }
}

/**
 * What backward needs (Ioffe and Szegedy 2015, section 3): dz = s/d (dy - sum(dy)/n - (z - mean)/d^2 sum(dy (z - mean))/n)
 * with scale s and deviation d; then the optimiser's step of scale and shift.
 */
export function normBackwardFinish(operation: usize, block: u32, step: usize): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const channels = word(input, TENSOR_CHANNELS);
  const items = word(step, STEP_TILES) * word(input, TENSOR_STRIPS);
  const n = population(operation, step);
  const end = min<u32>(channels, (block + 1) * NORM_BLOCK);
  for (let channel = block * NORM_BLOCK; channel < end; channel++) {
    let from = partialsOf(operation, 0, 0) + <usize>channel * PARTIAL_BYTES;
    let plain = f64x2.splat(0);
    let centred = f64x2.splat(0);
    for (let item: u32 = 0; item < items; item++, from += <usize>channels * PARTIAL_BYTES) {
      plain = gather(plain, v128.load(from));
      centred = gather(centred, v128.load(from, 16));
    }
    const coefficient = <usize>word(operation, NORM_COEFFICIENTS) + <usize>channel * COEFFICIENT_BYTES;
    const inverse = <f64>real(coefficient, COEFFICIENT_DEVIATION_INVERSE);
    const at = (<usize>channel) << 2;
    const scale = <usize>word(operation, NORM_SCALE) + at;
    const slope = <f64>load<f32>(scale) * inverse;
    store<f32>(coefficient, <f32>slope, COEFFICIENT_SLOPE * 4);
    store<f32>(coefficient, <f32>((-slope * inverse * inverse * both(centred)) / n), COEFFICIENT_CURVE * 4);
    store<f32>(coefficient, <f32>((-slope * both(plain)) / n), COEFFICIENT_LEVEL * 4);
    descendOne(<f32>(inverse * both(centred)), scale, <usize>word(operation, NORM_SCALE_MOMENTA) + at, step);
    descendOne(
      <f32>both(plain),
      <usize>word(operation, NORM_SHIFT) + at,
      <usize>word(operation, NORM_SHIFT_MOMENTA) + at,
      step,
    );
  }
}

/** One strip of dz; it may be where dy does. Samples that only fill up get none. */
export function normBackward(operation: usize, tile: u32, strip: u32, step: usize): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const mode = word(operation, OPERATION_BACKWARD_MODE);
  const lanes = sampleLanes(step, tile);
  const coefficients = <usize>word(operation, NORM_COEFFICIENTS);
  const end = coefficients + <usize>word(input, TENSOR_CHANNELS) * COEFFICIENT_BYTES;
  const width = word(input, TENSOR_WIDTH);
  const last = stripStart(input, strip + 1);
  for (let row = stripStart(input, strip); row < last; row++) {
    let z = valueRow(input, tile, row);
    let dy = gradientRow(output, tile, row);
    let dz = gradientRow(input, tile, row);
    for (let column: u32 = 0; column < width; column++)
      for (let coefficient = coefficients; coefficient < end; coefficient += COEFFICIENT_BYTES) {
        const mean = v128.load32_splat(coefficient, COEFFICIENT_MEAN * 4);
        const slope = v128.load32_splat(coefficient, COEFFICIENT_SLOPE * 4);
        const curve = v128.load32_splat(coefficient, COEFFICIENT_CURVE * 4);
        const level = v128.load32_splat(coefficient, COEFFICIENT_LEVEL * 4);
        for (let at: usize = 0; at < <usize>TILE_BYTES; at += 16) {
          const bent = madd(f32x4.sub(v128.load(z + at), mean), curve, level);
          const gradient = v128.and(madd(v128.load(dy + at), slope, bent), v128.load(lanes + at));
          leaveGradient(gradient, dz + at, z + at, mode);
        }
        z += TILE_BYTES;
        dy += TILE_BYTES;
        dz += TILE_BYTES;
      }
  }
}
