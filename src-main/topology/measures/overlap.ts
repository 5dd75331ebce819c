import { createPositionSet } from '../active-set.ts';
import { sharedCount } from '../mask.ts';
import type { LayerHistory } from './history.ts';
import { UnmeasurableError, ratios, rowNumbers, type Counts, type Measure } from './measure.ts';

/** Sizes of two masks and of what they share. */
interface Pair {
  a: number;
  b: number;
  shared: number;
}

/**
 * Of masks A and B of N positions: IoU = |A and B| / |A or B|, Hamming = |A xor B| / N, overlap coefficient
 * |A and B| / min(|A|, |B|). The baselines are those of independent uniform masks of the same sizes, where
 * |A and B| is |A||B| / N on average: at one density d, IoU d / (2 - d) and Hamming 2 d (1 - d).
 */
function overlap(title: string, pairs: (history: LayerHistory, other?: LayerHistory) => Iterable<Pair>): Measure {
  return {
    title,
    source: 'docs/reference/itop.md 4.3 (Jaccard, Hamming; random baseline d / (2 - d))',
    additive: true,
    count(history, { other }) {
      const size = history.outputs * history.inputs;
      const counts: Counts = { shared: [], either: [], smaller: [], expectedShared: [], positions: [] };
      for (const { a, b, shared } of pairs(history, other)) {
        counts.shared.push(shared);
        counts.either.push(a + b - shared);
        counts.smaller.push(Math.min(a, b));
        counts.expectedShared.push((a * b) / size);
        counts.positions.push(size);
      }
      return counts;
    },
    present({ shared, either, smaller, expectedShared, positions }) {
      const both = shared.map((count, row) => count + either[row]);
      const randomEither = both.map((count, row) => count - expectedShared[row]);
      const distance = (inCommon: number[], inEither: number[]) =>
        ratios(
          inEither.map((count, row) => count - inCommon[row]),
          positions,
        );
      return {
        columns: {
          update: rowNumbers(shared),
          iou: ratios(shared, either),
          hamming: distance(shared, either),
          coefficient: ratios(shared, smaller),
          randomIou: ratios(expectedShared, randomEither),
          randomHamming: distance(expectedShared, randomEither),
        },
        facts: {},
      };
    },
  };
}

/** What an update takes from and gives to the mask shared with another is counted, never the masks again. */
export const overlapFirst = overlap('Overlap with the first mask', function* (history) {
  const { initial, outputs, inputs } = history;
  const first = createPositionSet(initial, outputs * inputs);
  const pair = { a: initial.length, b: initial.length, shared: initial.length };
  yield pair;
  for (const { dropped, grown } of history.moments()) {
    pair.b += grown.length - dropped.length;
    pair.shared += first.sharedWith(grown) - first.sharedWith(dropped);
    yield pair;
  }
});

/** Row 0, which has no mask before it, compares the initial mask with itself. */
export const overlapPrevious = overlap('Overlap with the previous mask', function* (history) {
  let b = history.initial.length;
  yield { a: b, b, shared: b };
  for (const { dropped, grown } of history.moments()) {
    const a = b;
    b += grown.length - dropped.length;
    yield { a, b, shared: a - dropped.length + sharedCount(dropped, grown) };
  }
});

/** Update by update, while both runs have one. */
export const overlapOther = overlap('Overlap with another run’s mask', function* (history, other) {
  if (!other) throw new UnmeasurableError('Name the run to compare with.');
  if (history.outputs !== other.outputs || history.inputs !== other.inputs) {
    throw new UnmeasurableError(
      `Layers of ${history.outputs} x ${history.inputs} and ${other.outputs} x ${other.inputs} cannot be compared.`,
    );
  }
  const theirs = other.masks()[Symbol.iterator]();
  for (const mine of history.masks()) {
    const next = theirs.next();
    if (next.done) return;
    yield { a: mine.size, b: next.value.size, shared: mine.sharedWith(next.value) };
  }
});
