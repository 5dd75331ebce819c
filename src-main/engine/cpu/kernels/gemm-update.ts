import { dotBlock } from './gemm';
import {
  DENSE_ACTIVE,
  DENSE_COLUMNS,
  DENSE_FAN_IN,
  DENSE_NEAR_COLUMNS,
  DENSE_OFFSETS,
  DENSE_ROWS,
  DENSE_ROW_BYTES,
  DENSE_SCRATCH,
  DENSE_SCRATCH_BYTES,
  DENSE_SUMS_BYTES,
} from './gemm-layout';
import {
  HALF_BYTES,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
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
  WEIGHTS_GRADIENTS,
  WEIGHTS_MOMENTA,
  WEIGHTS_STRIDE,
  WEIGHTS_WEIGHTS,
} from './layout';
import { rowSum, windowSum } from './sddmm';
import { descend, descendOne, storeLanes } from './sgd';
import { sums, word } from './simd';
import { gradientRow, stripStart } from './tensor';
import { windowRow } from './weights';

/** Pixels whose activations stay in the nearest cache while the weights of a block go by. */
const NEAR_PIXELS: u32 = 8;
/** Running sums of a block of 2 x 4 weights: over first halves of the samples, then over second ones. */
const PANEL_BYTES: usize = 256;

export function denseBlocks(operation: usize): u32 {
  return (word(<usize>word(operation, OPERATION_OUTPUT), TENSOR_CHANNELS) + DENSE_ROWS - 1) / DENSE_ROWS;
}

/**
 * Gradients of the weights and biases of one block of rows over the whole batch. With `keep` they are left in the
 * operation's gradient arrays; otherwise the optimiser step follows, on active weights only.
 */
export function denseUpdate(operation: usize, block: u32, step: usize, keep: bool, thread: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const fanIn = word(operation, DENSE_FAN_IN);
  const rowBytes = <usize>word(operation, DENSE_ROW_BYTES);
  const scratch = <usize>word(operation, DENSE_SCRATCH) + <usize>thread * DENSE_SCRATCH_BYTES;
  const onePixel = word(output, TENSOR_HEIGHT) * word(output, TENSOR_WIDTH) == 1;
  const tiles = word(step, STEP_TILES);
  const first = block * DENSE_ROWS;
  const rows = min(<u32>DENSE_ROWS, word(output, TENSOR_CHANNELS) - first);
  for (let column: u32 = 0; column < fanIn; column += DENSE_COLUMNS) {
    const columns = min(<u32>DENSE_COLUMNS, fanIn - column);
    for (let near: u32 = 0; near < columns; near += DENSE_NEAR_COLUMNS) {
      const nearColumns = min(<u32>DENSE_NEAR_COLUMNS, columns - near);
      const gradients = scratch + DENSE_SUMS_BYTES + (<usize>near << 2);
      if (onePixel) onePixelGradients(operation, first, rows, column + near, nearColumns, tiles, scratch, gradients);
      else imageGradients(operation, first, rows, column + near, nearColumns, tiles, scratch, gradients);
    }
    // Gradients first, then whole stretches of each row: the weights come from far away, and in order they come sooner.
    for (let row: u32 = 0; row < rows; row++) {
      const gradients = scratch + DENSE_SUMS_BYTES + <usize>row * DENSE_COLUMNS * 4;
      leaveRow(operation, gradients, <usize>(first + row) * rowBytes + (<usize>column << 2), columns, step, keep);
    }
  }
  if (!word(operation, WEIGHTS_BIASES)) return;
  for (let row = first; row < first + rows; row++) leaveBias(operation, row, onePixel, tiles, step, keep);
}

