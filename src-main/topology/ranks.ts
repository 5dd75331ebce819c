import type { Positions } from '../contract/index.ts';

/**
 * Ranks and positions. The k-th *absent* position is the k-th position that is not in an ascending list; ranks make
 * inactive weights addressable without a list of them.
 */

/** Positions of the given ranks among the positions that `present` leaves out; all lists ascending. */
export function absentPositions(present: Positions, ranks: Positions): Positions {
  const positions = new Float64Array(ranks.length);
  let before = 0;
  for (let at = 0; at < ranks.length; at++) {
    while (before < present.length && present[before] <= ranks[at] + before) before++;
    positions[at] = ranks[at] + before;
  }
  return positions;
}

/**
 * The same where `present` has lost those of `lost` ranks: `absentPositions(withoutRanks(present, lost), ranks)` without
 * the list between.
 */
export function absentPositionsAfter(present: Positions, lost: Uint32Array, ranks: Positions): Positions {
  const positions = new Float64Array(ranks.length);
  let before = 0;
  let next = 0;
  let at = 0;
  for (let to = 0; to < ranks.length; to++) {
    while (at < present.length && present[at] <= ranks[to] + before) {
      const isLost = next < lost.length && lost[next] === at ? 1 : 0;
      before += 1 - isLost;
      next += isLost;
      at++;
    }
    positions[to] = ranks[to] + before;
  }
  return positions;
}

/** The inverse of `absentPositions`. */
export function absentRanks(present: Positions, positions: Positions): Positions {
  const ranks = new Float64Array(positions.length);
  let before = 0;
  for (let at = 0; at < positions.length; at++) {
    while (before < present.length && present[before] < positions[at]) before++;
    ranks[at] = positions[at] - before;
  }
  return ranks;
}

/** Index of each of `chosen` in `all`; both ascending. @throws RangeError where one is not there */
export function presentRanks(all: Positions, chosen: Positions): Positions {
  const ranks = new Float64Array(chosen.length);
  let at = 0;
  for (let next = 0; next < chosen.length; next++) {
    while (at < all.length && all[at] < chosen[next]) at++;
    if (all[at] !== chosen[next]) throw new RangeError(`Position ${chosen[next]} is not active.`);
    ranks[next] = at;
  }
  return ranks;
}
