import {
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  STEP_TILES,
  TENSOR_CHANNELS,
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
  WEIGHTS_MOMENTA,
  WEIGHTS_OFFSETS,
  WEIGHTS_PLACES,
  WEIGHTS_STARTS,
  WEIGHTS_STRIDE,
  WEIGHTS_WEIGHTS,
} from './layout';
import { fourDots, rowSum, windowDots, windowSum } from './sddmm';
import { descend, descendOne, scatterLanes, storeLanes } from './sgd';
import { word } from './simd';
import { gradientRow, stripStart, valueRow } from './tensor';
import { windowRow } from './weights';

/** Row blocks of a layer: weights and rows in each are about WEIGHTS_BLOCK together. */
export function weightsBlocks(operation: usize): u32 {
  const rows = word(word(operation, OPERATION_OUTPUT), TENSOR_CHANNELS);
  const weights = load<u32>(<usize>word(operation, WEIGHTS_STARTS) + ((<usize>rows) << 2));
  return (weights + rows) / word(operation, WEIGHTS_BLOCK) + 1;
}

/** First row whose weights and rows before it are at least `quota`; their sum grows with every row. */
function firstRow(starts: usize, rows: u32, quota: u32): u32 {
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
export function weightsUpdate(operation: usize, block: u32, step: usize, keep: bool): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const rows = word(output, TENSOR_CHANNELS);
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const quota = word(operation, WEIGHTS_BLOCK);
  const first = firstRow(starts, rows, block * quota);
  const last = firstRow(starts, rows, (block + 1) * quota);
  if (word(output, TENSOR_HEIGHT) * word(output, TENSOR_WIDTH) == 1) updateOnePlace(operation, first, last, step, keep);
  else updateImages(operation, first, last, step, keep);
}

/** Where a layer has one place, a weight's whole gradient is one dot product: nothing is stored on the way. */
function updateOnePlace(operation: usize, first: u32, last: u32, step: usize, keep: bool): void {
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
 * Where it has many, strips of places come in the outer loop, so that their activations are still in the cache for the
 * next row; the gradients collect in the operation's arrays.
 */
function updateImages(operation: usize, first: u32, last: u32, step: usize, keep: bool): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const gradients = <usize>word(operation, WEIGHTS_GRADIENTS);
  const biasGradients = <usize>word(operation, WEIGHTS_BIAS_GRADIENTS);
  const from = load<u32>(starts + ((<usize>first) << 2));
  const count = load<u32>(starts + ((<usize>last) << 2)) - from;
  memory.fill(gradients + ((<usize>from) << 2), 0, (<usize>count) << 2);
  if (biasGradients) memory.fill(biasGradients + ((<usize>first) << 2), 0, (<usize>(last - first)) << 2);
  const tiles = word(step, STEP_TILES);
  const strips = word(output, TENSOR_STRIPS);
  for (let tile: u32 = 0; tile < tiles; tile++)
    for (let strip: u32 = 0; strip < strips; strip++) addStrip(operation, first, last, tile, strip);
  if (keep) return;
  const end = (from + count) << 2;
  for (let at = from << 2; at < end; at += 16)
    descendFour(operation, at, v128.load(gradients + at), (end - at) >> 2, step);
  if (!biasGradients) return;
  for (let row = first; row < last; row++)
    leaveBias(operation, row, load<f32>(biasGradients + ((<usize>row) << 2)), step, false);
}

function addStrip(operation: usize, first: u32, last: u32, tile: u32, strip: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const offsets = <usize>word(operation, WEIGHTS_OFFSETS);
  const gradients = <usize>word(operation, WEIGHTS_GRADIENTS);
  const biasGradients = <usize>word(operation, WEIGHTS_BIAS_GRADIENTS);
  const y0 = stripStart(output, strip);
  const height = stripStart(output, strip + 1) - y0;
  const width = word(output, TENSOR_WIDTH);
  const stride = word(operation, WEIGHTS_STRIDE);
  const x = windowRow(operation, tile, y0);
  const dy = gradientRow(output, tile, y0);
  const place = <usize>word(output, TENSOR_PIXEL_BYTES);
  const inputPlace = <usize>stride * word(input, TENSOR_PIXEL_BYTES);
  // What is left to the next row once a whole one has gone by.
  const rest = gradientRow(output, 0, 1) - gradientRow(output, 0, 0) - <usize>width * place;
  const inputRest = <usize>stride * word(input, TENSOR_VALUE_ROW_BYTES) - <usize>width * inputPlace;
  for (let row = first; row < last; row++) {
    const gradient = dy + <usize>row * TILE_BYTES;
    const end = load<u32>(starts + ((<usize>row) << 2), 4) << 2;
    for (let at = load<u32>(starts + ((<usize>row) << 2)) << 2; at < end; at += 16) {
      const lanes = (end - at) >> 2;
      const o0 = load<u32>(offsets + at);
      const o1 = lanes > 1 ? load<u32>(offsets + at, 4) : o0;
      const o2 = lanes > 2 ? load<u32>(offsets + at, 8) : o1;
      const o3 = lanes > 3 ? load<u32>(offsets + at, 12) : o2;
      const g = windowDots(gradient, x + o0, x + o1, x + o2, x + o3, place, inputPlace, rest, inputRest, width, height);
      storeLanes(gradients + at, f32x4.add(v128.load(gradients + at), g), lanes);
    }
    if (!biasGradients) continue;
    const bias = biasGradients + ((<usize>row) << 2);
    store<f32>(bias, load<f32>(bias) + windowSum(gradient, place, rest, width, height));
  }
}

// @ts-ignore: decorator
@inline
function descendFour(operation: usize, at: u32, gradient: v128, lanes: u32, step: usize): void {
  const weights = <usize>word(operation, WEIGHTS_WEIGHTS);
  const places = <usize>word(operation, WEIGHTS_PLACES);
  const w = descend(gradient, v128.load(weights + at), <usize>word(operation, WEIGHTS_MOMENTA) + at, lanes, step);
  storeLanes(weights + at, w, lanes);
  if (places) scatterLanes(word(operation, WEIGHTS_COLUMN_WEIGHTS), places + at, w, lanes);
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
