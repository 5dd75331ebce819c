import {
  FOUND_STRIDE,
  GROWTH_CANDIDATES,
  GROWTH_CAPACITY,
  GROWTH_COLUMNS,
  GROWTH_COLUMN_COUNT,
  GROWTH_COUNT,
  GROWTH_DROPPED,
  GROWTH_FAN_IN,
  GROWTH_FOUND,
  GROWTH_MARKS,
  GROWTH_MARKS_STRIDE,
  GROWTH_OPERATION,
  GROWTH_ROWS,
  GROWTH_ROW_COUNT,
  GROWTH_THRESHOLD,
  GROWTH_TIE_SEED,
  GROWTH_TILES,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  RECORD_BYTES,
  ROWS_TOGETHER,
  TENSOR_GRADIENT_TILE_BYTES,
  TENSOR_VALUE_TILE_BYTES,
  TILE_BYTES,
  WEIGHTS_OFFSETS,
  WEIGHTS_STARTS,
} from './layout';
import { selectRecords, sortRecords } from './records';
import { madd, sums, word, zero } from './simd';
import { gradientRow, valueRow } from './tensor';

/**
 * Norms over the whole batch of `features` activations or gradients, as records (float bits, index) by falling norm.
 * @returns how many are not zero; those stand first
 */
export function rankNorms(values: usize, features: u32, tiles: u32, records: usize): u32 {
  let nonZero: u32 = 0;
  for (let f: u32 = 0; f < features; f++) {
    let sum = f64x2.splat(0);
    for (let t: u32 = 0; t < tiles; t++) {
      const from = values + (<usize>t * features + f) * TILE_BYTES;
      for (let i: usize = 0; i < <usize>TILE_BYTES; i += 8) {
        // In float64: squares of small gradients would vanish in float32.
        const two = f64x2.promote_low_f32x4(v128.load64_zero(from + i));
        sum = f64x2.add(sum, f64x2.mul(two, two));
      }
    }
    const norm = <f32>Math.sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
    if (norm == 0) continue;
    const record = records + <usize>nonZero * RECORD_BYTES;
    store<u64>(record, <u64>reinterpret<u32>(norm));
    store<u64>(record, <u64>f, 8);
    nonZero++;
  }
  sortRecords(records, nonZero);
  return nonZero;
}

/** Order among equal magnitudes: a hash of the position that `seed` reshuffles. */
// @ts-ignore: decorator
@inline
export function tieOrder(position: u64, seed: u32): u32 {
  let h = position * 0x9e3779b97f4a7c15 + <u64>seed;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93;
  return <u32>(h >> 32);
}

/**
 * Dense gradients of four rows of dY X' at a time, two columns a turn, of which only candidates are kept. Rows and
 * columns come by falling norm and |g| <= |row| |column|, so a row's search ends at the first column that cannot reach
 * the threshold any more: exact, and rows or columns that are zero throughout cost nothing.
 */
export function searchGrowth(growth: usize, block: u32, thread: u32): void {
  const operation = <usize>word(growth, GROWTH_OPERATION);
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const inputs = word(growth, GROWTH_FAN_IN);
  const tiles = word(growth, GROWTH_TILES);
  const x = valueRow(input, 0, 0);
  const dy = gradientRow(output, 0, 0);
  const inputStride = <usize>word(input, TENSOR_VALUE_TILE_BYTES);
  const outputStride = <usize>word(output, TENSOR_GRADIENT_TILE_BYTES);
  const columns = <usize>word(growth, GROWTH_COLUMNS);
  const columnCount = word(growth, GROWTH_COLUMN_COUNT);
  const rowCount = word(growth, GROWTH_ROW_COUNT);
  const firstRecord = <usize>word(growth, GROWTH_ROWS) + <usize>block * ROWS_TOGETHER * RECORD_BYTES;
  const rowsHere = min<u32>(ROWS_TOGETHER, rowCount - block * ROWS_TOGETHER);
  const r0 = <u32>load<u64>(firstRecord, 8);
  const r1 = rowsHere > 1 ? <u32>load<u64>(firstRecord + RECORD_BYTES, 8) : r0;
  const r2 = rowsHere > 2 ? <u32>load<u64>(firstRecord + 2 * RECORD_BYTES, 8) : r0;
  const r3 = rowsHere > 3 ? <u32>load<u64>(firstRecord + 3 * RECORD_BYTES, 8) : r0;
  // Slightly too large, so that rounding never loses a candidate.
  const rowNorm = <f64>reinterpret<f32>(<u32>load<u64>(firstRecord)) * 1.001;
  const marks = <usize>word(growth, GROWTH_MARKS) + <usize>thread * word(growth, GROWTH_MARKS_STRIDE);
  markRows(growth, operation, marks, rowsHere, r0, r1, r2, r3, true);

  for (let i: u32 = 0; i < columnCount; i += 2) {
    const record = columns + <usize>i * RECORD_BYTES;
    const threshold = atomic.load<u32>(growth + GROWTH_THRESHOLD * 4);
    if (rowNorm * <f64>reinterpret<f32>(<u32>load<u64>(record)) < <f64>reinterpret<f32>(threshold)) break;
    const pair = i + 1 < columnCount;
    const c0 = <u32>load<u64>(record, 8);
    const c1 = pair ? <u32>load<u64>(record + RECORD_BYTES, 8) : c0;
    let a0 = zero();
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    let px = x + <usize>c0 * TILE_BYTES;
    let qx = x + <usize>c1 * TILE_BYTES;
    let y0 = dy + <usize>r0 * TILE_BYTES;
    let y1 = dy + <usize>r1 * TILE_BYTES;
    let y2 = dy + <usize>r2 * TILE_BYTES;
    let y3 = dy + <usize>r3 * TILE_BYTES;
    for (let t: u32 = 0; t < tiles; t++) {
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
      px += inputStride;
      qx += inputStride;
      y0 += outputStride;
      y1 += outputStride;
      y2 += outputStride;
      y3 += outputStride;
    }
    const floor = i32x4.splat(threshold);
    const magnitude0 = v128.and(sums(a0, a1, a2, a3), i32x4.splat(0x7fffffff));
    if (v128.any_true(i32x4.ge_s(magnitude0, floor)))
      offerFour(growth, thread, marks, inputs, magnitude0, c0, rowsHere, r0, r1, r2, r3);
    if (!pair) continue;
    const magnitude1 = v128.and(sums(b0, b1, b2, b3), i32x4.splat(0x7fffffff));
    if (v128.any_true(i32x4.ge_s(magnitude1, floor)))
      offerFour(growth, thread, marks, inputs, magnitude1, c1, rowsHere, r0, r1, r2, r3);
  }
  markRows(growth, operation, marks, rowsHere, r0, r1, r2, r3, false);
}

