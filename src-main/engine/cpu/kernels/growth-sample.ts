import {
  BOUND_FACTOR,
  GROWTH_COLUMNS,
  GROWTH_MARKS,
  GROWTH_MARKS_STRIDE,
  GROWTH_ROWS,
  GROWTH_SAMPLE,
  GROWTH_SAMPLE_COLUMNS,
  GROWTH_SAMPLE_ROWS,
  GROWTH_TILES,
  SIDE_COUNT,
  SIDE_FLOATS,
  SIDE_ORDER,
  SIDE_SHORTS,
  SIDE_STRIDE,
  TILE,
} from './layout';
import { markRows, shortSums } from './growth-search';
import { word } from './simd';

/**
 * Gradient magnitudes, as short numbers tell them, of one of the rows and of all columns that are spread evenly over
 * their ranks: to guess from how large the wanted ones are. What stays active is no candidate and counts as zero: growth
 * fills the rows and columns of large gradients, where a guess by all positions would look for far too few.
 */
export function sampleGradients(growth: usize, index: u32, thread: u32): void {
  const rowSide = <usize>word(growth, GROWTH_ROWS);
  const columnSide = <usize>word(growth, GROWTH_COLUMNS);
  const columns = word(growth, GROWTH_SAMPLE_COLUMNS);
  const bytes = <usize>word(growth, GROWTH_TILES) * TILE * 2;
  const marks = <usize>word(growth, GROWTH_MARKS) + <usize>thread * word(growth, GROWTH_MARKS_STRIDE);
  const rank = spread(rowSide, index, word(growth, GROWTH_SAMPLE_ROWS));
  const row = <usize>word(rowSide, SIDE_ORDER) + rank;
  const factor = f32x4.splat(load<f32>(factors(rowSide) + rank));
  const d = <usize>word(rowSide, SIDE_SHORTS) + <usize>load<u32>(row) * bytes;
  const order = <usize>word(columnSide, SIDE_ORDER);
  const columnFactors = factors(columnSide);
  const shorts = <usize>word(columnSide, SIDE_SHORTS);
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
    const p0 = shorts + c0 * bytes;
    const p1 = shorts + c1 * bytes;
    const p2 = shorts + c2 * bytes;
    const p3 = shorts + c3 * bytes;
    let a0 = i32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    for (let at: usize = 0; at < bytes; at += 16) {
      const y = v128.load(d + at);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.load(p0 + at), y));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v128.load(p1 + at), y));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(v128.load(p2 + at), y));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(v128.load(p3 + at), y));
    }
    let scales = f32x4.splat(load<f32>(columnFactors + r0));
    scales = f32x4.replace_lane(scales, 1, load<f32>(columnFactors + r1));
    scales = f32x4.replace_lane(scales, 2, load<f32>(columnFactors + r2));
    scales = f32x4.replace_lane(scales, 3, load<f32>(columnFactors + r3));
    const products = f32x4.convert_i32x4_s(shortSums(a0, a1, a2, a3));
    v128.store(to, f32x4.abs(f32x4.div(products, f32x4.mul(scales, factor))));
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

/** By rank. */
// @ts-ignore: decorator
@inline
function factors(side: usize): usize {
  return <usize>word(side, SIDE_FLOATS) + <usize>word(side, SIDE_STRIDE) * BOUND_FACTOR;
}
