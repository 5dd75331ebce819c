import {
  LIST_ACTIVE,
  LIST_COUNT,
  LIST_INDICES,
  LIST_OFFSETS,
  LIST_POSITIONS,
  LIST_ROWS,
  REWIRE_BACK,
  REWIRE_COLUMN_OF,
  REWIRE_COLUMN_OFFSETS,
  REWIRE_COLUMN_STARTS,
  REWIRE_COLUMN_WEIGHTS,
  REWIRE_DONE,
  REWIRE_DROPPED,
  REWIRE_GROWN,
  REWIRE_INPUTS,
  REWIRE_KERNEL,
  REWIRE_MOMENTA,
  REWIRE_OFFSETS,
  REWIRE_OFFSET_OF,
  REWIRE_OUTPUTS,
  REWIRE_PERMUTATION,
  REWIRE_STARTS,
  REWIRE_TURNED_ROWS,
  REWIRE_WEIGHTS,
  TILE_BYTES,
} from './layout';
import { word } from './simd';
import { transpose } from './transpose';

/** Drops, grows and arranges one layer anew; leaves REWIRE_DONE at 0, and all as it was, where a list is refused. */
export function rewireLayer(job: usize): void {
  const outputs = word(job, REWIRE_OUTPUTS);
  const starts = <usize>word(job, REWIRE_STARTS);
  const offsets = <usize>word(job, REWIRE_OFFSETS);
  const weights = <usize>word(job, REWIRE_WEIGHTS);
  const momenta = <usize>word(job, REWIRE_MOMENTA);
  const dropped = <usize>word(job, REWIRE_DROPPED);
  const grown = <usize>word(job, REWIRE_GROWN);
  const removed = word(dropped, LIST_COUNT);
  const inserted = word(grown, LIST_COUNT);
  if (!locateList(job, dropped) || !locateList(job, grown)) return;
  const active = <usize>word(dropped, LIST_ACTIVE);
  for (let i: u32 = 0; i < removed; i++) if (!load<u8>(active + i)) return;
  const out = <usize>word(dropped, LIST_INDICES);
  const into = <usize>word(grown, LIST_INDICES);
  if (shiftGrown(into, <usize>word(grown, LIST_ACTIVE), inserted, out, removed) < inserted) return;

  const before = load<u32>(starts + (<usize>outputs << 2));
  removeWeights(offsets, weights, momenta, before, out, removed);
  insertWeights(offsets, weights, momenta, before - removed, into, <usize>word(grown, LIST_OFFSETS), inserted);
  moveStarts(starts, outputs, <usize>word(dropped, LIST_ROWS), removed, <usize>word(grown, LIST_ROWS), inserted);
  if (word(job, REWIRE_COLUMN_STARTS))
    transpose(
      outputs,
      word(job, REWIRE_TURNED_ROWS),
      starts,
      offsets,
      weights,
      <usize>word(job, REWIRE_COLUMN_STARTS),
      <usize>word(job, REWIRE_COLUMN_OFFSETS),
      <usize>word(job, REWIRE_COLUMN_WEIGHTS),
      <usize>word(job, REWIRE_PERMUTATION),
      <usize>word(job, REWIRE_KERNEL),
      word(job, REWIRE_BACK) != 0,
    );
  store<u32>(job + (REWIRE_DONE << 2), 1);
}

/** Whether the list holds ascending positions of the layer; where they stand is then in it too. */
function locateList(job: usize, list: usize): bool {
  const count = word(list, LIST_COUNT);
  const located = locatePositions(
    <usize>word(list, LIST_POSITIONS),
    count,
    word(job, REWIRE_OUTPUTS),
    word(job, REWIRE_INPUTS),
    <usize>word(job, REWIRE_STARTS),
    <usize>word(job, REWIRE_OFFSETS),
    <usize>word(job, REWIRE_COLUMN_OF),
    <usize>word(job, REWIRE_OFFSET_OF),
    <usize>word(list, LIST_INDICES),
    <usize>word(list, LIST_ACTIVE),
    <usize>word(list, LIST_ROWS),
    <usize>word(list, LIST_OFFSETS),
  );
  return located == count;
}

/**
 * Where ascending `positions` (float64) stand among a layer's active weights: `indices` of the first weight of the row
 * that is not before each, 1 in `active` where that is the position itself, its row and its offset. Rows are in
 * the order of their columns. @param columnOf column by offset / TILE_BYTES, and `offsetOf` the other way round; both 0
 * where offsets are columns. @returns how many of the positions are ascending whole numbers of the layer
 */
function locatePositions(
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
 * Turns `indices` of grown weights into indices among those that the drop of `removed` leaves.
 * @returns how many of them are not active any more then: `count` where all is well
 */
function shiftGrown(indices: usize, active: usize, count: u32, removed: usize, removedCount: u32): u32 {
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
function removeWeights(
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
 * Puts weights of zero with the given offsets before those now at the ascending indices `indices` (`length`: at the
 * end). The arrays must have room.
 */
function insertWeights(
  offsets: usize,
  weights: usize,
  momenta: usize,
  length: u32,
  indices: usize,
  newOffsets: usize,
  count: u32,
): void {
  // From the end; `from` is behind the next old weight. Nothing moves any more once all new ones are in.
  let from = <usize>length << 2;
  let left = <usize>count << 2;
  while (left) {
    const isNew = <usize>load<u32>(indices + left - 4) << 2 == from;
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
function moveStarts(
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
