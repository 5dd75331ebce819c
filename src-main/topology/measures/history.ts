import type { Positions } from '../../contract/index.ts';
import { union, without } from '../mask.ts';

/** One update of a layer's mask, with the active positions around it; all lists ascending. */
export interface Moment {
  /** 1 for the first. */
  update: number;
  dropped: Positions;
  /** A position may be dropped and grown at once. */
  grown: Positions;
  before: Positions;
  after: Positions;
}

/** The life of a layer's mask, read as a stream: measures keep no more of it than they must. */
export interface LayerHistory {
  outputs: number;
  inputs: number;
  initial: Positions;
  /** Mask updates of the run, those that leave this layer alone among them. */
  updates: number;
  /** A fresh pass over all updates. */
  moments(): Iterable<Moment>;
}

/** A history held in memory. @throws RangeError where an update drops what is not active, or grows what is */
export function historyOf(
  shape: { outputs: number; inputs: number },
  initial: Positions,
  updates: readonly { dropped: Positions; grown: Positions }[],
): LayerHistory {
  return {
    ...shape,
    initial,
    updates: updates.length,
    *moments() {
      let before = initial;
      for (const [index, { dropped, grown }] of updates.entries()) {
        const after = union(without(before, dropped), grown);
        yield { update: index + 1, dropped, grown, before, after };
        before = after;
      }
    },
  };
}

/** A moment with the update at which every active position's present life began; 0 for the initial mask. */
export interface AgedMoment extends Moment {
  /** In the order of `before`. */
  births: Int32Array;
  /** In the order of `dropped`. */
  droppedBirths: Int32Array;
  /** In the order of `after`. */
  birthsAfter: Int32Array;
}

/** A life ends with its drop, also where the position is grown again at once: the weight starts anew. */
export function* agedMoments(history: LayerHistory): Generator<AgedMoment> {
  let births = new Int32Array(history.initial.length);
  for (const moment of history.moments()) {
    const { update, before, after, dropped, grown } = moment;
    const birthsAfter = new Int32Array(after.length);
    const droppedBirths = new Int32Array(dropped.length);
    let nextDropped = 0;
    let nextGrown = 0;
    let to = 0;
    for (let at = 0; at < before.length; at++) {
      const position = before[at];
      while (nextGrown < grown.length && grown[nextGrown] < position) {
        birthsAfter[to++] = update;
        nextGrown++;
      }
      if (nextDropped < dropped.length && dropped[nextDropped] === position) droppedBirths[nextDropped++] = births[at];
      else birthsAfter[to++] = births[at];
    }
    birthsAfter.fill(update, to);
    yield { ...moment, births, droppedBirths, birthsAfter };
    births = birthsAfter;
  }
}
