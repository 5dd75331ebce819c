import type { Labels } from '../../contract/index.ts';
import type { ImportContext, SplitName } from '../image-source.ts';
import { createStream, permutation } from '../../numerics/random.ts';

/**
 * Draws the test split of a dataset that comes without one: of every class the same share, rounded, at least one and
 * never all. Depends on the labels' order, the share and the seed alone.
 * @returns 1 where a sample is for testing
 */
export function drawTestSplit(labels: Labels, classes: number, share: number, seed: number): Uint8Array {
  const isTest = new Uint8Array(labels.length);
  const byClass = Array.from({ length: classes }, (): number[] => []);
  // A label beyond the classes is a bad one, reported elsewhere.
  for (let at = 0; at < labels.length; at++) if (labels[at] < classes) byClass[labels[at]].push(at);
  for (const [label, members] of byClass.entries()) {
    const wanted = Math.round(members.length * share);
    const count = Math.min(Math.max(wanted, members.length > 1 ? 1 : 0), Math.max(0, members.length - 1));
    const order = permutation(createStream(seed, 'dataset split', label), members.length);
    for (const index of order.subarray(0, count)) isTest[members[index]] = 1;
  }
  return isTest;
}

/**
 * The same by the choices of an import, whose report says that the split is drawn.
 * @param what holds none
 */
export function drawNotedTestSplit(
  what: 'files' | 'arrays',
  labels: Labels,
  classes: number,
  { choices: { testShare, seed }, report }: Pick<ImportContext, 'choices' | 'report'>,
): Uint8Array {
  const percent = Number((testShare * 100).toFixed(2));
  report.note(`The ${what} have no test split, so it is drawn: ${percent}% of every class by seed ${seed}.`);
  return drawTestSplit(labels, classes, testShare, seed);
}

/** Samples of one of several sets, such as a file or an array, that are of a split; null is all of them. */
export interface Members<Set> {
  set: Set;
  isMember: ((sample: number) => boolean) | null;
}

export const allOf = <Set>(sets: readonly Set[]): Members<Set>[] => sets.map((set) => ({ set, isMember: null }));

/** Their numbers within the set, ascending. */
export function samplesOf({ set, isMember }: Members<{ count: number }>): number[] {
  const samples = Array.from({ length: set.count }, (_, sample) => sample);
  return isMember === null ? samples : samples.filter(isMember);
}

export const countSamples = (members: readonly Members<{ count: number }>[]): number =>
  members.reduce((sum, each) => sum + (each.isMember === null ? each.set.count : samplesOf(each).length), 0);

/**
 * Both splits of sets that have no test split: it is drawn over all of them together.
 * @param labelsOf of every sample of a set, in order; what is no label is at least as large as the number of classes
 */
export function drawOverSets<Set extends { count: number }>(
  what: 'files' | 'arrays',
  sets: readonly Set[],
  labelsOf: (set: Set) => Iterable<number>,
  classes: number,
  context: Pick<ImportContext, 'choices' | 'report'>,
): Record<SplitName, Members<Set>[]> {
  const labels = Uint16Array.from(sets.flatMap((set) => [...labelsOf(set)]));
  const isTest = drawNotedTestSplit(what, labels, classes, context);
  const starts = sets.map((_, at) => sets.slice(0, at).reduce((sum, { count }) => sum + count, 0));
  const membersOf = (wanted: number): Members<Set>[] =>
    sets.map((set, at) => ({ set, isMember: (sample) => isTest[starts[at] + sample] === wanted }));
  return { train: membersOf(0), test: membersOf(1) };
}
