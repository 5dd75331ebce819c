import {
  GROWTH_COLUMNS,
  GROWTH_ROWS,
  GROWTH_TILES,
  SIDE_COUNT,
  SIDE_ORDER,
  SIDE_TILE_BYTES,
  SIDE_VALUES,
  TILE_BYTES,
} from './layout';
import { fourDots } from './sddmm';
import { word } from './simd';

/**
 * Gradient magnitudes of a grid of rows and columns spread evenly over their ranks, to guess from how large the wanted
 * ones are. @param columns a multiple of 4 @param to room for `rows` x `columns` floats
 */
export function sampleGradients(growth: usize, rows: u32, columns: u32, to: usize): void {
  const rowSide = <usize>word(growth, GROWTH_ROWS);
  const columnSide = <usize>word(growth, GROWTH_COLUMNS);
  const x = <usize>word(columnSide, SIDE_VALUES);
  const dy = <usize>word(rowSide, SIDE_VALUES);
  const xStride = <usize>word(columnSide, SIDE_TILE_BYTES);
  const dStride = <usize>word(rowSide, SIDE_TILE_BYTES);
  const tiles = word(growth, GROWTH_TILES);
  for (let i: u32 = 0; i < rows; i++) {
    const d = dy + ranked(rowSide, i, rows);
    for (let j: u32 = 0; j < columns; j += 4, to += 16) {
      const g = fourDots(
        d,
        dStride,
        x + ranked(columnSide, j, columns),
        x + ranked(columnSide, j + 1, columns),
        x + ranked(columnSide, j + 2, columns),
        x + ranked(columnSide, j + 3, columns),
        xStride,
        tiles,
      );
      v128.store(to, v128.and(g, i32x4.splat(0x7fffffff)));
    }
  }
}

/** Byte offset of the feature in the middle of the `index`-th of `parts` equal stretches of the ranking. */
// @ts-ignore: decorator
@inline
function ranked(side: usize, index: u32, parts: u32): usize {
  const rank = ((<u64>index * 2 + 1) * word(side, SIDE_COUNT)) / (<u64>parts * 2);
  return <usize>load<u32>(<usize>word(side, SIDE_ORDER) + (<usize>rank << 2)) * TILE_BYTES;
}
