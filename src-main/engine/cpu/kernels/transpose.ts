import { KERNEL_CHANNELS, KERNEL_POSITIONS, KERNEL_ROW_PIXELS, KERNEL_WIDTH, TILE_BYTES } from './layout';
import { word } from './simd';

/** The two words of the kernel position that an offset belongs to; leaves its channel out. */
// @ts-ignore: decorator
@inline
function positionOf(kernel: usize, element: u32): usize {
  const channels = word(kernel, KERNEL_CHANNELS);
  const rowPixels = word(kernel, KERNEL_ROW_PIXELS);
  if (element < channels) return kernel + (KERNEL_POSITIONS << 2);
  const pixel = element / channels;
  const position = (pixel / rowPixels) * word(kernel, KERNEL_WIDTH) + (pixel % rowPixels);
  return kernel + ((<usize>KERNEL_POSITIONS + <usize>position * 2) << 2);
}

/** Without a division where there is one pixel. */
// @ts-ignore: decorator
@inline
function channelOf(element: u32, channels: u32): u32 {
  return element < channels ? element : element % channels;
}

/**
 * The same matrix for the way back: a counting sort that keeps rows ascending, and where each weight went, or with
 * `back` where each came from. `kernel` says
 * for every kernel position which block of `channels` rows of the new matrix its weights go to, and the byte offset of
 * the pixel that they come from; a row adds its own.
 */
export function transpose(
  rows: u32,
  columns: u32,
  starts: usize,
  offsets: usize,
  weights: usize,
  columnStarts: usize,
  columnOffsets: usize,
  columnWeights: usize,
  permutation: usize,
  kernel: usize,
  back: bool,
): void {
  const count = load<u32>(starts + ((<usize>rows) << 2));
  const channels = word(kernel, KERNEL_CHANNELS);
  memory.fill(columnStarts, 0, (<usize>columns + 1) << 2);
  for (let k: u32 = 0; k < count; k++) {
    const element = load<u32>(offsets + ((<usize>k) << 2)) / TILE_BYTES;
    const column = load<u32>(positionOf(kernel, element)) * channels + channelOf(element, channels);
    const slot = columnStarts + ((<usize>column) << 2);
    store<u32>(slot, load<u32>(slot, 4) + 1, 4);
  }
  for (let c: u32 = 0; c < columns; c++) {
    const slot = columnStarts + ((<usize>c) << 2);
    store<u32>(slot, load<u32>(slot, 4) + load<u32>(slot), 4);
  }
  for (let row: u32 = 0; row < rows; row++) {
    const end = load<u32>(starts + ((<usize>row) << 2), 4);
    for (let k = load<u32>(starts + ((<usize>row) << 2)); k < end; k++) {
      const element = load<u32>(offsets + ((<usize>k) << 2)) / TILE_BYTES;
      const position = positionOf(kernel, element);
      const column = load<u32>(position) * channels + channelOf(element, channels);
      const slot = columnStarts + ((<usize>column) << 2);
      const index = load<u32>(slot);
      store<u32>(slot, index + 1);
      store<u32>(columnOffsets + ((<usize>index) << 2), load<u32>(position, 4) + row * TILE_BYTES);
      store<u32>(columnWeights + ((<usize>index) << 2), load<u32>(weights + ((<usize>k) << 2)));
      if (back) store<u32>(permutation + ((<usize>index) << 2), k);
      else store<u32>(permutation + ((<usize>k) << 2), index);
    }
  }
  // Every cursor has come to the next column's start: shift them back.
  memory.copy(columnStarts + 4, columnStarts, (<usize>columns) << 2);
  store<u32>(columnStarts, 0);
}
