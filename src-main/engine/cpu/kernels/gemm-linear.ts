import {
  dotBlock,
  GEMM_DEPTH,
  GEMM_ROWS,
  GEMM_SAMPLE_BYTES,
  multiplyBlock,
  multiplyTransposedBlock,
} from './gemm';
import {
  DENSE_ACTIVE,
  DENSE_BACKWARD_MODE,
  DENSE_BIASES,
  DENSE_BIAS_GRADIENTS,
  DENSE_BIAS_MOMENTA,
  DENSE_COLUMNS,
  DENSE_FORWARD_MODE,
  DENSE_GRADIENTS,
  DENSE_INPUT,
  DENSE_INPUTS,
  DENSE_INPUT_GRADIENT,
  DENSE_INPUT_OFFSETS,
  DENSE_MOMENTA,
  DENSE_OUTPUT,
  DENSE_OUTPUTS,
  DENSE_OUTPUT_GRADIENT,
  DENSE_OUTPUT_OFFSETS,
  DENSE_ROWS,
  DENSE_SCRATCH,
  DENSE_SCRATCH_BYTES,
  DENSE_STRIDE,
  DENSE_SUMS_BYTES,
  DENSE_WEIGHTS,
} from './gemm-layout';
import { MODE_PLAIN, STEP_TILES, TILE_BYTES } from './layout';
import { rowSum } from './sddmm';
import { descend, descendOne, storeLanes } from './sgd';
import { sums, word } from './simd';

/** Columns whose inputs stay in the nearest cache while the rows of a block go by. */
const NEAR_COLUMNS: u32 = 16;

/** One tile of Y = W X + b, through ReLU where the operation says so. */
export function denseForward(operation: usize, tile: u32): void {
  const inputs = word(operation, DENSE_INPUTS);
  const outputs = word(operation, DENSE_OUTPUTS);
  const stride = <usize>word(operation, DENSE_STRIDE);
  const weights = <usize>word(operation, DENSE_WEIGHTS);
  const biases = <usize>word(operation, DENSE_BIASES);
  const table = <usize>word(operation, DENSE_INPUT_OFFSETS);
  const x = <usize>word(operation, DENSE_INPUT) + <usize>tile * inputs * TILE_BYTES;
  const y = <usize>word(operation, DENSE_OUTPUT) + <usize>tile * outputs * TILE_BYTES;
  const mode = word(operation, DENSE_FORWARD_MODE);
  for (let k: u32 = 0; k < inputs; k += GEMM_DEPTH) {
    const depth = min(GEMM_DEPTH, inputs - k);
    const modeHere = k + depth == inputs ? mode : MODE_PLAIN;
    for (let row: u32 = 0; row < outputs; row += GEMM_ROWS) {
      const w = weights + <usize>row * stride + (<usize>k << 2);
      const biasesHere = biases ? biases + (<usize>row << 2) : 0;
      for (let s: usize = 0; s < <usize>TILE_BYTES; s += GEMM_SAMPLE_BYTES)
        multiplyBlock(
          w,
          stride,
          outputs - row,
          x + s,
          table + (<usize>k << 2),
          depth,
          y + <usize>row * TILE_BYTES + s,
          TILE_BYTES,
          k == 0,
          biasesHere,
          modeHere,
          0,
        );
    }
  }
}

/** One tile of dX = W' dY, masked where the input came through a ReLU. Reads the weights as they lie, row by row. */
export function denseBackward(operation: usize, tile: u32): void {
  if (!word(operation, DENSE_INPUT_GRADIENT)) return;
  const inputs = word(operation, DENSE_INPUTS);
  const outputs = word(operation, DENSE_OUTPUTS);
  const stride = <usize>word(operation, DENSE_STRIDE);
  const weights = <usize>word(operation, DENSE_WEIGHTS);
  const table = <usize>word(operation, DENSE_OUTPUT_OFFSETS);
  const inputBytes = <usize>tile * inputs * TILE_BYTES;
  const dy = <usize>word(operation, DENSE_OUTPUT_GRADIENT) + <usize>tile * outputs * TILE_BYTES;
  const dx = <usize>word(operation, DENSE_INPUT_GRADIENT) + inputBytes;
  const x = <usize>word(operation, DENSE_INPUT) + inputBytes;
  const mode = word(operation, DENSE_BACKWARD_MODE);
  for (let k: u32 = 0; k < outputs; k += GEMM_DEPTH) {
    const depth = min(GEMM_DEPTH, outputs - k);
    const modeHere = k + depth == outputs ? mode : MODE_PLAIN;
    for (let column: u32 = 0; column < inputs; column += GEMM_ROWS) {
      const w = weights + <usize>k * stride + (<usize>column << 2);
      const at = <usize>column * TILE_BYTES;
      for (let s: usize = 0; s < <usize>TILE_BYTES; s += GEMM_SAMPLE_BYTES)
        multiplyTransposedBlock(
          w,
          stride,
          inputs - column,
          dy + s,
          table + (<usize>k << 2),
          depth,
          dx + at + s,
          TILE_BYTES,
          k == 0,
          modeHere,
          x + at + s,
        );
    }
  }
}

export function denseBlocks(operation: usize): u32 {
  return (word(operation, DENSE_OUTPUTS) + DENSE_ROWS - 1) / DENSE_ROWS;
}

/**
 * Gradients of the weights and biases of one block of rows over all tiles. With `keep` they are left in the operation's
 * gradient arrays; otherwise the optimiser step follows, on active weights only.
 */
