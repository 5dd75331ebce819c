import {
  LINEAR_BACKWARD_MODE,
  LINEAR_BIASES,
  LINEAR_BIAS_GRADIENTS,
  LINEAR_BIAS_MOMENTA,
  LINEAR_COLUMN_OFFSETS,
  LINEAR_COLUMN_STARTS,
  LINEAR_COLUMN_WEIGHTS,
  LINEAR_FORWARD_MODE,
  LINEAR_GRADIENTS,
  LINEAR_INPUT,
  LINEAR_INPUTS,
  LINEAR_INPUT_GRADIENT,
  LINEAR_MOMENTA,
  LINEAR_OFFSETS,
  LINEAR_OUTPUT,
  LINEAR_OUTPUTS,
  LINEAR_OUTPUT_GRADIENT,
  LINEAR_PLACES,
  LINEAR_STARTS,
  LINEAR_VARIANT,
  LINEAR_WEIGHTS,
  ROW_BLOCK,
  STEP_TILES,
  TILE_BYTES,
} from './layout';
import { fourDots, rowSum } from './sddmm';
import { descend, descendOne, scatterLanes, storeLanes } from './sgd';
import { word } from './simd';
import { spmmHalves, spmmWhole } from './spmm';

/** One tile of Y = W X + b, through ReLU where the operation says so. */
export function linearForward(operation: usize, tile: u32): void {
  multiply(
    word(operation, LINEAR_VARIANT),
    word(operation, LINEAR_OUTPUTS),
    word(operation, LINEAR_STARTS),
    word(operation, LINEAR_OFFSETS),
    word(operation, LINEAR_WEIGHTS),
    word(operation, LINEAR_BIASES),
    <usize>word(operation, LINEAR_INPUT) + <usize>tile * word(operation, LINEAR_INPUTS) * TILE_BYTES,
    <usize>word(operation, LINEAR_OUTPUT) + <usize>tile * word(operation, LINEAR_OUTPUTS) * TILE_BYTES,
    word(operation, LINEAR_FORWARD_MODE),
    0,
  );
}

/** One tile of dX = W' dY, masked where the input came through a ReLU. */
export function linearBackward(operation: usize, tile: u32): void {
  if (!word(operation, LINEAR_INPUT_GRADIENT)) return;
  const inputBytes = <usize>tile * word(operation, LINEAR_INPUTS) * TILE_BYTES;
  multiply(
    word(operation, LINEAR_VARIANT),
    word(operation, LINEAR_INPUTS),
    word(operation, LINEAR_COLUMN_STARTS),
    word(operation, LINEAR_COLUMN_OFFSETS),
    word(operation, LINEAR_COLUMN_WEIGHTS),
    0,
    <usize>word(operation, LINEAR_OUTPUT_GRADIENT) + <usize>tile * word(operation, LINEAR_OUTPUTS) * TILE_BYTES,
    <usize>word(operation, LINEAR_INPUT_GRADIENT) + inputBytes,
    word(operation, LINEAR_BACKWARD_MODE),
    <usize>word(operation, LINEAR_INPUT) + inputBytes,
  );
}

function multiply(
  variant: u32,
  rows: u32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  mode: u32,
  mask: usize,
): void {
  if (variant == 0) spmmWhole(rows, starts, offsets, weights, biases, x, y, mode, mask);
  else spmmHalves(rows, starts, offsets, weights, biases, x, y, mode, mask);
}

/** How many row blocks a linear operation has: weights and rows in each are about ROW_BLOCK together. */
export function linearBlocks(operation: usize): u32 {
  const rows = word(operation, LINEAR_OUTPUTS);
  return (load<u32>(<usize>word(operation, LINEAR_STARTS) + ((<usize>rows) << 2)) + rows) / ROW_BLOCK + 1;
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
 * Gradients of the weights and biases of one block of rows over all tiles. With `store` they are left in the
 * operation's gradient arrays; otherwise the optimiser step follows at once and the transposed copy is kept in step.
 */
export function linearUpdate(operation: usize, block: u32, step: usize, keep: bool): void {
  const rows = word(operation, LINEAR_OUTPUTS);
  const starts = <usize>word(operation, LINEAR_STARTS);
  const first = firstRow(starts, rows, block * ROW_BLOCK);
  const last = firstRow(starts, rows, (block + 1) * ROW_BLOCK);
  const offsets = <usize>word(operation, LINEAR_OFFSETS);
  const weights = <usize>word(operation, LINEAR_WEIGHTS);
  const momenta = <usize>word(operation, LINEAR_MOMENTA);
  const columnWeights = <usize>word(operation, LINEAR_COLUMN_WEIGHTS);
  const places = <usize>word(operation, LINEAR_PLACES);
  const biases = <usize>word(operation, LINEAR_BIASES);
  const x = <usize>word(operation, LINEAR_INPUT);
  const dy = <usize>word(operation, LINEAR_OUTPUT_GRADIENT);
  const inputStride = <usize>word(operation, LINEAR_INPUTS) * TILE_BYTES;
  const gradientStride = <usize>rows * TILE_BYTES;
  const tiles = word(step, STEP_TILES);
  const gradients = <usize>word(operation, LINEAR_GRADIENTS);

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
      if (keep) {
        storeLanes(gradients + at, g, lanes);
        continue;
      }
      const w = descend(g, v128.load(weights + at), momenta + at, lanes, step);
      storeLanes(weights + at, w, lanes);
      if (places) scatterLanes(columnWeights, places + at, w, lanes);
    }
    if (!biases) continue;
    const g = rowSum(gradient, gradientStride, tiles);
    if (keep) store<f32>(<usize>word(operation, LINEAR_BIAS_GRADIENTS) + ((<usize>row) << 2), g);
    else
      descendOne(
        g,
        biases + ((<usize>row) << 2),
        <usize>word(operation, LINEAR_BIAS_MOMENTA) + ((<usize>row) << 2),
        step,
      );
  }
}