/** Sets (or clears) bit j of an input's mark where the j-th of the rows at hand holds it and does not drop it. */
function markRows(
  growth: usize,
  operation: usize,
  marks: usize,
  rowsHere: u32,
  r0: u32,
  r1: u32,
  r2: u32,
  r3: u32,
  set: bool,
): void {
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const offsets = <usize>word(operation, WEIGHTS_OFFSETS);
  const dropped = <usize>word(growth, GROWTH_DROPPED);
  for (let j: u32 = 0; j < rowsHere; j++) {
    const row = j == 0 ? r0 : j == 1 ? r1 : j == 2 ? r2 : r3;
    const end = load<u32>(starts + (<usize>row << 2), 4);
    for (let k = load<u32>(starts + (<usize>row << 2)); k < end; k++) {
      const mark = marks + load<u32>(offsets + (<usize>k << 2)) / TILE_BYTES;
      if (!set) store<u8>(mark, 0);
      else if (!((load<u8>(dropped + (k >> 3)) >> <u8>(k & 7)) & 1)) store<u8>(mark, load<u8>(mark) | (1 << <u8>j));
    }
  }
}

/** Offers the gradients of four rows (the first `rowsHere` of them) for one column. */
export function offerFour(
  growth: usize,
  thread: u32,
  marks: usize,
  inputs: u32,
  magnitude: v128,
  column: u32,
  rowsHere: u32,
  r0: u32,
  r1: u32,
  r2: u32,
  r3: u32,
): void {
  const mark = <u32>load<u8>(marks + column);
  offer(growth, thread, mark & 1, inputs, i32x4.extract_lane(magnitude, 0), r0, column);
  if (rowsHere > 1) offer(growth, thread, mark & 2, inputs, i32x4.extract_lane(magnitude, 1), r1, column);
  if (rowsHere > 2) offer(growth, thread, mark & 4, inputs, i32x4.extract_lane(magnitude, 2), r2, column);
  if (rowsHere > 3) offer(growth, thread, mark & 8, inputs, i32x4.extract_lane(magnitude, 3), r3, column);
}

/** Keeps a candidate unless it is active or below the threshold (which starts at the least magnitude above zero). */
// @ts-ignore: decorator
@inline
function offer(growth: usize, thread: u32, active: u32, inputs: u32, bits: u32, row: u32, column: u32): void {
  if (active || bits < atomic.load<u32>(growth + GROWTH_THRESHOLD * 4)) return;
  const found = <usize>word(growth, GROWTH_FOUND) + <usize>thread * FOUND_STRIDE;
  const capacity = word(growth, GROWTH_CAPACITY);
  const records = <usize>word(growth, GROWTH_CANDIDATES) + <usize>thread * capacity * RECORD_BYTES;
  const count = load<u32>(found);
  const position = <u64>row * inputs + column;
  const record = records + <usize>count * RECORD_BYTES;
  store<u64>(record, (<u64>bits << 32) | tieOrder(position, word(growth, GROWTH_TIE_SEED)));
  store<u64>(record, position, 8);
  store<u32>(found, count + 1);
  if (count + 1 == capacity) compact(growth, found, records);
}

/** Keeps a thread's best `count`; the worst of them is a threshold for all threads. */
function compact(growth: usize, found: usize, records: usize): void {
  const wanted = word(growth, GROWTH_COUNT);
  const have = load<u32>(found);
  if (have <= wanted) return;
  selectRecords(records, have, wanted);
  store<u32>(found, wanted);
  let worst: u64 = u64.MAX_VALUE;
  for (let i: u32 = 0; i < wanted; i++) worst = min(worst, load<u64>(records + <usize>i * RECORD_BYTES));
  const threshold = <u32>(worst >> 32);
  let current = atomic.load<u32>(growth + GROWTH_THRESHOLD * 4);
  while (current < threshold) {
    const seen = atomic.cmpxchg<u32>(growth + GROWTH_THRESHOLD * 4, current, threshold);
    if (seen == current) break;
    current = seen;
  }
}

/** When no block is left: a thread's best candidates, in order. */
export function finishGrowth(growth: usize, thread: u32): void {
  const found = <usize>word(growth, GROWTH_FOUND) + <usize>thread * FOUND_STRIDE;
  const records =
    <usize>word(growth, GROWTH_CANDIDATES) + <usize>thread * word(growth, GROWTH_CAPACITY) * RECORD_BYTES;
  compact(growth, found, records);
  sortRecords(records, load<u32>(found));
}
