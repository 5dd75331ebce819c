import { GROWTH_DROPPED, GROWTH_FAN_IN, GROWTH_MARKS, GROWTH_MARKS_STRIDE, GROWTH_OFFSETS, GROWTH_OPERATION, GROWTH_SCRATCH, GROWTH_SCRATCH_STRIDE, GROWTH_THRESHOLD, GROWTH_TILES, ROWS_TOGETHER } from './growth-layout';
import { OPERATION_INPUT, OPERATION_OUTPUT, TENSOR_CHANNELS, TENSOR_HEIGHT, TENSOR_PIXEL_BYTES, TENSOR_WIDTH, TILE_BYTES, WEIGHTS_OFFSETS, WEIGHTS_STARTS, WEIGHTS_STRIDE } from './layout';
import { offerFour } from './growth';
import { madd, sums, word, zero } from './simd';
import { gradientRow } from './tensor';
import { windowRow } from './weights';

/**
 * Candidates among four rows, by windows: the gradients of four rows and all
 * columns collect image row by image row, so that activations pass through the cache once for each four rows.
 */
export function searchWindows(growth: usize, block: u32, thread: u32): void {
  const operation = <usize>word(growth, GROWTH_OPERATION);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const columns = word(growth, GROWTH_FAN_IN);
  const firstRow = block * ROWS_TOGETHER;
  const rowsHere = min<u32>(ROWS_TOGETHER, word(output, TENSOR_CHANNELS) - firstRow);
  const gradients = <usize>word(growth, GROWTH_SCRATCH) + <usize>thread * word(growth, GROWTH_SCRATCH_STRIDE);
  // Columns go by two; the last one of an odd number has room beside it.
  const strip = gradients + <usize>((columns + 1) & ~1) * 16;
  memory.fill(gradients, 0, (<usize>columns + 1) * 16);
  const tiles = word(growth, GROWTH_TILES);
  const height = word(output, TENSOR_HEIGHT);
  for (let tile: u32 = 0; tile < tiles; tile++)
    for (let y: u32 = 0; y < height; y++) {
      copyRows(output, tile, y, firstRow, rowsHere, strip);
      addImageRow(growth, operation, tile, y, columns, gradients, strip);
    }

  const marks = <usize>word(growth, GROWTH_MARKS) + <usize>thread * word(growth, GROWTH_MARKS_STRIDE);
  for (let j: u32 = 0; j < rowsHere; j++) markRow(growth, operation, marks, firstRow + j, <u8>1 << <u8>j);
  for (let column: u32 = 0; column < columns; column++) {
    const magnitude = v128.and(v128.load(gradients + <usize>column * 16), i32x4.splat(0x7fffffff));
    const floor = i32x4.splat(atomic.load<u32>(growth + GROWTH_THRESHOLD * 4));
    if (v128.any_true(i32x4.ge_s(magnitude, floor)))
      offerFour(growth, thread, marks, columns, magnitude, column, rowsHere, firstRow);
  }
  memory.fill(marks, 0, columns);
}

/** The gradients of one image row and four channels, each channel's pixels side by side. */
function copyRows(output: usize, tile: u32, y: u32, firstRow: u32, rowsHere: u32, strip: usize): void {
  const width = word(output, TENSOR_WIDTH);
  const pixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
  let to = strip;
  for (let j: u32 = 0; j < <u32>ROWS_TOGETHER; j++) {
    // Where there are fewer than four, the last one again: nobody looks at it.
    let from = gradientRow(output, tile, y) + <usize>(firstRow + min<u32>(j, rowsHere - 1)) * TILE_BYTES;
    for (let x: u32 = 0; x < width; x++, from += pixelBytes, to += TILE_BYTES) memory.copy(to, from, TILE_BYTES);
  }
}

function addImageRow(
  growth: usize,
  operation: usize,
  tile: u32,
  y: u32,
  columns: u32,
  gradients: usize,
  strip: usize,
): void {
  const width = word(word(operation, OPERATION_OUTPUT), TENSOR_WIDTH);
  const stripBytes = <usize>width * TILE_BYTES;
  const windowStepBytes =
    <usize>word(operation, WEIGHTS_STRIDE) * word(word(operation, OPERATION_INPUT), TENSOR_PIXEL_BYTES);
  const x = windowRow(operation, tile, y);
  const offsets = <usize>word(growth, GROWTH_OFFSETS);
  for (let column: u32 = 0; column < columns; column += 2) {
    let px = x + load<u32>(offsets + (<usize>column << 2));
    let qx = column + 1 < columns ? x + load<u32>(offsets + (<usize>column << 2), 4) : px;
    let y0 = strip;
    let y1 = y0 + stripBytes;
    let y2 = y1 + stripBytes;
    let y3 = y2 + stripBytes;
    let a0 = zero();
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    for (let pixel: u32 = 0; pixel < width; pixel++) {
      for (let at: usize = 0; at < <usize>TILE_BYTES; at += 16) {
        const p = v128.load(px + at);
        const q = v128.load(qx + at);
        let d = v128.load(y0 + at);
        a0 = madd(p, d, a0);
        b0 = madd(q, d, b0);
        d = v128.load(y1 + at);
        a1 = madd(p, d, a1);
        b1 = madd(q, d, b1);
        d = v128.load(y2 + at);
        a2 = madd(p, d, a2);
        b2 = madd(q, d, b2);
        d = v128.load(y3 + at);
        a3 = madd(p, d, a3);
        b3 = madd(q, d, b3);
      }
      px += windowStepBytes;
      qx += windowStepBytes;
      y0 += TILE_BYTES;
      y1 += TILE_BYTES;
      y2 += TILE_BYTES;
      y3 += TILE_BYTES;
    }
    const to = gradients + <usize>column * 16;
    v128.store(to, f32x4.add(v128.load(to), sums(a0, a1, a2, a3)));
    v128.store(to, f32x4.add(v128.load(to, 16), sums(b0, b1, b2, b3)), 16);
  }
}

/** Sets `bit` of the marks of all columns that a row holds and does not drop. Both lists are in the columns' order. */
function markRow(growth: usize, operation: usize, marks: usize, row: u32, bit: u8): void {
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const offsets = <usize>word(operation, WEIGHTS_OFFSETS);
  const dropped = <usize>word(growth, GROWTH_DROPPED);
  const columnOffsets = <usize>word(growth, GROWTH_OFFSETS);
  const end = load<u32>(starts + (<usize>row << 2), 4);
  let column: u32 = 0;
  for (let k = load<u32>(starts + (<usize>row << 2)); k < end; k++) {
    const offset = load<u32>(offsets + (<usize>k << 2));
    while (load<u32>(columnOffsets + (<usize>column << 2)) != offset) column++;
    if (!((load<u8>(dropped + (k >> 3)) >> <u8>(k & 7)) & 1))
      store<u8>(marks + column, load<u8>(marks + column) | bit);
  }
}
