import type { Positions } from '../contract/index.ts';
import { BitSet } from '../numerics/bit-set.ts';
import { MOST_RANKED_BITS, RankedBits } from '../numerics/ranked-bits.ts';
import { sharedCount, union, without } from './mask.ts';
import { absentPositions } from './ranks.ts';

/** A list of positions takes less than a bit for every position of the layer while fewer than one in this many is active. */
const POSITIONS_A_LISTED = 64;

/** A layer's active positions as ranks change them: what the stored history is written in. Every list is ascending. */
export interface RankedSet {
  readonly size: number;
  /** Takes out those of the given ranks among the active and tells which they were. */
  drop(ranks: Positions): Positions;
  /** Puts in those of the given ranks among the inactive and tells which they are. */
  grow(ranks: Positions): Positions;
  /** Both, where nobody asks which. */
  change(dropped: Positions, grown: Positions): void;
  /** How many positions are active in both sets of one layer. */
  sharedWith(other: RankedSet): number;
  /** Where the set is kept as bits, these. */
  readonly bits: RankedBits | null;
  positions(): Positions;
}

/** A layer's active positions as positions change them. Every list is ascending. */
export interface PositionSet {
  readonly size: number;
  /** @throws RangeError where one is not active */
  drop(positions: Positions): void;
  /** @throws RangeError where one is active already */
  grow(positions: Positions): void;
  /** How many of the given positions are active. */
  sharedWith(positions: Positions): number;
  positions(): Positions;
}

/**
 * Bits where they take no more than the list of positions would; a list in layers so sparse that bits would.
 * @param count positions of the layer, active or not
 */
export function createRankedSet(positions: Positions, count: number): RankedSet {
  const isListed = positions.length * POSITIONS_A_LISTED < count || count > MOST_RANKED_BITS;
  return isListed ? listRankedSet(positions) : bitRankedSet(positions, count);
}

/** The same choice. */
export function createPositionSet(positions: Positions, count: number): PositionSet {
  return positions.length * POSITIONS_A_LISTED < count ? listPositionSet(positions) : bitPositionSet(positions, count);
}

function bitRankedSet(positions: Positions, count: number): RankedSet {
  const bits = new RankedBits(count, positions);
  let size = positions.length;
  return {
    get size() {
      return size;
    },
    drop(ranks) {
      size -= ranks.length;
      return bits.takeSet(ranks);
    },
    grow(ranks) {
      size += ranks.length;
      return bits.takeClear(ranks);
    },
    change(dropped, grown) {
      size += grown.length - dropped.length;
      bits.flip(dropped, grown);
    },
    sharedWith(other) {
      return other.bits ? bits.countShared(other.bits) : sharedCount(bits.indices(size), other.positions());
    },
    bits,
    positions: () => bits.indices(size),
  };
}

function listRankedSet(positions: Positions): RankedSet {
  let list = positions;
  return {
    get size() {
      return list.length;
    },
    drop(ranks) {
      const dropped = Float64Array.from(ranks, (rank) => list[rank]);
      list = without(list, dropped);
      return dropped;
    },
    grow(ranks) {
      const grown = absentPositions(list, ranks);
      list = union(list, grown);
      return grown;
    },
    change(dropped, grown) {
      this.drop(dropped);
      this.grow(grown);
    },
    sharedWith: (other) => sharedCount(list, other.positions()),
    bits: null,
    positions: () => list,
  };
}

function bitPositionSet(positions: Positions, count: number): PositionSet {
  const bits = new BitSet(count);
  bits.addAll(positions);
  let size = positions.length;
  return {
    get size() {
      return size;
    },
    drop(dropped) {
      if (bits.deleteAll(dropped) < dropped.length) throw new RangeError('A dropped position is not active.');
      size -= dropped.length;
    },
    grow(grown) {
      if (bits.addAll(grown) < grown.length) throw new RangeError('A grown position is active already.');
      size += grown.length;
    },
    sharedWith: (others) => bits.countOf(others),
    positions: () => bits.indices(size),
  };
}

function listPositionSet(positions: Positions): PositionSet {
  let list = positions;
  return {
    get size() {
      return list.length;
    },
    drop: (dropped) => void (list = without(list, dropped)),
    grow: (grown) => void (list = union(list, grown)),
    sharedWith: (others) => sharedCount(list, others),
    positions: () => list,
  };
}

/** By bisection of an ascending list. */
export function isIn(list: Positions, position: number): boolean {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle] < position) low = middle + 1;
    else high = middle;
  }
  return list[low] === position;
}
