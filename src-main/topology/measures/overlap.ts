import type { Positions } from '../../contract/index.ts';
import { sharedCount } from '../mask.ts';
import type { LayerHistory } from './history.ts';
import { ratios, rowNumbers, type Counts, type Measure } from './measure.ts';

/**
 * Of masks A and B of N positions: IoU = |A and B| / |A or B|, Hamming = |A xor B| / N, overlap coefficient
 * |A and B| / min(|A|, |B|). The baselines are those of independent uniform masks of the same sizes, where
 * |A and B| is |A||B| / N on average: at one density d, IoU d / (2 - d) and Hamming 2 d (1 - d).
 */
function overlap(title: string, pairs: (history: LayerHistory, other?: LayerHistory) => Iterable<Pair>): Measure {
  return {
    title,
    source: 'itop.md 4.3 (Jaccard, Hamming; random baseline d / (2 - d))',
    rows: 'update',
    additive: true,
    count(history, { other }) {
      const size = history.outputs * history.inputs;
      const counts: Counts = { shared: [], either: [], smaller: [], expectedShared: [], positions: [] };
      for (const { a, b } of pairs(history, other)) {
        const shared = a === b ? a.length : sharedCount(a, b);
        counts.shared.push(shared);
        counts.either.push(a.length + b.length - shared);
        counts.smaller.push(Math.min(a.length, b.length));
        counts.expectedShared.push((a.length * b.length) / size);
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

interface Pair {
  a: Positions;
  b: Positions;
}

export const overlapFirst = overlap('Overlap with the first mask', function* ({ initial, ...history }) {
  yield { a: initial, b: initial };
  for (const { after } of history.moments()) yield { a: initial, b: after };
});

/** Row 0, which has no mask before it, compares the initial mask with itself. */
export const overlapPrevious = overlap('Overlap with the previous mask', function* ({ initial, ...history }) {
  yield { a: initial, b: initial };
  for (const { before, after } of history.moments()) yield { a: before, b: after };
});

/** Update by update, while both runs have one. */
export const overlapOther = overlap('Overlap with another run’s mask', function* (history, other) {
  if (!other) throw new RangeError('Name the run to compare with.');
  if (history.outputs !== other.outputs || history.inputs !== other.inputs) {
    throw new RangeError(
      `Layers of ${history.outputs} x ${history.inputs} and ${other.outputs} x ${other.inputs} cannot be compared.`,
    );
  }
  yield { a: history.initial, b: other.initial };
  const theirs = other.moments()[Symbol.iterator]();
  for (const { after } of history.moments()) {
    const next = theirs.next();
    if (next.done) return;
    yield { a: after, b: next.value.after };
  }
});
