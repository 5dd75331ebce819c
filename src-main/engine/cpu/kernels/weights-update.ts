import {
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  SCRATCH_GROUP_BYTES,
  STEP_SCRATCH,
  STEP_SCRATCH_STRIDE,
  STEP_TILES,
  TENSOR_CHANNELS,
  TENSOR_GRADIENT_ROW_BYTES,
  TENSOR_GRADIENT_TILE_BYTES,
  TENSOR_HEIGHT,
  TENSOR_PIXEL_BYTES,
  TENSOR_STRIPS,
  TENSOR_VALUE_ROW_BYTES,
  TENSOR_VALUE_TILE_BYTES,
  TENSOR_WIDTH,
  TILE_BYTES,
  WEIGHTS_BIASES,
  WEIGHTS_BIAS_GRADIENTS,
  WEIGHTS_BIAS_MOMENTA,
  WEIGHTS_BLOCK,
  WEIGHTS_COLUMN_WEIGHTS,
  WEIGHTS_GRADIENTS,
  WEIGHTS_KERNEL,
  WEIGHTS_MOMENTA,
  WEIGHTS_OFFSETS,
  WEIGHTS_PERMUTATION,
  WEIGHTS_STARTS,
  WEIGHTS_STRIDE,
  WEIGHTS_WEIGHTS,
} from './layout';
import { addDots, fourDots, rowSum, runningSums, windowSum } from './sddmm';
import { descend, descendOne, scatterLanes, storeLanes } from './sgd';
import { word } from './simd';
import { gradientRow, stripStart, valueRow } from './tensor';
import { touch, windowRow } from './weights';

/** Pixels that go by together: more read more activations for each row, fewer their running vectors more often. */
const NEAR_PIXELS: u32 = 8;

/** Row blocks of a layer: weights and rows in each are about WEIGHTS_BLOCK together. */
export function weightsBlocks(operation: usize): u32 {
  const rows = word(word(operation, OPERATION_OUTPUT), TENSOR_CHANNELS);
  const weights = load<u32>(<usize>word(operation, WEIGHTS_STARTS) + ((<usize>rows) << 2));
  return (weights + rows) / word(operation, WEIGHTS_BLOCK) + 1;
}

/** First row whose weights and rows before it are at least `quota`; their sum grows with every row. */
export function firstRow(starts: usize, rows: u32, quota: u32): u32 {
  let low: u32 = 0;
  let high = rows;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(starts + ((<usize>middle) << 2)) + middle < quota) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Gradients of the weights and biases of one block of rows over the whole batch. With `keep` they are left in the
 * operation's gradient arrays; otherwise the optimiser step follows at once and the matrix for the way back is kept in
 * step.
 */
export function weightsUpdate(operation: usize, block: u32, step: usize, keep: bool, thread: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const rows = word(output, TENSOR_CHANNELS);
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const quota = word(operation, WEIGHTS_BLOCK);
  const first = firstRow(starts, rows, block * quota);
  const last = firstRow(starts, rows, (block + 1) * quota);
  if (word(output, TENSOR_HEIGHT) * word(output, TENSOR_WIDTH) == 1) updateOnePixel(operation, first, last, step, keep);
  else updateImages(operation, first, last, step, keep, thread);
}

/** Where a layer has one pixel, a weight's whole gradient is one dot product: nothing is stored on the way. */
function updateOnePixel(operation: usize, first: u32, last: u32, step: usize, keep: bool): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const offsets = <usize>word(operation, WEIGHTS_OFFSETS);
  const x = windowRow(operation, 0, 0);
  const dy = gradientRow(output, 0, 0);
  const inputStride = <usize>word(input, TENSOR_VALUE_TILE_BYTES);
  const gradientStride = <usize>word(output, TENSOR_GRADIENT_TILE_BYTES);
  const tiles = word(step, STEP_TILES);
  const gradients = <usize>word(operation, WEIGHTS_GRADIENTS);
  for (let row = first; row < last; row++) {
    const gradient = dy + <usize>row * TILE_BYTES;
    const end = load<u32>(starts + ((<usize>row) << 2), 4) << 2;
    for (let at = load<u32>(starts + ((<usize>row) << 2)) << 2; at < end; at += 16) {
      const lanes = (end - at) >> 2;
      // A row's last few weights are computed as four, the last one repeated.
      const o0 = load<u32>(offsets + at);
      const o1 = lanes > 1 ? load<u32>(offsets + at, 4) : o0;
      const o2 = lanes > 2 ? load<u32>(offsets + at, 8) : o1;
      const o3 = lanes > 3 ? load<u32>(offsets + at, 12) : o2;
      const g = fourDots(gradient, gradientStride, x + o0, x + o1, x + o2, x + o3, inputStride, tiles);
      if (keep) storeLanes(gradients + at, g, lanes);
      else descendFour(operation, at, g, lanes, step);
    }
    if (word(operation, WEIGHTS_BIASES))
      leaveBias(operation, row, rowSum(gradient, gradientStride, tiles), step, keep);
  }
}

