import { KERNEL_CHANNELS, KERNEL_POSITIONS, KERNEL_ROW_PIXELS, KERNEL_WIDTH, TILE_BYTES } from './layout';
import { word } from './simd';

/**
 * Where ascending `positions` (float64) stand among a layer's active weights: `indices` of the first weight of the row
 * that does not lie before each, 1 in `active` where that is the position itself, its row and its offset. Rows are in
 * the order of their columns. @param columnOf column by offset / TILE_BYTES, and `offsetOf` the other way round; both 0
 * where offsets are columns. @returns how many of the positions are ascending whole numbers of the layer
 */
export function locatePositions(
  positions: usize,
  count: u32,
  outputs: u32,
  inputs: u32,
  starts: usize,
  offsets: usize,
  columnOf: usize,
  offsetOf: usize,
  indices: usize,
  active: usize,
  rows: usize,
  newOffsets: usize,
): u32 {
  const size = <f64>outputs * <f64>inputs;
  let previous: f64 = -1;
  let row: u32 = 0;
  let rowStart: u64 = 0;
  let k = load<u32>(starts);
  let end = load<u32>(starts, 4);
  for (let i: u32 = 0; i < count; i++) {
    const position = load<f64>(positions + (<usize>i << 3));
    if (!(position > previous) || position >= size || position != Math.floor(position)) return i;
    previous = position;
    const whole = <u64>position;
    if (whole - rowStart >= inputs) {
      // Rows that change nothing are passed by without a look at their weights.
      row = <u32>(whole / inputs);
      rowStart = <u64>row * inputs;
      k = load<u32>(starts + (<usize>row << 2));
      end = load<u32>(starts + (<usize>row << 2), 4);
    }
    const column = <u32>(whole - rowStart);
    while (k < end && columnAt(offsets, k, columnOf) < column) k++;
    const index = <usize>i << 2;
    store<u32>(indices + index, k);
    store<u8>(active + i, k < end && columnAt(offsets, k, columnOf) == column ? 1 : 0);
    store<u32>(rows + index, row);
    store<u32>(newOffsets + index, offsetOf ? load<u32>(offsetOf + (<usize>column << 2)) : column * TILE_BYTES);
  }
  return count;
}

// @ts-ignore: decorator
@inline
function columnAt(offsets: usize, k: u32, columnOf: usize): u32 {
  const value = load<u32>(offsets + (<usize>k << 2)) / TILE_BYTES;
  return columnOf ? load<u32>(columnOf + (<usize>value << 2)) : value;
}

/**
 * Turns `indices` of grown weights into places among those that the drop of `removed` leaves.
 * @returns how many of them are not active any more then: `count` where all is well
 */
export function placeGrown(indices: usize, active: usize, count: u32, removed: usize, removedCount: u32): u32 {
  let gone: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const index = load<u32>(indices + (<usize>i << 2));
    while (gone < removedCount && load<u32>(removed + (<usize>gone << 2)) < index) gone++;
    const leaves = gone < removedCount && load<u32>(removed + (<usize>gone << 2)) == index;
    if (load<u8>(active + i) && !leaves) return i;
    store<u32>(indices + (<usize>i << 2), index - gone);
  }
  return count;
}

/**
 * Takes the weights at the ascending indices `removed` out of the arrays of offsets, weights and momenta.
 * @param removed with room for one more
 */
export function removeWeights(
  offsets: usize,
  weights: usize,
  momenta: usize,
  length: u32,
  removed: usize,
  count: u32,
): void {
  if (!count) return;
  store<u32>(removed + (<usize>count << 2), u32.MAX_VALUE);
  let from = <usize>load<u32>(removed) << 2;
  let to = from;
  // Written always and kept where it counts: a branch would often be guessed wrong.
  for (const end = <usize>length << 2; from < end; from += 4) {
    store<u32>(offsets + to, load<u32>(offsets + from));
    store<u32>(weights + to, load<u32>(weights + from));
    store<u32>(momenta + to, load<u32>(momenta + from));
    const isRemoved = from == <usize>load<u32>(removed) << 2;
    removed += <usize>isRemoved << 2;
    to += <usize>!isRemoved << 2;
  }
}

/**
 * Puts weights of zero with the given offsets before those now at the ascending indices `places` (`length`: at the
 * end). The arrays must have room.
 */
export function insertWeights(
  offsets: usize,
  weights: usize,
  momenta: usize,
  length: u32,
  places: usize,
  newOffsets: usize,
  count: u32,
): void {
  // From the end; `from` is behind the next old weight. Nothing moves any more once all new ones are in.
  let from = <usize>length << 2;
  let left = <usize>count << 2;
  while (left) {
    const isNew = <usize>load<u32>(places + left - 4) << 2 == from;
    const to = from + left - 4;
    // Before the first weight this reads what is not used.
    const offset = load<u32>(offsets + from - 4);
    const weight = load<u32>(weights + from - 4);
    const momentum = load<u32>(momenta + from - 4);
    store<u32>(offsets + to, select<u32>(load<u32>(newOffsets + left - 4), offset, isNew));
    store<u32>(weights + to, select<u32>(0, weight, isNew));
    store<u32>(momenta + to, select<u32>(0, momentum, isNew));
    left -= <usize>isNew << 2;
    from -= <usize>!isNew << 2;
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
 * The same matrix for the way back: a counting sort that keeps rows ascending, and where each weight went, or with
 * `back` where each came from. `kernel` says
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
      const place = load<u32>(slot);
      store<u32>(slot, place + 1);
      store<u32>(columnOffsets + ((<usize>place) << 2), load<u32>(position, 4) + row * TILE_BYTES);
      store<u32>(columnWeights + ((<usize>place) << 2), load<u32>(weights + ((<usize>k) << 2)));
      if (back) store<u32>(places + ((<usize>place) << 2), k);
      else store<u32>(places + ((<usize>k) << 2), place);
    }
  }
  // Every cursor has come to the next column's start: shift them back.
  memory.copy(columnStarts + 4, columnStarts, (<usize>columns) << 2);
  store<u32>(columnStarts, 0);
}
