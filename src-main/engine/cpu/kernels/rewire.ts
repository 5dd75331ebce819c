import { KERNEL_CHANNELS, KERNEL_POSITIONS, KERNEL_ROW_PIXELS, KERNEL_WIDTH, TILE_BYTES } from './layout';
import { word } from './simd';

/** Takes the `count` elements at the ascending indices `removed` out of an array of 32-bit values. */
export function removeWords(array: usize, length: u32, removed: usize, count: u32): void {
  if (!count) return;
  let to = array + ((<usize>load<u32>(removed)) << 2);
  for (let j: u32 = 0; j < count; j++) {
    const first = load<u32>(removed + ((<usize>j) << 2)) + 1;
    const end = j + 1 < count ? load<u32>(removed + ((<usize>j) << 2), 4) : length;
    for (let i = first; i < end; i++) {
      store<u32>(to, load<u32>(array + ((<usize>i) << 2)));
      to += 4;
    }
  }
}

/**
 * Puts `count` elements before the elements now at the ascending indices `places` (`length` = at the end): those of
 * `values`, or zeros where there are none. The array must have room.
 */
export function insertWords(array: usize, length: u32, places: usize, values: usize, count: u32): void {
  let from = length;
  let to = array + ((<usize>(length + count)) << 2);
  for (let j = count; j > 0; j--) {
    const place = load<u32>(places + ((<usize>(j - 1)) << 2));
    while (from > place) {
      from--;
      to -= 4;
      store<u32>(to, load<u32>(array + ((<usize>from) << 2)));
    }
    to -= 4;
    store<u32>(to, values ? load<u32>(values + ((<usize>(j - 1)) << 2)) : 0);
  }
}

/** Brings row starts up to date with removals and insertions in the given ascending rows. */
export function moveStarts(
  starts: usize,
  rows: u32,
  removedRows: usize,
  removed: u32,
  insertedRows: usize,
  inserted: u32,
): void {
  let r: u32 = 0;
  let i: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    while (r < removed && load<u32>(removedRows + ((<usize>r) << 2)) == row) r++;
    while (i < inserted && load<u32>(insertedRows + ((<usize>i) << 2)) == row) i++;
    const start = starts + ((<usize>row) << 2);
    store<u32>(start, load<u32>(start, 4) + i - r, 4);
  }
}

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
 * The same matrix for the way back: a counting sort that keeps rows ascending, and where each weight went. `kernel` says
 * for every kernel position which block of `channels` rows of the new matrix its weights go to, and the byte offset of
 * the place that they come from; a row adds its own.
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
  places: usize,
  kernel: usize,
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
      const place = load<u32>(slot);
      store<u32>(slot, place + 1);
      store<u32>(columnOffsets + ((<usize>place) << 2), load<u32>(position, 4) + row * TILE_BYTES);
      store<u32>(columnWeights + ((<usize>place) << 2), load<u32>(weights + ((<usize>k) << 2)));
      store<u32>(places + ((<usize>k) << 2), place);
    }
  }
  // Every cursor has come to the next column's start: shift them back.
  memory.copy(columnStarts + 4, columnStarts, (<usize>columns) << 2);
  store<u32>(columnStarts, 0);
}
