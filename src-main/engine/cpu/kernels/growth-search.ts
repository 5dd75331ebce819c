import { BOUND_ERROR, BOUND_EXCESS, BOUND_FACTOR, BOUND_LENGTH, BOUND_NORM, FOUND_STRIDE, GROWTH_COLUMNS, GROWTH_DROPPED, GROWTH_FAN_IN, GROWTH_FOUND, GROWTH_MARKS, GROWTH_MARKS_STRIDE, GROWTH_OPERATION, GROWTH_ROWS, GROWTH_THRESHOLD, GROWTH_TILES, SEARCH_ROWS, SIDE_COUNT, SIDE_RANKED, SIDE_ORDER, SIDE_SAMPLES, SIDE_STRIDE, SIDE_TILE_BYTES, SIDE_VALUES } from './growth-layout';
import { TILE, TILE_BYTES, WEIGHTS_OFFSETS, WEIGHTS_STARTS } from './layout';
import { offer } from './growth';
import { byteDots, madd, sums, wholeSums, word, zero } from './simd';

/** Below the rounding of what the limit is computed with. */
const LIMIT_SLACK: f32 = 0.9999;
/** Positions that wait for their exact gradients: where the list is in a thread's FOUND block, and how many go at once. */
const QUEUE_COUNT: usize = 4;
const QUEUE_LIST: usize = 16;
const TOGETHER: u32 = 4;

/**
 * Candidates among eight ranked rows. Products of bytes, more than twice as fast as float ones, tell which gradients can
 * reach the threshold: with d = (p + e) / s and x = (q + f) / t, p and q whole and what a column was raised by taken off again, all but |p q| >= s t |g| - |e| |x t| - (|d s| + |e|) |f| is
 * out (Cauchy-Schwarz). Only what passes is computed as it is, so the search is exact. Columns come by falling norm, and
 * a row's search ends at the first that cannot reach the threshold.
 */
export function searchGrowth(growth: usize, item: u32, thread: u32): void {
  const rows = <usize>word(growth, GROWTH_ROWS);
  const columns = <usize>word(growth, GROWTH_COLUMNS);
  const firstRank = item * SEARCH_ROWS;
  const rowsHere = min<u32>(SEARCH_ROWS, word(rows, SIDE_COUNT) - firstRank);
  const rowOrder = <usize>word(rows, SIDE_ORDER) + (<usize>firstRank << 2);
  const rowRanked = <usize>word(rows, SIDE_RANKED) + (<usize>firstRank << 2);
  const rowStride = <usize>word(rows, SIDE_STRIDE);
  const rowSamples = <usize>word(rows, SIDE_SAMPLES);
  const columnCount = word(columns, SIDE_COUNT);
  const columnOrder = <usize>word(columns, SIDE_ORDER);
  const columnRanked = <usize>word(columns, SIDE_RANKED);
  const columnStride = <usize>word(columns, SIDE_STRIDE);
  const columnSamples = <usize>word(columns, SIDE_SAMPLES);
  const tiles = word(growth, GROWTH_TILES);
  const bytes = <usize>tiles * TILE;
  const marks = <usize>word(growth, GROWTH_MARKS) + <usize>thread * word(growth, GROWTH_MARKS_STRIDE);
  const rowNorm = <f64>load<f32>(rowRanked + rowStride * BOUND_NORM);
  markRows(growth, marks, rowOrder, rowsHere, true);

  for (let j: u32 = 0; j < columnCount; j += 4) {
    const threshold = reinterpret<f32>(atomic.load<u32>(growth + GROWTH_THRESHOLD * 4));
    const ranks = columnRanked + (<usize>j << 2);
    if (rowNorm * <f64>load<f32>(ranks + columnStride * BOUND_NORM) < <f64>threshold) break;
    const limits = f32x4.mul(v128.load(ranks + columnStride * BOUND_FACTOR), f32x4.splat(threshold * LIMIT_SLACK));
    const lengths = v128.load(ranks + columnStride * BOUND_LENGTH);
    const errors = v128.load(ranks + columnStride * BOUND_ERROR);
    const excesses = v128.load(ranks + columnStride * BOUND_EXCESS);
    const here = columnOrder + (<usize>j << 2);
    const last = columnCount - 1 - j;
    const x0 = columnSamples + <usize>load<u32>(here) * bytes;
    const x1 = columnSamples + <usize>load<u32>(here + (min<u32>(1, last) << 2)) * bytes;
    const x2 = columnSamples + <usize>load<u32>(here + (min<u32>(2, last) << 2)) * bytes;
    const x3 = columnSamples + <usize>load<u32>(here + (min<u32>(3, last) << 2)) * bytes;
    for (let i: u32 = 0; i < rowsHere; i += 2) {
      const pair = i + 1 < rowsHere;
      let y0 = rowSamples + <usize>load<u32>(rowOrder + (<usize>i << 2)) * bytes;
      let y1 = pair ? rowSamples + <usize>load<u32>(rowOrder + (<usize>i << 2), 4) * bytes : y0;
      const end = y0 + bytes;
      let p0 = x0;
      let p1 = x1;
      let p2 = x2;
      let p3 = x3;
      let a0 = i32x4.splat(0);
      let a1 = a0;
      let a2 = a0;
      let a3 = a0;
      let b0 = a0;
      let b1 = a0;
      let b2 = a0;
      let b3 = a0;
      while (y0 < end) {
        const d0 = v128.load(y0);
        const d1 = v128.load(y0, 16);
        const e0 = v128.load(y1);
        const e1 = v128.load(y1, 16);
        let p = v128.load(p0);
        let q = v128.load(p0, 16);
        a0 = i32x4.add(a0, byteDots(d0, p, d1, q));
        b0 = i32x4.add(b0, byteDots(e0, p, e1, q));
        p = v128.load(p1);
        q = v128.load(p1, 16);
        a1 = i32x4.add(a1, byteDots(d0, p, d1, q));
        b1 = i32x4.add(b1, byteDots(e0, p, e1, q));
        p = v128.load(p2);
        q = v128.load(p2, 16);
        a2 = i32x4.add(a2, byteDots(d0, p, d1, q));
        b2 = i32x4.add(b2, byteDots(e0, p, e1, q));
        p = v128.load(p3);
        q = v128.load(p3, 16);
        a3 = i32x4.add(a3, byteDots(d0, p, d1, q));
        b3 = i32x4.add(b3, byteDots(e0, p, e1, q));
        y0 += 32;
        y1 += 32;
        p0 += 32;
        p1 += 32;
        p2 += 32;
        p3 += 32;
      }
      const row = rowRanked + (<usize>i << 2);
      const outA = isOut(wholeSums(a0, a1, a2, a3), row, rowStride, limits, lengths, errors, excesses);
      const outB = pair
        ? isOut(wholeSums(b0, b1, b2, b3), row + 4, rowStride, limits, lengths, errors, excesses)
        : i32x4.splat(-1);
      if (i32x4.bitmask(v128.and(outA, outB)) == 15) continue;
      const passed = (~i32x4.bitmask(outA) & 15) | ((~i32x4.bitmask(outB) & 15) << 4);
      queuePassed(growth, thread, marks, passed, rowOrder, i, here, last);
    }
  }
  flush(growth, thread);
  markRows(growth, marks, rowOrder, rowsHere, false);
}

