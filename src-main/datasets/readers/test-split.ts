import type { Labels } from '../../contract/index.ts';
import type { ImportContext } from '../image-source.ts';
import { createStream, permutation } from '../../numerics/random.ts';

/** Tells that the test split is drawn. @param what holds none, such as `files` */
export const tellDrawnSplit = (
  what: 'files' | 'arrays',
  { choices: { testShare, seed }, report }: Pick<ImportContext, 'choices' | 'report'>,
): void =>
  report.note(
    `The ${what} have no test split, so it is drawn: ${Number((testShare * 100).toFixed(2))}% of every class by seed ${seed}.`,
  );

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
