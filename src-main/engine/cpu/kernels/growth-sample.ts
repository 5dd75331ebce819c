import {
  GROWTH_COLUMNS,
  GROWTH_COLUMN_COUNT,
  GROWTH_OPERATION,
  GROWTH_ROWS,
  GROWTH_ROW_COUNT,
  GROWTH_TILES,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  RECORD_BYTES,
  TENSOR_GRADIENT_TILE_BYTES,
  TENSOR_VALUE_TILE_BYTES,
  TILE_BYTES,
} from './layout';
import { fourDots } from './sddmm';
import { word } from './simd';
import { gradientRow, valueRow } from './tensor';

/**
 * Gradient magnitudes of a grid of rows and columns spread evenly over their ranks, to guess from how large the wanted
 * ones are. @param columns a multiple of 4 @param to room for `rows` x `columns` floats
 */
export function sampleGradients(growth: usize, rows: u32, columns: u32, to: usize): void {
  const operation = <usize>word(growth, GROWTH_OPERATION);
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const x = valueRow(input, 0, 0);
  const dy = gradientRow(output, 0, 0);
  const xStride = <usize>word(input, TENSOR_VALUE_TILE_BYTES);
  const dStride = <usize>word(output, TENSOR_GRADIENT_TILE_BYTES);
  const tiles = word(growth, GROWTH_TILES);
  for (let i: u32 = 0; i < rows; i++) {
    const d = dy + ranked(growth, GROWTH_ROWS, GROWTH_ROW_COUNT, i, rows);
    for (let j: u32 = 0; j < columns; j += 4, to += 16) {
      const g = fourDots(
        d,
        dStride,
        x + ranked(growth, GROWTH_COLUMNS, GROWTH_COLUMN_COUNT, j, columns),
        x + ranked(growth, GROWTH_COLUMNS, GROWTH_COLUMN_COUNT, j + 1, columns),
        x + ranked(growth, GROWTH_COLUMNS, GROWTH_COLUMN_COUNT, j + 2, columns),
        x + ranked(growth, GROWTH_COLUMNS, GROWTH_COLUMN_COUNT, j + 3, columns),
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
function ranked(growth: usize, list: i32, count: i32, index: u32, parts: u32): usize {
  const rank = ((<u64>index * 2 + 1) * word(growth, count)) / (<u64>parts * 2);
  return <usize>load<u64>(<usize>word(growth, list) + <usize>rank * RECORD_BYTES, 8) * TILE_BYTES;
}
