import {
  GROWTH_COLUMNS,
  GROWTH_MARKS,
  GROWTH_ROWS,
  GROWTH_TILES,
  SIDE_COUNT,
  SIDE_ORDER,
  SIDE_TILE_BYTES,
  SIDE_VALUES,
  TILE_BYTES,
} from './layout';
import { markRows } from './growth-search';
import { fourDots } from './sddmm';
import { word } from './simd';

/**
 * Gradient magnitudes of a grid of rows and columns spread evenly over their ranks, to guess from how large the wanted
 * ones are. What stays active is no candidate and counts as zero: growth fills the rows and columns of large gradients,
 * where a guess by all positions would look for far too few. @param columns a multiple of 4 @param to room for `rows` x
 * `columns` floats
 */
export function sampleGradients(growth: usize, rows: u32, columns: u32, to: usize): void {
  const rowSide = <usize>word(growth, GROWTH_ROWS);
  const columnSide = <usize>word(growth, GROWTH_COLUMNS);
  const x = <usize>word(columnSide, SIDE_VALUES);
  const dy = <usize>word(rowSide, SIDE_VALUES);
  const xStride = <usize>word(columnSide, SIDE_TILE_BYTES);
  const dStride = <usize>word(rowSide, SIDE_TILE_BYTES);
  const tiles = word(growth, GROWTH_TILES);
  const marks = <usize>word(growth, GROWTH_MARKS);
  for (let i: u32 = 0; i < rows; i++) {
    const row = ranked(rowSide, i, rows);
    const d = dy + <usize>load<u32>(row) * TILE_BYTES;
    markRows(growth, marks, row, 1, true);
    for (let j: u32 = 0; j < columns; j += 4, to += 16) {
      const c0 = <usize>load<u32>(ranked(columnSide, j, columns));
      const c1 = <usize>load<u32>(ranked(columnSide, j + 1, columns));
      const c2 = <usize>load<u32>(ranked(columnSide, j + 2, columns));
      const c3 = <usize>load<u32>(ranked(columnSide, j + 3, columns));
      const g = fourDots(
        d,
        dStride,
        x + c0 * TILE_BYTES,
        x + c1 * TILE_BYTES,
        x + c2 * TILE_BYTES,
        x + c3 * TILE_BYTES,
        xStride,
        tiles,
      );
      v128.store(to, v128.and(g, i32x4.splat(0x7fffffff)));
      if (load<u8>(marks + c0)) store<u32>(to, 0);
      if (load<u8>(marks + c1)) store<u32>(to, 0, 4);
      if (load<u8>(marks + c2)) store<u32>(to, 0, 8);
      if (load<u8>(marks + c3)) store<u32>(to, 0, 12);
    }
    markRows(growth, marks, row, 1, false);
  }
}

/** Where the order tells the feature in the middle of the `index`-th of `parts` equal stretches of the ranking. */
// @ts-ignore: decorator
@inline
function ranked(side: usize, index: u32, parts: u32): usize {
  const rank = ((<u64>index * 2 + 1) * word(side, SIDE_COUNT)) / (<u64>parts * 2);
  return <usize>word(side, SIDE_ORDER) + (<usize>rank << 2);
}