/** Over the tiles of a layer of one pixel. Scratch rows of DENSE_COLUMNS gradients are left in `gradients`. */
function onePixelGradients(
  operation: usize,
  firstRow: u32,
  rows: u32,
  firstColumn: u32,
  columns: u32,
  tiles: u32,
  scratch: usize,
  gradients: usize,
): void {
  const dStride = <usize>word(<usize>word(operation, OPERATION_OUTPUT), TENSOR_GRADIENT_TILE_BYTES);
  const xStride = <usize>word(<usize>word(operation, OPERATION_INPUT), TENSOR_VALUE_TILE_BYTES);
  const dy = gradientRow(<usize>word(operation, OPERATION_OUTPUT), 0, 0) + <usize>firstRow * TILE_BYTES;
  const x = windowRow(operation, 0, 0);
  for (let row: u32 = 0; row < rows; row += 2)
    for (let c: u32 = 0; c < columns; c += 4) {
      panel(operation, dy, row, rows, x, firstColumn, c, columns, dStride, xStride, tiles, true, scratch);
      const to = gradients + <usize>row * DENSE_COLUMNS * 4 + (<usize>c << 2);
      v128.store(to, laneSums(scratch));
      v128.store(to, laneSums(scratch + 64), DENSE_COLUMNS * 4);
    }
}

/** The same over all pixels of all tiles: each tile's sums are added to the gradients, as in the sparse kernels. */
function imageGradients(
  operation: usize,
  firstRow: u32,
  rows: u32,
  firstColumn: u32,
  columns: u32,
  tiles: u32,
  scratch: usize,
  gradients: usize,
): void {
  for (let row: u32 = 0; row < <u32>DENSE_ROWS; row++)
    memory.fill(gradients + <usize>row * DENSE_COLUMNS * 4, 0, DENSE_NEAR_COLUMNS * 4);
  for (let tile: u32 = 0; tile < tiles; tile++) {
    tileSums(operation, firstRow, rows, firstColumn, columns, tile, scratch);
    let sum = scratch;
    for (let row: u32 = 0; row < rows; row += 2)
      for (let c: u32 = 0; c < columns; c += 4, sum += PANEL_BYTES) {
        const to = gradients + <usize>row * DENSE_COLUMNS * 4 + (<usize>c << 2);
        v128.store(to, f32x4.add(v128.load(to), laneSums(sum)));
        const next = to + DENSE_COLUMNS * 4;
        v128.store(next, f32x4.add(v128.load(next), laneSums(sum + 64)));
      }
  }
}

/** Running sums of one tile, a few pixels at a time for all weights of the block. */
function tileSums(
  operation: usize,
  firstRow: u32,
  rows: u32,
  firstColumn: u32,
  columns: u32,
  tile: u32,
  scratch: usize,
): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const dStride = <usize>word(output, TENSOR_PIXEL_BYTES);
  const xStride = <usize>word(operation, WEIGHTS_STRIDE) * word(<usize>word(operation, OPERATION_INPUT), TENSOR_PIXEL_BYTES);
  const width = word(output, TENSOR_WIDTH);
  const height = word(output, TENSOR_HEIGHT);
  for (let y: u32 = 0; y < height; y++)
    for (let from: u32 = 0; from < width; from += NEAR_PIXELS) {
      const dy = gradientRow(output, tile, y) + <usize>from * dStride + <usize>firstRow * TILE_BYTES;
      const x = windowRow(operation, tile, y) + <usize>from * xStride;
      const begins = y == 0 && from == 0;
      const pixels = min(NEAR_PIXELS, width - from);
      let sum = scratch;
      for (let row: u32 = 0; row < rows; row += 2)
        for (let c: u32 = 0; c < columns; c += 4, sum += PANEL_BYTES)
          panel(operation, dy, row, rows, x, firstColumn, c, columns, dStride, xStride, pixels, begins, sum);
    }
}

