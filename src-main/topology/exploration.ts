import type { Positions } from '../contract/index.ts';
import { BitSet } from '../numerics/bit-set.ts';
import { power } from '../numerics/portable.ts';
import { isIn } from './active-set.ts';

/** Bits of one position in an ascending list: a bit for every position of the layer takes less once this many are not explored. */
const POSITION_BITS = 64;

/** The positions of one layer that were ever active: F of R_s = |F| / N (ITOP, section 3). */
export interface ExploredSet {
  readonly size: number;
  has(position: number): boolean;
  /** Takes ascending positions, returns how many of them were new. */
  add(positions: Positions): number;
  /** Ascending. */
  positions(): Positions;
}

/** A list while that is smaller than a bit for every position of the layer, so its memory never follows the layer's size. */
export function createExploredSet(outputs: number, inputs: number): ExploredSet {
  const count = outputs * inputs;
  let set = listExploredSet();
  let listed = true;
  return {
    get size() {
      return set.size;
    },
    has: (position) => set.has(position),
    add(positions) {
      const before = set.size;
      if (listed && (before + positions.length) * POSITION_BITS > count) {
        const bits = bitExploredSet(count);
        bits.add(set.positions());
        set = bits;
        listed = false;
      }
      set.add(positions);
      return set.size - before;
    },
    positions: () => set.positions(),
  };
}

function bitExploredSet(count: number): ExploredSet {
  const bits = new BitSet(count);
  let size = 0;
  return {
    get size() {
      return size;
    },
    has: (position) => bits.has(position),
    add(positions) {
      const added = bits.addAll(positions);
      size += added;
      return added;
    },
    positions: () => bits.indices(size),
  };
}

function listExploredSet(): ExploredSet {
  let list = new Float64Array(0);
  return {
    get size() {
      return list.length;
    },
    has: (position) => isIn(list, position),
    add(positions) {
      const before = list.length;
      list = mergeDistinct(list, positions);
      return list.length - before;
    },
    positions: () => list.slice(),
  };
}

/** Of two ascending lists; what they share once. */
function mergeDistinct(a: Positions, b: Positions): Float64Array<ArrayBuffer> {
  const merged = new Float64Array(a.length + b.length);
  let count = 0;
  for (let fromA = 0, fromB = 0; fromA < a.length || fromB < b.length;) {
    const takeA = fromB >= b.length || (fromA < a.length && a[fromA] <= b[fromB]);
    const next = takeA ? a[fromA++] : b[fromB++];
    if (count === 0 || merged[count - 1] !== next) merged[count++] = next;
  }
  return merged.slice(0, count);
}

/**
 * Expected R_s of one layer under random growth: 1 - (1 - d) prod_k (1 - q_k) with q_k = d_k p_k / (1 - d_k + d_k p_k),
 * the chance that an inactive position is grown at update k (itop.md 1.6).
 * @param densities d_k after each update; all d where absent
 * @param times how many updates in a row each stands for; one where absent
 */
export function expectedRs(
  density: number,
  pruneRates: readonly number[],
  densities?: readonly number[],
  times?: readonly number[],
): number {
  if (density >= 1) return 1;
  const unexplored = pruneRates.reduce((rest, rate, at) => {
    const now = densities?.[at] ?? density;
    return now >= 1 ? 0 : rest * power(1 - (now * rate) / (1 - now + now * rate), times?.[at] ?? 1);
  }, 1 - density);
  return 1 - unexplored;
}

/**
 * The most that any growth rule can reach in one layer: min(1, d + sum_k d_k p_k) (itop.md 1.6).
 * @param densities @param times as `expectedRs` has them
 */
export function largestRs(
  density: number,
  pruneRates: readonly number[],
  densities?: readonly number[],
  times?: readonly number[],
): number {
  if (densities)
    return Math.min(
      1,
      pruneRates.reduce((total, rate, at) => total + densities[at] * rate * (times?.[at] ?? 1), density),
    );
  return Math.min(1, density * (1 + pruneRates.reduce((total, rate, at) => total + rate * (times?.[at] ?? 1), 0)));
}
