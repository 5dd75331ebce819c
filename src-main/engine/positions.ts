import type { Mask, Positions } from '../contract/index.ts';
import { EngineError } from './engine.ts';

/** Where positions of a layer stand among its active weights, or would stand. */
export interface Located {
  rows: Uint32Array<ArrayBuffer>;
  columns: Uint32Array<ArrayBuffer>;
  /** Index of the first active weight of the row that is not before the position. */
  indices: Uint32Array<ArrayBuffer>;
  /** 1 where the position itself is active. */
  active: Uint8Array;
}

/** How an engine writes the columns of a layer down. */
export interface ColumnOffsets {
  offsetOf(column: number): number;
  columnOf(offset: number): number;
  /** Whether offsets ascend as columns do. */
  ascends: boolean;
}

export interface Pattern {
  name: string;
  outputs: number;
  inputs: number;
  starts: Uint32Array;
  /** Ascending in each row by the columns that `window` gives them. */
  offsets: Uint32Array;
  window: ColumnOffsets;
}

const PLAIN: ColumnOffsets = { offsetOf: (column) => column, columnOf: (offset) => offset, ascends: true };

/** A mask as it is. @param name of the layer, for messages */
export const patternOf = (name: string, { outputs, inputs, rowStarts, columns }: Mask): Pattern => ({
  name,
  outputs,
  inputs,
  starts: rowStarts,
  offsets: columns,
  window: PLAIN,
});

/** @throws EngineError where positions are not ascending whole numbers of the layer */
export function locate(positions: Positions, what: string, pattern: Pattern): Located {
  const { inputs, outputs, starts, offsets, window } = pattern;
  const count = positions.length;
  const located: Located = {
    rows: new Uint32Array(count),
    columns: new Uint32Array(count),
    indices: new Uint32Array(count),
    active: new Uint8Array(count),
  };
  let previous = -1;
  let row = -1;
  let rowStart = 0;
  let nextRowStart = 0;
  let low = 0;
  let end = 0;
  for (let i = 0; i < count; i++) {
    const position = positions[i];
    if (!(position > previous) || position >= outputs * inputs || position % 1 !== 0)
      throw new EngineError(
        `Layer ${pattern.name}: ${what} position ${position} (entry ${i}) must be a whole number, ` +
          `above the one before it (${previous}) and below ${outputs * inputs}`,
      );
    previous = position;
    if (position >= nextRowStart) {
      row = Math.floor(position / inputs);
      // The quotient may round up to a whole number where positions near 2^53.
      if (row * inputs > position) row--;
      rowStart = row * inputs;
      nextRowStart = rowStart + inputs;
      low = starts[row];
      end = starts[row + 1];
    }
    const column = position - rowStart;
    // Positions ascend, so the search goes on from the one before.
    low = window.ascends
      ? firstNotBelow(offsets, low, end, window.offsetOf(column))
      : firstColumnNotBelow(offsets, low, end, column, window);
    located.rows[i] = row;
    located.columns[i] = column;
    located.indices[i] = low;
    located.active[i] = low < end && offsets[low] === window.offsetOf(column) ? 1 : 0;
  }
  return located;
}

/** Index of the first offset in [from, end) that is not below `offset`: by leaps that double, then by halves. */
function firstNotBelow(offsets: Uint32Array, from: number, end: number, offset: number): number {
  let low = from;
  let leap = 1;
  while (low + leap < end && offsets[low + leap] < offset) {
    low += leap;
    leap *= 2;
  }
  let high = Math.min(low + leap, end);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (offsets[middle] < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same where offsets are not in the order of their columns. */
function firstColumnNotBelow(
  offsets: Uint32Array,
  from: number,
  end: number,
  column: number,
  window: ColumnOffsets,
): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (window.columnOf(offsets[middle]) < column) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @throws EngineError where one of the positions is not active */
export function locateActive(positions: Positions, what: string, pattern: Pattern): Located {
  const located = locate(positions, what, pattern);
  const missing = located.active.indexOf(0);
  if (missing >= 0)
    throw new EngineError(
      `Layer ${pattern.name}: ${what} position ${positions[missing]} ` +
        `(output ${located.rows[missing]}, input ${located.columns[missing]}) is not active`,
    );
  return located;
}

/** @throws EngineError where ranks among the active weights are not ascending, or there are no such */
export function requireRanks(name: string, ranks: Uint32Array, active: number): void {
  for (let at = 0; at < ranks.length; at++) {
    if (ranks[at] < active && (at === 0 || ranks[at - 1] < ranks[at])) continue;
    throw new EngineError(
      `Layer ${name}: dropped rank ${ranks[at]} is not active: there are ${active} active weights, and ranks ascend`,
    );
  }
}

/** Indices of grown weights among those that the drop leaves. @throws EngineError where a grown position stays active */
export function indicesAfterDrop(
  name: string,
  grown: Positions,
  into: { indices: Uint32Array; active: Uint8Array },
  removed: Uint32Array,
): Uint32Array<ArrayBuffer> {
  const indices = new Uint32Array(grown.length);
  let gone = 0;
  for (let i = 0; i < grown.length; i++) {
    const index = into.indices[i];
    while (gone < removed.length && removed[gone] < index) gone++;
    if (into.active[i] && removed[gone] !== index)
      throw new EngineError(`Layer ${name}: grown position ${grown[i]} is active already`);
    indices[i] = index - gone;
  }
  return indices;
}