/**
 * Where it has many, few of them come in the outer loop and all rows in the inner one, so that activations are still
 * near for the next row. Running vectors and the gradients of the tiles before are in the thread's scratch.
 */
function updateImages(operation: usize, first: u32, last: u32, step: usize, keep: bool, thread: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const from = load<u32>(starts + ((<usize>first) << 2)) << 2;
  const end = load<u32>(starts + ((<usize>last) << 2)) << 2;
  const running = <usize>word(step, STEP_SCRATCH) + <usize>thread * word(step, STEP_SCRATCH_STRIDE);
  let groups: u32 = 0;
  for (let row = first; row < last; row++) groups += (rowLength(starts, row) + 3) >> 2;
  const gradients = running + <usize>groups * SCRATCH_GROUP_BYTES;
  memory.fill(gradients, 0, end - from);
  const tiles = word(step, STEP_TILES);
  for (let tile: u32 = 0; tile < tiles; tile++) {
    memory.fill(running, 0, <usize>groups * SCRATCH_GROUP_BYTES);
    addTile(operation, first, last, tile, running);
    fold(starts, first, last, running, gradients);
  }
  for (let at: u32 = from; at < end; at += 16) {
    const lanes = (end - at) >> 2;
    const g = v128.load(gradients + (at - from));
    if (keep) storeLanes(<usize>word(operation, WEIGHTS_GRADIENTS) + at, g, lanes);
    else descendFour(operation, at, g, lanes, step);
  }
  if (word(operation, WEIGHTS_BIASES)) updateBiases(operation, first, last, step, keep);
}

// @ts-ignore: decorator
@inline
function rowLength(starts: usize, row: u32): u32 {
  return load<u32>(starts + ((<usize>row) << 2), 4) - load<u32>(starts + ((<usize>row) << 2));
}

function addTile(operation: usize, first: u32, last: u32, tile: u32, running: usize): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const width = word(output, TENSOR_WIDTH);
  const pixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
  const windowStepBytes = <usize>word(operation, WEIGHTS_STRIDE) * word(input, TENSOR_PIXEL_BYTES);
  const inputRow = <usize>word(input, TENSOR_VALUE_ROW_BYTES);
  const kernel = word(operation, WEIGHTS_KERNEL);
  const kernelWidth = <usize>(kernel >> 16) * word(input, TENSOR_PIXEL_BYTES);
  const block = <usize>first * TILE_BYTES;
  const blockBytes = <usize>(last - first) * TILE_BYTES;
  const height = word(output, TENSOR_HEIGHT);
  for (let y: u32 = 0; y < height; y++) {
    let x = windowRow(operation, tile, y);
    let dy = gradientRow(output, tile, y);
    touch(x, kernelWidth + (NEAR_PIXELS - 1) * windowStepBytes, inputRow, kernel & 0xffff);
    touch(dy + block, blockBytes, pixelBytes, NEAR_PIXELS);
    for (let column: u32 = 0; column < width; column += NEAR_PIXELS) {
      const count = min(NEAR_PIXELS, width - column);
      const next = min(NEAR_PIXELS, width - column - count);
      const newBytes = min(kernelWidth + <usize>(next - 1) * windowStepBytes, <usize>next * windowStepBytes);
      if (next) {
        touch(
          x + <usize>(count + next - 1) * windowStepBytes + kernelWidth - newBytes,
          newBytes,
          inputRow,
          kernel & 0xffff,
        );
        touch(dy + <usize>count * pixelBytes + block, blockBytes, pixelBytes, next);
      }
      addPixels(operation, first, last, x, dy, pixelBytes, windowStepBytes, count, running);
      x += <usize>count * windowStepBytes;
      dy += <usize>count * pixelBytes;
    }
  }
}

