import type { Positions } from '../../contract/index.ts';
import { EngineError } from '../engine.ts';
import type { Window } from './window.ts';

/** Where positions of a layer stand among its active weights, or would stand. */
export interface Located {
  rows: Uint32Array<ArrayBuffer>;
  columns: Uint32Array<ArrayBuffer>;
  /** Index of the first active weight of the row that does not lie before the position. */
  indices: Uint32Array<ArrayBuffer>;
  /** 1 where the position itself is active. */
  active: Uint8Array;
}

export interface Pattern {
  name: string;
  outputs: number;
  inputs: number;
  starts: Uint32Array;
  /** Ascending in each row by the columns that `window` gives them. */
  offsets: Uint32Array;
  window: Window;
}

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
  let previousRow = -1;
  let previousIndex = 0;
  for (let i = 0; i < count; i++) {
    const position = positions[i];
    if (!(position > previous) || position >= outputs * inputs || !Number.isInteger(position))
      throw new EngineError(
        `Layer ${pattern.name}: ${what} position ${position} (entry ${i}) must be a whole number, ` +
          `above the one before it (${previous}) and below ${outputs * inputs}`,
      );
    previous = position;
    let row = Math.floor(position / inputs);
    // The quotient may round up to a whole number where positions near 2^53.
    if (row * inputs > position) row--;
    const column = position - row * inputs;
    // Positions ascend, so the search goes on from the one before, first by leaps that double.
    let low = row === previousRow ? previousIndex : starts[row];
    const end = starts[row + 1];
    let leap = 1;
    while (low + leap < end && window.columnOf(offsets[low + leap]) < column) {
      low += leap;
      leap *= 2;
    }
    let high = Math.min(low + leap, end);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (window.columnOf(offsets[middle]) < column) low = middle + 1;
      else high = middle;
    }
    previousRow = row;
    previousIndex = low;
    located.rows[i] = row;
    located.columns[i] = column;
    located.indices[i] = low;
    located.active[i] = low < end && window.columnOf(offsets[low]) === column ? 1 : 0;
  }
  return located;
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
