import type { Positions } from '../../contract/index.ts';
import { createPositionSet, createRankedSet, type RankedSet } from '../active-set.ts';
import { difference } from '../mask.ts';

/** One update of a layer's mask; both lists ascending. */
export interface Moment {
  /** 1 for the first. */
  update: number;
  dropped: Positions;
  /** A position may be dropped and grown at once. */
  grown: Positions;
}

/** The life of a layer's mask, read as a stream: measures keep no more of it than they must. */
export interface LayerHistory {
  outputs: number;
  inputs: number;
  initial: Positions;
  /** Mask updates of the run, those that leave this layer alone among them. */
  updates: number;
  /** What an update drops and grows at once keeps its weight, so that its life goes on. */
  regrownLiveOn?: boolean;
  /** A fresh pass over all updates. */
  moments(): Iterable<Moment>;
  /** A fresh pass over the masks: the initial one, then that after each update. One set, which the next step changes. */
  masks(): Iterable<RankedSet>;
  /** The active positions after an update, ascending; 0 is the initial mask. */
  activeAt(update: number): Positions;
}

/** A fresh pass over all updates as lives end and begin by them. */
export function* lifeMoments(history: LayerHistory): Iterable<Moment> {
  for (const moment of history.moments()) yield history.regrownLiveOn ? withoutRegrown(moment) : moment;
}

/** What is both dropped and grown taken out of both. */
export const withoutRegrown = ({ update, dropped, grown }: Moment): Moment => ({
  update,
  dropped: difference(dropped, grown),
  grown: difference(grown, dropped),
});

/** A history held in memory. @throws RangeError where an update drops what is not active, or grows what is */
export function historyOf(
  shape: { outputs: number; inputs: number },
  initial: Positions,
  updates: readonly { dropped: Positions; grown: Positions }[],
): LayerHistory {
  const replay = (count: number): Positions => {
    const active = createPositionSet(initial, shape.outputs * shape.inputs);
    for (const { dropped, grown } of updates.slice(0, count)) {
      active.drop(dropped);
      active.grow(grown);
    }
    return active.positions();
  };
  replay(updates.length);
  return {
    ...shape,
    initial,
    updates: updates.length,
    *moments() {
      for (const [index, { dropped, grown }] of updates.entries()) yield { update: index + 1, dropped, grown };
    },
    *masks() {
      for (let update = 0; update <= updates.length; update++)
        yield createRankedSet(replay(update), shape.outputs * shape.inputs);
    },
    activeAt: replay,
  };
}

/** Active weights after each update. */
export function activeCounts(history: LayerHistory): number[] {
  const counts = new Array<number>(history.updates + 1);
  counts[0] = history.initial.length;
  for (const { update, dropped, grown } of history.moments()) {
    counts[update] = counts[update - 1] - dropped.length + grown.length;
  }
  return counts;
}
