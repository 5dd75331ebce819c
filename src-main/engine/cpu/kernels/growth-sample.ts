import { BOUND_EXCESS, BOUND_FACTOR, GROWTH_COLUMNS, GROWTH_MARKS, GROWTH_MARKS_STRIDE, GROWTH_ROWS, GROWTH_SAMPLE, GROWTH_SAMPLE_COLUMNS, GROWTH_SAMPLE_ROWS, GROWTH_TILES, SIDE_COUNT, SIDE_RANKED, SIDE_ORDER, SIDE_SAMPLES, SIDE_STRIDE } from './growth-layout';
import { TILE } from './layout';
import { markRows } from './growth-search';
import { byteDots, wholeSums, word } from './simd';

/**
 * Gradient magnitudes, as bytes tell them, of one of the rows and of all columns that are spread evenly over
 * their ranks: to guess from how large the wanted ones are. What stays active is no candidate and counts as zero: growth
 * fills the rows and columns of large gradients, where a guess by all positions would look for far too few.
 */
export function sampleGradients(growth: usize, index: u32, thread: u32): void {
  const rowSide = <usize>word(growth, GROWTH_ROWS);
  const columnSide = <usize>word(growth, GROWTH_COLUMNS);
  const columns = word(growth, GROWTH_SAMPLE_COLUMNS);
  const bytes = <usize>word(growth, GROWTH_TILES) * TILE;
  const marks = <usize>word(growth, GROWTH_MARKS) + <usize>thread * word(growth, GROWTH_MARKS_STRIDE);
  const rank = spread(rowSide, index, word(growth, GROWTH_SAMPLE_ROWS));
  const row = <usize>word(rowSide, SIDE_ORDER) + rank;
  const factor = f32x4.splat(load<f32>(ranked(rowSide, BOUND_FACTOR) + rank));
  const excess = i32x4.splat(load<i32>(ranked(rowSide, BOUND_EXCESS) + rank));
  const d = <usize>word(rowSide, SIDE_SAMPLES) + <usize>load<u32>(row) * bytes;
  const order = <usize>word(columnSide, SIDE_ORDER);
  const columnFactors = ranked(columnSide, BOUND_FACTOR);
  const columnExcesses = ranked(columnSide, BOUND_EXCESS);
  const samples = <usize>word(columnSide, SIDE_SAMPLES);
  let to = <usize>word(growth, GROWTH_SAMPLE) + ((<usize>index * columns) << 2);
  markRows(growth, marks, row, 1, true);
  for (let j: u32 = 0; j < columns; j += 4, to += 16) {
    const r0 = spread(columnSide, j, columns);
    const r1 = spread(columnSide, j + 1, columns);
    const r2 = spread(columnSide, j + 2, columns);
    const r3 = spread(columnSide, j + 3, columns);
    const c0 = <usize>load<u32>(order + r0);
    const c1 = <usize>load<u32>(order + r1);
    const c2 = <usize>load<u32>(order + r2);
    const c3 = <usize>load<u32>(order + r3);
    const p0 = samples + c0 * bytes;
    const p1 = samples + c1 * bytes;
    const p2 = samples + c2 * bytes;
    const p3 = samples + c3 * bytes;
    let a0 = i32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    for (let at: usize = 0; at < bytes; at += 32) {
      const y = v128.load(d + at);
      const z = v128.load(d + at, 16);
      a0 = i32x4.add(a0, byteDots(y, v128.load(p0 + at), z, v128.load(p0 + at, 16)));
      a1 = i32x4.add(a1, byteDots(y, v128.load(p1 + at), z, v128.load(p1 + at, 16)));
      a2 = i32x4.add(a2, byteDots(y, v128.load(p2 + at), z, v128.load(p2 + at, 16)));
      a3 = i32x4.add(a3, byteDots(y, v128.load(p3 + at), z, v128.load(p3 + at, 16)));
    }
    const raised = v128.and(excess, gather(columnExcesses, r0, r1, r2, r3));
    const products = f32x4.convert_i32x4_s(i32x4.sub(wholeSums(a0, a1, a2, a3), raised));
    const scales = f32x4.mul(factor, gather(columnFactors, r0, r1, r2, r3));
    v128.store(to, f32x4.abs(f32x4.div(products, scales)));
    if (load<u8>(marks + c0)) store<u32>(to, 0);
    if (load<u8>(marks + c1)) store<u32>(to, 0, 4);
    if (load<u8>(marks + c2)) store<u32>(to, 0, 8);
    if (load<u8>(marks + c3)) store<u32>(to, 0, 12);
  }
  markRows(growth, marks, row, 1, false);
}

/** Four times the rank in the middle of the `index`-th of `parts` equal stretches of the ranking. */
// @ts-ignore: decorator
@inline
function spread(side: usize, index: u32, parts: u32): usize {
  const rank = ((<u64>index * 2 + 1) * word(side, SIDE_COUNT)) / (<u64>parts * 2);
  return <usize>rank << 2;
}

/** Where a bound of the ranked features is. */
// @ts-ignore: decorator
@inline
function ranked(side: usize, bound: u32): usize {
  return <usize>word(side, SIDE_RANKED) + <usize>word(side, SIDE_STRIDE) * bound;
}

// @ts-ignore: decorator
@inline
function gather(from: usize, a: usize, b: usize, c: usize, d: usize): v128 {
  let all = i32x4.splat(load<i32>(from + a));
  all = i32x4.replace_lane(all, 1, load<i32>(from + b));
  all = i32x4.replace_lane(all, 2, load<i32>(from + c));
  return i32x4.replace_lane(all, 3, load<i32>(from + d));
}
