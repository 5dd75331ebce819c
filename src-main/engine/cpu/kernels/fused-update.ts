import {
  HALF_BYTES,
  OPERATION_BACKWARD_MODE,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  PASS_FIRST_ROW,
  PASS_HEIGHT,
  PASS_KERNEL,
  PASS_ROWS,
  PASS_WIDTH,
  PASS_WINDOW,
  PASS_WORDS,
  PASS_X,
  PASS_Y,
  STEP_SCRATCH,
  STEP_SCRATCH_STRIDE,
  STEP_TILES,
  TENSOR_CHANNELS,
  TENSOR_GRADIENT_ROW_BYTES,
  TENSOR_PIXEL_BYTES,
  TILE_BYTES,
  WEIGHTS_BIASES,
  WEIGHTS_BLOCK,
  WEIGHTS_COLUMN_OFFSETS,
  WEIGHTS_COLUMN_STARTS,
  WEIGHTS_COLUMN_WEIGHTS,
  WEIGHTS_MOMENTA,
  WEIGHTS_PASSES,
  WEIGHTS_PASS_COUNT,
  WEIGHTS_PERMUTATION,
  WEIGHTS_STRIDE,
  WEIGHTS_WEIGHTS,
} from './layout';
import { descendOne } from './sgd';
import { sums, word } from './simd';
import { RUNNING_BYTES, spmmDots } from './spmm-dots';
import { gradientRow, valueRow } from './tensor';
import { touch } from './weights';
import { firstRow, updateBiases } from './weights-update';

/** Rows of the turned matrix. */
// @ts-ignore: decorator
@inline
function turnedRows(operation: usize): u32 {
  const stride = word(operation, WEIGHTS_STRIDE);
  return stride * stride * word(<usize>word(operation, OPERATION_INPUT), TENSOR_CHANNELS);
}

/** Blocks of turned rows: weights and rows in each are about WEIGHTS_BLOCK together. */
export function fusedBlocks(operation: usize): u32 {
  const rows = turnedRows(operation);
  const weights = load<u32>(<usize>word(operation, WEIGHTS_COLUMN_STARTS) + ((<usize>rows) << 2));
  return (weights + rows - 1) / word(operation, WEIGHTS_BLOCK) + 1;
}

/**
 * For one block of turned rows, over the whole batch: the gradient of their inputs, the gradients of their weights, and
 * the optimiser's step of these. A weight's sums are those of `weightsUpdate`, pixel by pixel in the same order; what the
 * halo would add there is zero.
 */
export function fusedUpdate(operation: usize, block: u32, step: usize, thread: u32): void {
  const starts = <usize>word(operation, WEIGHTS_COLUMN_STARTS);
  const rows = turnedRows(operation);
  const quota = word(operation, WEIGHTS_BLOCK);
  const first = firstRow(starts, rows, block * quota);
  const last = firstRow(starts, rows, (block + 1) * quota);
  const from = load<u32>(starts + ((<usize>first) << 2));
  const count = load<u32>(starts + ((<usize>last) << 2)) - from;
  const running = <usize>word(step, STEP_SCRATCH) + <usize>thread * word(step, STEP_SCRATCH_STRIDE);
  const gradients = running + <usize>count * RUNNING_BYTES;
  memory.fill(running, 0, <usize>count * (RUNNING_BYTES + 4));
  const passes = <usize>word(operation, WEIGHTS_PASSES);
  const passCount = word(operation, WEIGHTS_PASS_COUNT);
  const tiles = word(step, STEP_TILES);
  for (let tile: u32 = 0; tile < tiles; tile++) {
    for (let i: u32 = 0; i < passCount; i++)
      passBack(operation, passes + <usize>i * PASS_WORDS * 4, tile, first, last, from, running);
    fold(running, gradients, count);
  }
  const weights = <usize>word(operation, WEIGHTS_WEIGHTS);
  const momenta = <usize>word(operation, WEIGHTS_MOMENTA);
  const turnedWeights = <usize>word(operation, WEIGHTS_COLUMN_WEIGHTS) + (<usize>from << 2);
  const permutation = <usize>word(operation, WEIGHTS_PERMUTATION) + (<usize>from << 2);
  for (let at: usize = 0; at < <usize>count << 2; at += 4) {
    const index = <usize>load<u32>(permutation + at) << 2;
    descendOne(load<f32>(gradients + at), weights + index, momenta + index, step);
    store<f32>(turnedWeights + at, load<f32>(weights + index));
  }
  if (word(operation, WEIGHTS_BIASES)) {
    const outputs = word(<usize>word(operation, OPERATION_OUTPUT), TENSOR_CHANNELS);
    const blocks = fusedBlocks(operation);
    updateBiases(operation, (block * outputs) / blocks, ((block + 1) * outputs) / blocks, step, false);
  }
}

