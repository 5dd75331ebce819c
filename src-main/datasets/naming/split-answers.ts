import { counted } from '../../contract/index.ts';
import type { ImportAnswer, ImportChoices, PreviewImages } from '../../contract/index.ts';
import { ofRole, type FoundSplit } from './found-splits.ts';
import { listed } from './undecided-import.ts';

/** What a split holds. */
export interface SplitLook {
  images: number;
  preview: PreviewImages | null;
}

/** Looks into a split that a question is about; null where it cannot be read. */
export type LookIntoSplit = (name: string) => Promise<SplitLook | null>;

type SplitChoices = Pick<ImportChoices, 'trainSplits' | 'testSplits'>;

/** Ways to train and test that are worth offering. */
const MOST_ANSWERS = 8;

/**
 * What may be trained on and tested with, as far as the choices leave it open.
 * @param decided choices that stay as they are; null is open
 */
export async function splitAnswers(
  found: readonly FoundSplit[],
  decided: SplitChoices,
  look: LookIntoSplit,
): Promise<ImportAnswer[]> {
  const pairs = trainings(found, decided).flatMap((train) => tests(found, train, decided).map((test) => [train, test]));
  // A look may read a whole file, and answers share their splits.
  const seen = new Map<string, ReturnType<LookIntoSplit>>();
  const lookOnce: LookIntoSplit = (name) => {
    const known = seen.get(name) ?? look(name);
    seen.set(name, known);
    return known;
  };
  const answers: ImportAnswer[] = [];
  for (const [train, test] of pairs.slice(0, MOST_ANSWERS)) {
    const looks = await Promise.all(train.map(lookOnce));
    const held = await Promise.all(test.map(lookOnce));
    answers.push({
      title: `Train on ${listed(train)}, ${test.length > 0 ? `test with ${listed(test)}` : 'draw the test split from it'}`,
      outcome: `${imagesOf(looks)} to train on, ${test.length > 0 ? `${imagesOf(held)} to test with` : 'a share of them to test with'}`,
      choices: { ...(decided.trainSplits === null ? { trainSplits: train } : {}), testSplits: test },
      preview: looks.find((each) => each !== null && each.preview !== null)?.preview ?? null,
    });
  }
  return answers;
}

function imagesOf(looks: readonly (SplitLook | null)[]): string {
  if (looks.includes(null)) return 'images that cannot be counted';
  return counted(
    looks.reduce((sum, each) => sum + (each?.images ?? 0), 0),
    'image',
  );
}

function trainings(found: readonly FoundSplit[], { trainSplits, testSplits }: SplitChoices): string[][] {
  if (trainSplits !== null) return [[...trainSplits]];
  const open = found.filter(({ name }) => !testSplits?.includes(name));
  const training = ofRole(open, 'train');
  const candidates = training.length > 0 ? training : open.map(({ name }) => name);
  return [...candidates.map((name) => [name]), ...(training.length > 1 ? [training] : [])];
}

function tests(
  found: readonly FoundSplit[],
  train: readonly string[],
  { trainSplits, testSplits }: SplitChoices,
): string[][] {
  if (testSplits !== null) return [[...testSplits]];
  const rest = found.filter(({ name }) => !train.includes(name));
  const named = ofRole(rest, 'test');
  const candidates = named.length > 0 ? named : ofRole(rest, 'validation');
  return candidates.length === 1 && trainSplits === null ? [candidates] : [...candidates.map((name) => [name]), []];
}