export function denseUpdate(operation: usize, block: u32, step: usize, keep: bool, thread: u32): void {
  const inputs = word(operation, DENSE_INPUTS);
  const outputs = word(operation, DENSE_OUTPUTS);
  const stride = <usize>word(operation, DENSE_STRIDE);
  const scratch = <usize>word(operation, DENSE_SCRATCH) + <usize>thread * DENSE_SCRATCH_BYTES;
  const tiles = word(step, STEP_TILES);
  const first = block * DENSE_ROWS;
  const last = min(first + DENSE_ROWS, outputs);
  for (let column: u32 = 0; column < inputs; column += DENSE_COLUMNS) {
    const count = min(<u32>DENSE_COLUMNS, inputs - column);
    blockGradients(operation, first, last - first, column, count, tiles, scratch);
    // Gradients first, then whole stretches of each row: the weights come from far away, and in order they come sooner.
    for (let row = first; row < last; row++) {
      const g = scratch + DENSE_SUMS_BYTES + <usize>(row - first) * DENSE_COLUMNS * 4;
      stepRow(operation, g, <usize>row * stride + (<usize>column << 2), count, step, keep);
    }
  }

  const biases = <usize>word(operation, DENSE_BIASES);
  if (!biases) return;
  const dy = <usize>word(operation, DENSE_OUTPUT_GRADIENT);
  for (let row = first; row < last; row++) {
    const g = rowSum(dy + <usize>row * TILE_BYTES, <usize>outputs * TILE_BYTES, tiles);
    const at = <usize>row << 2;
    if (keep) store<f32>(<usize>word(operation, DENSE_BIAS_GRADIENTS) + at, g);
    else descendOne(g, biases + at, <usize>word(operation, DENSE_BIAS_MOMENTA) + at, step);
  }
}

/** Gradients of `rows` x `columns` weights, into scratch rows of DENSE_COLUMNS. */
function blockGradients(
  operation: usize,
  firstRow: u32,
  rows: u32,
  firstColumn: u32,
  columns: u32,
  tiles: u32,
  scratch: usize,
): void {
  const dStride = <usize>word(operation, DENSE_OUTPUTS) * TILE_BYTES;
  const xStride = <usize>word(operation, DENSE_INPUTS) * TILE_BYTES;
  const table = <usize>word(operation, DENSE_INPUT_OFFSETS) + (<usize>firstColumn << 2);
  const x = <usize>word(operation, DENSE_INPUT);
  const dy = <usize>word(operation, DENSE_OUTPUT_GRADIENT) + <usize>firstRow * TILE_BYTES;
  for (let near: u32 = 0; near < columns; near += NEAR_COLUMNS) {
    const end = min(near + NEAR_COLUMNS, columns);
    for (let row: u32 = 0; row < rows; row += 2) {
      const d0 = dy + <usize>row * TILE_BYTES;
      const d1 = row + 1 < rows ? d0 + TILE_BYTES : d0;
      const g = scratch + DENSE_SUMS_BYTES + <usize>row * DENSE_COLUMNS * 4;
      for (let c = near; c < end; c += 4) {
        // Columns and rows that are not there repeat others; nobody reads what comes of them.
        const offsets = table + (<usize>c << 2);
        const x0 = x + load<u32>(offsets);
        const x1 = c + 1 < end ? x + load<u32>(offsets, 4) : x0;
        const x2 = c + 2 < end ? x + load<u32>(offsets, 8) : x0;
        const x3 = c + 3 < end ? x + load<u32>(offsets, 12) : x0;
        dotBlock(d0, d1, x0, x1, x2, x3, dStride, xStride, tiles, true, scratch);
        dotBlock(d0 + 16, d1 + 16, x0 + 16, x1 + 16, x2 + 16, x3 + 16, dStride, xStride, tiles, true, scratch + 128);
        v128.store(g + (<usize>c << 2), laneSums(scratch));
        v128.store(g + (<usize>c << 2), laneSums(scratch + 64), DENSE_COLUMNS * 4);
      }
    }
  }
}

/** Four gradients from their running sums, even ones here and odd ones 128 bytes further. */
// @ts-ignore: decorator
@inline
function laneSums(even: usize): v128 {
  return sums(
    f32x4.add(v128.load(even), v128.load(even, 128)),
    f32x4.add(v128.load(even, 16), v128.load(even, 144)),
    f32x4.add(v128.load(even, 32), v128.load(even, 160)),
    f32x4.add(v128.load(even, 48), v128.load(even, 176)),
  );
}

/** Keeps `count` gradients, or makes their step, `at` bytes into the layer's weights. */
function stepRow(operation: usize, gradients: usize, at: usize, count: u32, step: usize, keep: bool): void {
  if (keep) {
    memory.copy(<usize>word(operation, DENSE_GRADIENTS) + at, gradients, <usize>count << 2);
    return;
  }
  const weights = <usize>word(operation, DENSE_WEIGHTS) + at;
  const momenta = <usize>word(operation, DENSE_MOMENTA) + at;
  const active = <usize>word(operation, DENSE_ACTIVE);
  for (let i: u32 = 0; i < count; i += 4) {
    const here = <usize>i << 2;
    let g = v128.load(gradients + here);
    if (active) {
      // Weight and momentum of an inactive place are zero, and without a gradient they stay so.
      const bits = i32x4.splat(<i32>load<u8>(active + ((at + here) >> 5)) >> (<i32>((at + here) >> 2) & 4));
      g = v128.and(g, i32x4.ne(v128.and(bits, i32x4(1, 2, 4, 8)), i32x4.splat(0)));
    }
    const w = descend(g, v128.load(weights + here), momenta + here, count - i, step);
    storeLanes(weights + here, w, count - i);
  }
}