/** The lanes whose gradients cannot reach the threshold. What cannot be decided, where a run has diverged, is not out. */
// @ts-ignore: decorator
@inline
function isOut(
  products: v128,
  row: usize,
  stride: usize,
  limits: v128,
  lengths: v128,
  errors: v128,
  excesses: v128,
): v128 {
  const limit = madd(
    errors,
    v128.load32_splat(row + stride * BOUND_ERROR),
    madd(
      lengths,
      v128.load32_splat(row + stride * BOUND_LENGTH),
      f32x4.mul(limits, v128.load32_splat(row + stride * BOUND_FACTOR)),
    ),
  );
  const raised = v128.and(excesses, v128.load32_splat(row + stride * BOUND_EXCESS));
  return f32x4.lt(f32x4.abs(f32x4.convert_i32x4_s(i32x4.sub(products, raised))), limit);
}

/** Positions that passed and are not active wait for their exact gradients. */
function queuePassed(
  growth: usize,
  thread: u32,
  marks: usize,
  passed: u32,
  rowOrder: usize,
  firstRow: u32,
  columnOrder: usize,
  lastColumn: u32,
): void {
  const found = <usize>word(growth, GROWTH_FOUND) + <usize>thread * FOUND_STRIDE;
  let count = load<u32>(found + QUEUE_COUNT);
  for (let rest = passed; rest; rest &= rest - 1) {
    const lane = <u32>ctz(rest);
    if ((lane & 3) > lastColumn) continue;
    const row = firstRow + (lane >> 2);
    const column = load<u32>(columnOrder + (<usize>(lane & 3) << 2));
    if ((load<u8>(marks + column) >> <u8>row) & 1) continue;
    store<u32>(found + QUEUE_LIST + (<usize>count << 3), load<u32>(rowOrder + (<usize>row << 2)));
    store<u32>(found + QUEUE_LIST + (<usize>count << 3), column, 4);
    if (++count == TOGETHER) {
      store<u32>(found + QUEUE_COUNT, count);
      flush(growth, thread);
      count = 0;
    }
  }
  store<u32>(found + QUEUE_COUNT, count);
}

