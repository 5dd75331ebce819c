import type { Positions } from '../contract/index.ts';
import { BitSet } from '../numerics/bit-set.ts';

/** Above this a layer's explored positions are kept as a set, whose memory follows them and not the layer's size. */
const LARGEST_BIT_SET = 2 ** 28;

/** The positions of one layer that were ever active: F of R_s = |F| / N (ITOP, section 3). */
export interface ExploredSet {
  readonly size: number;
  has(position: number): boolean;
  /** Returns how many of them were new. */
  add(positions: Positions): number;
  /** Ascending. */
  positions(): Positions;
}

export function createExploredSet(outputs: number, inputs: number): ExploredSet {
  return outputs * inputs <= LARGEST_BIT_SET ? bitExploredSet(outputs * inputs) : hashExploredSet();
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
      const before = size;
      for (let at = 0; at < positions.length; at++) if (bits.add(positions[at])) size++;
      return size - before;
    },
    positions: () => {
      const all = new Float64Array(size);
      let at = 0;
      for (const position of bits) all[at++] = position;
      return all;
    },
  };
}

function hashExploredSet(): ExploredSet {
  const set = new Set<number>();
  return {
    get size() {
      return set.size;
    },
    has: (position) => set.has(position),
    add(positions) {
      const before = set.size;
      for (let at = 0; at < positions.length; at++) set.add(positions[at]);
      return set.size - before;
    },
    positions: () => Float64Array.from(set).sort(),
  };
}

/**
 * Expected R_s of one layer under random growth: 1 - (1 - d) prod_k (1 - q_k) with q_k = d p_k / (1 - d + d p_k), the
 * chance that an inactive position is grown at update k (itop.md 1.6).
 */
export function expectedRs(density: number, pruneRates: readonly number[]): number {
  if (density >= 1) return 1;
  const unexplored = pruneRates.reduce(
    (rest, rate) => rest * (1 - (density * rate) / (1 - density + density * rate)),
    1 - density,
  );
  return 1 - unexplored;
}

/** The most that any growth rule can reach in one layer: min(1, d (1 + sum_k p_k)) (itop.md 1.6). */
export function largestRs(density: number, pruneRates: readonly number[]): number {
  return Math.min(1, density * (1 + pruneRates.reduce((total, rate) => total + rate, 0)));
}
