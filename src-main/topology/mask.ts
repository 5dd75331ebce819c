import type { Mask, Positions } from '../contract/index.ts';

/** Number of active weights. */
export const activeCount = (mask: Mask): number => mask.columns.length;

/** Number of positions, active or not. */
export const positionCount = (mask: Mask): number => mask.outputs * mask.inputs;

/** Positions `row * inputs + column` of the active weights, ascending. */
export function positionsOf(mask: Mask): Positions {
  const positions = new Float64Array(mask.columns.length);
  for (let row = 0; row < mask.outputs; row++) {
    const offset = row * mask.inputs;
    for (let at = mask.rowStarts[row]; at < mask.rowStarts[row + 1]; at++) positions[at] = offset + mask.columns[at];
  }
  return positions;
}

/** The positions at the given indices. */
export function positionsAt(positions: Positions, indices: Uint32Array): Positions {
  const chosen = new Float64Array(indices.length);
  for (let at = 0; at < indices.length; at++) chosen[at] = positions[indices[at]];
  return chosen;
}

/**
 * @param positions ascending, without repeats, below outputs * inputs
 * @throws RangeError where they are not
 */
export function maskFromPositions(outputs: number, inputs: number, positions: Positions): Mask {
  const rowStarts = new Uint32Array(outputs + 1);
  const columns = new Uint32Array(positions.length);
  let previous = -1;
  for (let at = 0; at < positions.length; at++) {
    const position = positions[at];
    if (!(position > previous) || position >= outputs * inputs) {
      throw new RangeError(`Position ${position} is out of order or outside a mask of ${outputs} x ${inputs}.`);
    }
    previous = position;
    const row = Math.floor(position / inputs);
    columns[at] = position - row * inputs;
    rowStarts[row + 1]++;
  }
  for (let row = 0; row < outputs; row++) rowStarts[row + 1] += rowStarts[row];
  return { outputs, inputs, rowStarts, columns };
}

/** Every position active. */
export function fullMask(outputs: number, inputs: number): Mask {
  return {
    outputs,
    inputs,
    rowStarts: Uint32Array.from({ length: outputs + 1 }, (_, row) => row * inputs),
    columns: Uint32Array.from({ length: outputs * inputs }, (_, at) => at % inputs),
  };
}

/**
 * The mask after `dropped` are taken out and then `grown` put in; a position may be in both.
 * @throws RangeError where a dropped position is not active, or a grown one already is
 */
export function applyUpdate(mask: Mask, dropped: Positions, grown: Positions): Mask {
  const surviving = without(positionsOf(mask), dropped);
  return maskFromPositions(mask.outputs, mask.inputs, union(surviving, grown));
}

/** `all` less `removed`, both ascending. @throws RangeError where a removed one is not in `all` */
export function without(all: Positions, removed: Positions): Positions {
  const rest = new Float64Array(all.length + 1);
  let kept = 0;
  let next = 0;
  // Written always and kept where it counts: a branch would often be guessed wrong.
  for (let at = 0; at < all.length && next < removed.length; at++) {
    const isRemoved = removed[next] === all[at] ? 1 : 0;
    rest[kept] = all[at];
    kept += 1 - isRemoved;
    next += isRemoved;
  }
  if (next < removed.length) throw new RangeError(`Position ${removed[next]} is not active, so it cannot be dropped.`);
  rest.set(all.subarray(kept + next), kept);
  return rest.subarray(0, all.length - removed.length);
}

/** `all` less those of the given ranks, which are ascending and below its length. */
export function withoutRanks(all: Positions, ranks: Uint32Array): Positions {
  const rest = new Float64Array(all.length + 1);
  let kept = 0;
  let next = 0;
  // Written always and kept where it counts: a branch would often be guessed wrong.
  for (let at = 0; next < ranks.length; at++) {
    const isRemoved = ranks[next] === at ? 1 : 0;
    rest[kept] = all[at];
    kept += 1 - isRemoved;
    next += isRemoved;
  }
  rest.set(all.subarray(kept + next), kept);
  return rest.subarray(0, all.length - ranks.length);
}

/** Those of `all` that are not in `others`; both ascending. */
export function difference(all: Positions, others: Positions): Positions {
  let next = 0;
  return all.filter((position) => {
    while (next < others.length && others[next] < position) next++;
    return others[next] !== position;
  });
}

/** Merge of two ascending lists. @throws RangeError where they share an element */
export function union(a: Positions, b: Positions): Positions {
  const merged = new Float64Array(a.length + b.length);
  let fromA = 0;
  let fromB = 0;
  let shared = 0;
  let at = 0;
  // Without branches on what is as good as random.
  while (fromA < a.length && fromB < b.length) {
    const isFromA = a[fromA] < b[fromB] ? 1 : 0;
    shared += a[fromA] === b[fromB] ? 1 : 0;
    merged[at++] = Math.min(a[fromA], b[fromB]);
    fromA += isFromA;
    fromB += 1 - isFromA;
  }
  if (shared > 0) {
    const active = new Set(a);
    throw new RangeError(
      `Position ${b.find((position) => active.has(position))} is active already, so it cannot be grown.`,
    );
  }
  merged.set(a.subarray(fromA), at);
  merged.set(b.subarray(fromB), at + a.length - fromA);
  return merged;
}

/** Number of elements that two ascending lists share. */
export function sharedCount(a: Positions, b: Positions): number {
  let shared = 0;
  for (let atA = 0, atB = 0; atA < a.length && atB < b.length;) {
    if (a[atA] === b[atB]) {
      shared++;
      atA++;
      atB++;
    } else if (a[atA] < b[atB]) atA++;
    else atB++;
  }
  return shared;
}