/** The exact gradients of what waits, four side by side so that none waits for its own last sum. */
function flush(growth: usize, thread: u32): void {
  const found = <usize>word(growth, GROWTH_FOUND) + <usize>thread * FOUND_STRIDE;
  const count = load<u32>(found + QUEUE_COUNT);
  if (!count) return;
  const list = found + QUEUE_LIST;
  const s1: usize = count > 1 ? 8 : 0;
  const s2: usize = count > 2 ? 16 : 0;
  const s3: usize = count > 3 ? 24 : 0;
  const rows = <usize>word(growth, GROWTH_ROWS);
  const columns = <usize>word(growth, GROWTH_COLUMNS);
  const rowStride = <usize>word(rows, SIDE_TILE_BYTES);
  const columnStride = <usize>word(columns, SIDE_TILE_BYTES);
  const d = <usize>word(rows, SIDE_VALUES);
  const x = <usize>word(columns, SIDE_VALUES);
  let y0 = d + <usize>load<u32>(list) * TILE_BYTES;
  let y1 = d + <usize>load<u32>(list + s1) * TILE_BYTES;
  let y2 = d + <usize>load<u32>(list + s2) * TILE_BYTES;
  let y3 = d + <usize>load<u32>(list + s3) * TILE_BYTES;
  let p0 = x + <usize>load<u32>(list, 4) * TILE_BYTES;
  let p1 = x + <usize>load<u32>(list + s1, 4) * TILE_BYTES;
  let p2 = x + <usize>load<u32>(list + s2, 4) * TILE_BYTES;
  let p3 = x + <usize>load<u32>(list + s3, 4) * TILE_BYTES;
  let a0 = zero();
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  const tiles = word(growth, GROWTH_TILES);
  for (let t: u32 = 0; t < tiles; t++) {
    for (let at: usize = 0; at < <usize>TILE_BYTES; at += 16) {
      a0 = madd(v128.load(p0 + at), v128.load(y0 + at), a0);
      a1 = madd(v128.load(p1 + at), v128.load(y1 + at), a1);
      a2 = madd(v128.load(p2 + at), v128.load(y2 + at), a2);
      a3 = madd(v128.load(p3 + at), v128.load(y3 + at), a3);
    }
    y0 += rowStride;
    y1 += rowStride;
    y2 += rowStride;
    y3 += rowStride;
    p0 += columnStride;
    p1 += columnStride;
    p2 += columnStride;
    p3 += columnStride;
  }
  const magnitudes = v128.and(sums(a0, a1, a2, a3), i32x4.splat(0x7fffffff));
  const inputs = word(growth, GROWTH_FAN_IN);
  store<u32>(found + QUEUE_COUNT, 0);
  offer(growth, thread, inputs, i32x4.extract_lane(magnitudes, 0), load<u32>(list), load<u32>(list, 4));
  if (count > 1)
    offer(growth, thread, inputs, i32x4.extract_lane(magnitudes, 1), load<u32>(list, 8), load<u32>(list, 12));
  if (count > 2)
    offer(growth, thread, inputs, i32x4.extract_lane(magnitudes, 2), load<u32>(list, 16), load<u32>(list, 20));
  if (count > 3)
    offer(growth, thread, inputs, i32x4.extract_lane(magnitudes, 3), load<u32>(list, 24), load<u32>(list, 28));
}

/** Sets (or clears) bit i of an input's mark where the i-th of the rows at hand holds it and does not drop it. */
export function markRows(growth: usize, marks: usize, rowOrder: usize, rowsHere: u32, set: bool): void {
  const operation = <usize>word(growth, GROWTH_OPERATION);
  const starts = <usize>word(operation, WEIGHTS_STARTS);
  const offsets = <usize>word(operation, WEIGHTS_OFFSETS);
  const dropped = <usize>word(growth, GROWTH_DROPPED);
  for (let i: u32 = 0; i < rowsHere; i++) {
    const row = starts + (<usize>load<u32>(rowOrder + (<usize>i << 2)) << 2);
    const end = load<u32>(row, 4);
    for (let k = load<u32>(row); k < end; k++) {
      const mark = marks + load<u32>(offsets + (<usize>k << 2)) / TILE_BYTES;
      const bit = (1 << i) & -<i32>set;
      const stays = ~(load<u8>(dropped + (k >> 3)) >> <u8>(k & 7)) & 1;
      store<u8>(mark, set ? load<u8>(mark) | <u8>(bit * stays) : 0);
    }
  }
}
