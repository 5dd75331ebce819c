import { MASK_STATES, type MaskView } from '../../src-main/contract/index.ts';

type Mask = Pick<MaskView, 'outputs' | 'inputs' | 'positions' | 'states'>;

/** A rectangle of squares of a mip level. */
export interface BinWindow {
  row: number;
  column: number;
  rows: number;
  columns: number;
}

/**
 * One level of a density mip: the layer cut into squares of `size` x `size` weights, and for each square of the window
 * how many positions stand in each state. `counts[state][row * columns + column]`.
 */
export interface Bins extends BinWindow {
  size: number;
  counts: Uint32Array[];
  /** Most live or just-dead positions in one square of the window. */
  most: number;
}

/** All squares of a layer at a level. */
export function wholeWindow(mask: Pick<Mask, 'outputs' | 'inputs'>, size: number): BinWindow {
  return { row: 0, column: 0, rows: Math.ceil(mask.outputs / size), columns: Math.ceil(mask.inputs / size) };
}

/**
 * Counts the positions of a window into squares of `size` weights; size 1 gives the mask itself. The cost follows the
 * positions in the window's rows and the squares in the window, never the layer's dense size.
 */
export function binStates(mask: Mask, size: number, window: BinWindow = wholeWindow(mask, size)): Bins {
  const { row, column, rows, columns } = window;
  const counts = MASK_STATES.map(() => new Uint32Array(rows * columns));
  const total = new Uint32Array(rows * columns);
  const { inputs, positions, states } = mask;
  const from = lowerBound(positions, row * size * inputs);
  const to = lowerBound(positions, (row + rows) * size * inputs);
  let most = 0;
  for (let i = from; i < to; i++) {
    const output = Math.floor(positions[i] / inputs);
    const across = Math.floor((positions[i] - output * inputs) / size) - column;
    if (across < 0 || across >= columns) continue;
    const square = (Math.floor(output / size) - row) * columns + across;
    counts[states[i]][square] += 1;
    total[square] += 1;
    if (total[square] > most) most = total[square];
  }
  return { ...window, size, counts, most };
}

/** Index of the first position at or after `least`. */
function lowerBound(positions: Float64Array, least: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (positions[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** State of one position, or null where there is neither a weight nor a grave. */
export function stateAt(mask: Pick<Mask, 'positions' | 'states'>, position: number): number | null {
  const index = lowerBound(mask.positions, position);
  return mask.positions[index] === position ? mask.states[index] : null;
}