/** Those turned rows of a block that one pass holds, at all of its pixels. */
function passBack(
  operation: usize,
  pass: usize,
  tile: u32,
  firstOfBlock: u32,
  lastOfBlock: u32,
  fromWeight: u32,
  blockRunning: usize,
): void {
  const firstOfPass = word(pass, PASS_FIRST_ROW);
  const first = max<u32>(firstOfBlock, firstOfPass);
  const last = min<u32>(lastOfBlock, firstOfPass + word(pass, PASS_ROWS));
  if (first >= last) return;
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const stride = word(operation, WEIGHTS_STRIDE);
  const fromX = word(pass, PASS_X);
  const width = word(pass, PASS_WIDTH);
  const height = word(pass, PASS_HEIGHT);
  const starts = <usize>word(operation, WEIGHTS_COLUMN_STARTS) + (<usize>first << 2);
  const running = blockRunning + <usize>(load<u32>(starts) - fromWeight) * RUNNING_BYTES;
  const pixelBytes = <usize>word(input, TENSOR_PIXEL_BYTES);
  const outputPixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
  const windowRowBytes = <usize>word(output, TENSOR_GRADIENT_ROW_BYTES);
  const reach = word(pass, PASS_KERNEL);
  const reachBytes = <usize>(reach >> 16) * outputPixelBytes;
  const mode = word(operation, OPERATION_BACKWARD_MODE);
  const channel = <usize>(first - firstOfPass) * TILE_BYTES;
  const offsets = <usize>word(operation, WEIGHTS_COLUMN_OFFSETS);
  const weights = <usize>word(operation, WEIGHTS_COLUMN_WEIGHTS);
  let y = word(pass, PASS_Y);
  for (let i: u32 = 0; i < height; i++, y += stride) {
    let dy = gradientRow(output, tile, 0) + <usize>word(pass, PASS_WINDOW) + <usize>i * windowRowBytes;
    let dx = gradientRow(input, tile, y) + <usize>fromX * pixelBytes + channel;
    let x = valueRow(input, tile, y) + <usize>fromX * pixelBytes + channel;
    touch(dy, reachBytes, windowRowBytes, reach & 0xffff);
    for (let j: u32 = 0; j < width; j++) {
      if (j + 1 < width) touch(dy + reachBytes, outputPixelBytes, windowRowBytes, reach & 0xffff);
      spmmDots(last - first, starts, offsets, weights, dy, dx, x, running, mode, 0);
      spmmDots(last - first, starts, offsets, weights, dy, dx, x, running, mode, HALF_BYTES);
      dy += outputPixelBytes;
      dx += <usize>stride * pixelBytes;
      x += <usize>stride * pixelBytes;
    }
  }
}

/** Adds a tile's sums to the gradients and starts anew. */
function fold(running: usize, gradients: usize, count: u32): void {
  for (let k: u32 = 0; k < count; k++, gradients += 4) {
    const sum = f32x4.add(v128.load(running), v128.load(running, 16));
    store<f32>(gradients, load<f32>(gradients) + f32x4.extract_lane(sums(sum, sum, sum, sum), 0));
    v128.store(running, f32x4.splat(0));
    v128.store(running, f32x4.splat(0), 16);
    running += RUNNING_BYTES;
  }
}