function addPixels(
  operation: usize,
  first: u32,
  last: u32,
  x: usize,
  dy: usize,
  pixelBytes: usize,
  windowStepBytes: usize,
  count: u32,
  running: usize,
): void {
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const offsets = <usize>word(operation, WEIGHTS_OFFSETS);
  let at = load<u32>(starts + ((<usize>first) << 2)) << 2;
  for (let row = first; row < last; row++) {
    const gradient = dy + <usize>row * TILE_BYTES;
    const end = load<u32>(starts + ((<usize>row) << 2), 4) << 2;
    for (; at + 16 <= end; at += 16, running += SCRATCH_GROUP_BYTES)
      addDots(
        running,
        gradient,
        x + load<u32>(offsets + at),
        x + load<u32>(offsets + at, 4),
        x + load<u32>(offsets + at, 8),
        x + load<u32>(offsets + at, 12),
        pixelBytes,
        windowStepBytes,
        count,
      );
    if (at == end) continue;
    // A row's last few weights are computed as four, the last one repeated.
    const o0 = load<u32>(offsets + at);
    const o1 = at + 8 <= end ? load<u32>(offsets + at, 4) : o0;
    const o2 = at + 12 <= end ? load<u32>(offsets + at, 8) : o1;
    addDots(running, gradient, x + o0, x + o1, x + o2, x + o2, pixelBytes, windowStepBytes, count);
    running += SCRATCH_GROUP_BYTES;
    at = end;
  }
}

/** Adds the gradients of one tile to those of the tiles before. */
function fold(starts: usize, first: u32, last: u32, running: usize, gradients: usize): void {
  for (let row = first; row < last; row++) {
    const bytes = rowLength(starts, row) << 2;
    for (let at: usize = 0; at < bytes; at += 16, running += SCRATCH_GROUP_BYTES)
      storeLanes(
        gradients + at,
        f32x4.add(v128.load(gradients + at), runningSums(running)),
        (<u32>(bytes - at)) >> 2,
      );
    gradients += bytes;
  }
}

/** Gradients of the biases of some rows over all pixels, strip by strip; and their step, or where they are kept. */
export function updateBiases(operation: usize, first: u32, last: u32, step: usize, keep: bool): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const tiles = word(step, STEP_TILES);
  const strips = word(output, TENSOR_STRIPS);
  const width = word(output, TENSOR_WIDTH);
  const pixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
  const rest = <usize>word(output, TENSOR_GRADIENT_ROW_BYTES) - <usize>width * pixelBytes;
  for (let row = first; row < last; row++) {
    let gradient: f32 = 0;
    for (let tile: u32 = 0; tile < tiles; tile++)
      for (let strip: u32 = 0; strip < strips; strip++) {
        const y = stripStart(output, strip);
        const dy = gradientRow(output, tile, y) + <usize>row * TILE_BYTES;
        gradient += windowSum(dy, pixelBytes, rest, width, stripStart(output, strip + 1) - y);
      }
    leaveBias(operation, row, gradient, step, keep);
  }
}

// @ts-ignore: decorator
@inline
function descendFour(operation: usize, at: u32, gradient: v128, lanes: u32, step: usize): void {
  const weights = <usize>word(operation, WEIGHTS_WEIGHTS);
  const permutation = <usize>word(operation, WEIGHTS_PERMUTATION);
  const w = descend(gradient, v128.load(weights + at), <usize>word(operation, WEIGHTS_MOMENTA) + at, lanes, step);
  storeLanes(weights + at, w, lanes);
  if (permutation) scatterLanes(word(operation, WEIGHTS_COLUMN_WEIGHTS), permutation + at, w, lanes);
}

function leaveBias(operation: usize, row: u32, gradient: f32, step: usize, keep: bool): void {
  const at = (<usize>row) << 2;
  if (keep) store<f32>(<usize>word(operation, WEIGHTS_BIAS_GRADIENTS) + at, gradient);
  else
    descendOne(
      gradient,
      <usize>word(operation, WEIGHTS_BIASES) + at,
      <usize>word(operation, WEIGHTS_BIAS_MOMENTA) + at,
      step,
    );
}
