import type { ImportChoices } from '../../contract/index.ts';
import type { ImportFindings } from '../image-source.ts';
import { splitRoleOf, type SplitRole } from './splits.ts';
import { UndecidedImportError, listed } from './undecided-import.ts';

/** A split as the files call it. */
export interface FoundSplit {
  name: string;
  /** What the name says it is for; null where it says nothing. */
  role: SplitRole | null;
  /** Files or folders of it. */
  count: number;
}

/** Names of the splits to train on and to test with; `test` is empty where it is drawn from the training data. */
export interface SplitPlan {
  train: string[];
  test: string[];
}

type Choices = Pick<ImportChoices, 'trainSplits' | 'testSplits'>;

/** The splits that these names make; files of one name count together. */
export function foundSplits(names: readonly string[], words: 'whole' | 'part'): FoundSplit[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count, role: splitRoleOf(name, words) }));
}

/**
 * The rule of every reader. One training split and at most one test split are followed; validation stands in for a test
 * split that is missing, with a note. Of several the choices decide. All that is not used is reported as left out.
 * @param unit what is counted, such as `Parquet files`
 * @throws UndecidedImportError that names the choice to make
 */
export function planSplits(
  path: string,
  found: readonly FoundSplit[],
  { trainSplits, testSplits }: Choices,
  report: ImportFindings,
  unit: string,
): SplitPlan {
  const known = (names: readonly string[], option: string): string[] => {
    const strange = names.find((name) => !found.some((split) => split.name === name));
    if (strange === undefined) return [...names];
    throw new UndecidedImportError(`${path}: has no split ${strange} (${option}); its splits are ${all(found)}.`, path);
  };
  const train = trainSplits === null ? trainingOf(path, found, testSplits) : known(trainSplits, '--train-split');
  if (train.length === 0) {
    throw new UndecidedImportError(`${path}: nothing is left to train on; its splits are ${all(found)}.`, path);
  }
  const rest = found.filter(({ name }) => !train.includes(name));
  const test = testSplits === null ? testOf(path, rest, report) : known(testSplits, '--test-split');
  const both = test.find((name) => train.includes(name));
  if (both !== undefined) {
    throw new UndecidedImportError(`${path}: ${both} cannot be trained on and tested with. Choose another.`, path);
  }
  for (const [names, what] of [
    [train, 'training'],
    [test, 'test'],
  ] as const) {
    if (names.length > 1) report.changed('merged', `splits ${listed(names)} into the ${what} split`, names.length);
  }
  for (const { name, count } of rest) {
    if (!test.includes(name)) report.changed('left-out', `${unit} of the split ${name}`, count);
  }
  return { train, test };
}

function trainingOf(path: string, found: readonly FoundSplit[], testSplits: Choices['testSplits']): string[] {
  const training = ofRole(found, 'train');
  if (training.length === 1) return training;
  const rest = found.filter(({ name }) => testSplits === null || !testSplits.includes(name));
  // One set under a name that says nothing of a split.
  if (training.length === 0 && rest.length === 1 && rest[0].role === null) return [rest[0].name];
  const problem =
    training.length === 0 ? 'none of them is named as the one to train on' : 'more than one may be trained on';
  throw new UndecidedImportError(
    `${path}: its splits are ${all(found)}; ${problem}. Name those to train on with --train-split NAME[,NAME], and ` +
      'those to test with by --test-split NAME[,NAME] (none draws them from the training data).',
    path,
  );
}

function testOf(path: string, rest: readonly FoundSplit[], report: ImportFindings): string[] {
  const tests = ofRole(rest, 'test');
  const validation = ofRole(rest, 'validation');
  const candidates = tests.length > 0 ? tests : validation;
  if (candidates.length > 1) {
    throw new UndecidedImportError(
      `${path}: more than one split may be tested with: ${listed(candidates)}. Name one with --test-split NAME (none ` +
        'draws it from the training data).',
      path,
    );
  }
  if (tests.length === 0 && candidates.length === 1) {
    report.note(`There is no test split: ${candidates[0]} stands in for it.`);
  }
  return candidates;
}

const ofRole = (found: readonly FoundSplit[], role: SplitRole) =>
  found.filter((split) => split.role === role).map(({ name }) => name);

const all = (found: readonly FoundSplit[]) => listed(found.map(({ name }) => name));
