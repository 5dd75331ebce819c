import {
  DROPOUT_FACTOR,
  DROPOUT_STREAM,
  DROPOUT_THRESHOLD,
  OPERATION_BACKWARD_MODE,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  STEP_DROPOUT_SEED,
  STEP_TRAINING,
  TENSOR_HEIGHT,
  TENSOR_PIXEL_BYTES,
  TENSOR_WIDTH,
  TILE,
  TILE_BYTES,
} from './layout';
import { real, word } from './simd';
import { gradientRow, leaveGradient, stripStart, valueRow } from './tensor';

/**
 * One strip of dropout: a feature of a sample stays where a hash of the step's seed, the layer and its index reaches
 * the threshold, and is scaled up then; when not training, all stay as they are. Backward asks the hash again.
 */
export function dropoutForward(operation: usize, tile: u32, strip: u32, step: usize): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const bytes = <usize>word(output, TENSOR_WIDTH) * word(output, TENSOR_PIXEL_BYTES);
  const training = word(step, STEP_TRAINING) != 0;
  const last = stripStart(output, strip + 1);
  for (let row = stripStart(output, strip); row < last; row++) {
    const x = valueRow(input, tile, row);
    const y = valueRow(output, tile, row);
    if (!training) {
      memory.copy(y, x, bytes);
      continue;
    }
    for (let at: usize = 0; at < bytes; at += 16)
      v128.store(y + at, kept(operation, step, tile, row, at, v128.load(x + at)));
  }
}

export function dropoutBackward(operation: usize, tile: u32, strip: u32, step: usize): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const bytes = <usize>word(input, TENSOR_WIDTH) * word(input, TENSOR_PIXEL_BYTES);
  const mode = word(operation, OPERATION_BACKWARD_MODE);
  const last = stripStart(input, strip + 1);
  for (let row = stripStart(input, strip); row < last; row++) {
    const from = gradientRow(output, tile, row);
    const to = gradientRow(input, tile, row);
    const value = valueRow(input, tile, row);
    for (let at: usize = 0; at < bytes; at += 16)
      leaveGradient(kept(operation, step, tile, row, at, v128.load(from + at)), to + at, value + at, mode);
  }
}

/** Four samples of one feature, those that are dropped as zeros. `at`: bytes from the beginning of the image row. */
// @ts-ignore: decorator
@inline
function kept(operation: usize, step: usize, tile: u32, row: u32, at: usize, values: v128): v128 {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const rowFeatures = (word(output, TENSOR_WIDTH) * word(output, TENSOR_PIXEL_BYTES)) / TILE_BYTES;
  const feature = row * rowFeatures + <u32>at / TILE_BYTES;
  const sample = tile * TILE + ((<u32>at & (TILE_BYTES - 1)) >> 2);
  const features = word(output, TENSOR_HEIGHT) * rowFeatures;
  const first = sample * features + feature;
  // Two rounds of a multiply-xorshift mixer over a counter (the finalizer of MurmurHash3).
  let h = i32x4.add(i32x4.splat(first), i32x4.mul(i32x4.splat(features), i32x4(0, 1, 2, 3)));
  h = v128.xor(i32x4.mul(h, i32x4.splat(0x9e3779b1)), i32x4.splat(word(step, STEP_DROPOUT_SEED)));
  h = i32x4.add(mixed(h), i32x4.splat(word(operation, DROPOUT_STREAM)));
  h = mixed(h);
  const stays = i32x4.ge_u(h, i32x4.splat(word(operation, DROPOUT_THRESHOLD)));
  return v128.and(f32x4.mul(values, f32x4.splat(real(operation, DROPOUT_FACTOR))), stays);
}

// @ts-ignore: decorator
@inline
function mixed(x: v128): v128 {
  let h = v128.xor(x, i32x4.shr_u(x, 16));
  h = i32x4.mul(h, i32x4.splat(0x85ebca6b));
  h = v128.xor(h, i32x4.shr_u(h, 13));
  h = i32x4.mul(h, i32x4.splat(0xc2b2ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}