/** Goes on with the running sums of up to 2 x 4 weights. Rows and columns that are not there repeat others. */
// @ts-ignore: decorator
@inline
function panel(
  operation: usize,
  dy: usize,
  row: u32,
  rows: u32,
  x: usize,
  firstColumn: u32,
  c: u32,
  columns: u32,
  dStride: usize,
  xStride: usize,
  count: u32,
  begins: bool,
  sum: usize,
): void {
  const offsets = <usize>word(operation, DENSE_OFFSETS) + (<usize>(firstColumn + c) << 2);
  const d0 = dy + <usize>row * TILE_BYTES;
  const d1 = row + 1 < rows ? d0 + TILE_BYTES : d0;
  const x0 = x + load<u32>(offsets);
  const x1 = c + 1 < columns ? x + load<u32>(offsets, 4) : x0;
  const x2 = c + 2 < columns ? x + load<u32>(offsets, 8) : x0;
  const x3 = c + 3 < columns ? x + load<u32>(offsets, 12) : x0;
  dotBlock(d0, d1, x0, x1, x2, x3, dStride, xStride, count, begins, sum);
  dotBlock(d0 + HALF_BYTES, d1 + HALF_BYTES, x0 + HALF_BYTES, x1 + HALF_BYTES, x2 + HALF_BYTES, x3 + HALF_BYTES, dStride, xStride, count, begins, sum + 128);
}

/** Four gradients from their running sums, first halves here and second halves 128 bytes further. */
// @ts-ignore: decorator
@inline
function laneSums(first: usize): v128 {
  return sums(
    f32x4.add(v128.load(first), v128.load(first, 128)),
    f32x4.add(v128.load(first, 16), v128.load(first, 144)),
    f32x4.add(v128.load(first, 32), v128.load(first, 160)),
    f32x4.add(v128.load(first, 48), v128.load(first, 176)),
  );
}

/** Keeps `count` gradients, or makes their step, `at` bytes into the layer's weights. */
function leaveRow(operation: usize, gradients: usize, at: usize, count: u32, step: usize, keep: bool): void {
  if (keep) {
    memory.copy(<usize>word(operation, WEIGHTS_GRADIENTS) + at, gradients, <usize>count << 2);
    return;
  }
  const weights = <usize>word(operation, WEIGHTS_WEIGHTS) + at;
  const momenta = <usize>word(operation, WEIGHTS_MOMENTA) + at;
  const active = <usize>word(operation, DENSE_ACTIVE);
  for (let i: u32 = 0; i < count; i += 4) {
    const here = <usize>i << 2;
    let g = v128.load(gradients + here);
    if (active) {
      // Weight and momentum of an inactive position are zero, and without a gradient they stay so.
      const bits = i32x4.splat(<i32>load<u8>(active + ((at + here) >> 5)) >> (<i32>((at + here) >> 2) & 4));
      g = v128.and(g, i32x4.ne(v128.and(bits, i32x4(1, 2, 4, 8)), i32x4.splat(0)));
    }
    const w = descend(g, v128.load(weights + here), momenta + here, count - i, step);
    storeLanes(weights + here, w, count - i);
  }
}

/** The gradient of a bias, over tiles or over strips of pixels in order. */
function leaveBias(operation: usize, row: u32, onePixel: bool, tiles: u32, step: usize, keep: bool): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const from = <usize>row * TILE_BYTES;
  let g: f32 = 0;
  if (onePixel) g = rowSum(gradientRow(output, 0, 0) + from, <usize>word(output, TENSOR_GRADIENT_TILE_BYTES), tiles);
  else {
    const width = word(output, TENSOR_WIDTH);
    const pixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
    const rest = <usize>word(output, TENSOR_GRADIENT_ROW_BYTES) - <usize>width * pixelBytes;
    const strips = word(output, TENSOR_STRIPS);
    for (let tile: u32 = 0; tile < tiles; tile++)
      for (let strip: u32 = 0; strip < strips; strip++) {
        const y = stripStart(output, strip);
        g += windowSum(gradientRow(output, tile, y) + from, pixelBytes, rest, width, stripStart(output, strip + 1) - y);
      }
  }
  const at = <usize>row << 2;
  if (keep) store<f32>(<usize>word(operation, WEIGHTS_BIAS_GRADIENTS) + at, g);
  else descendOne(g, <usize>word(operation, WEIGHTS_BIASES) + at, <usize>word(operation, WEIGHTS_BIAS_MOMENTA) + at, step);
}
