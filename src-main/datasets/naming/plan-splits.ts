import type { DecidingChoice, ImportChoices } from '../../contract/index.ts';
import type { ImportFindings } from '../image-source.ts';
import { ofRole, type FoundSplit } from './found-splits.ts';
import { splitAnswers, type LookIntoSplit } from './split-answers.ts';
import { UndecidedImportError, listed } from './undecided-import.ts';

/** Names of the splits to train on and to test with; `test` is empty where it is drawn from the training data. */
export interface SplitPlan {
  train: string[];
  test: string[];
}

type Choices = Pick<ImportChoices, 'trainSplits' | 'testSplits'>;

/** The splits of what is imported, and how to look into them. */
export interface SplitsOfImport {
  /** What is imported. */
  path: string;
  found: readonly FoundSplit[];
  /** What is counted, such as `Parquet files`. */
  unit: string;
  look: LookIntoSplit;
}

/**
 * The rule of every reader. One training split and at most one test split are followed; validation stands in for a test
 * split that is missing, with a note. Of several the choices decide. All that is not used is reported as left out.
 * @throws UndecidedImportError with what each choice would give
 */
export async function planSplits(splits: SplitsOfImport, choices: Choices, report: ImportFindings): Promise<SplitPlan> {
  const { found, unit } = splits;
  const { trainSplits, testSplits } = choices;
  const open = { trainSplits: null, testSplits: null };
  await requireKnown(splits, trainSplits ?? [], { ...choices, trainSplits: null }, 'trainSplits');
  await requireKnown(splits, testSplits ?? [], { ...choices, testSplits: null }, 'testSplits');
  const train = trainSplits ?? (await trainingOf(splits, choices));
  if (train.length === 0) {
    throw await undecided(splits, `Nothing is left to train on; its splits are ${all(found)}.`, open, ['trainSplits']);
  }
  const rest = found.filter(({ name }) => !train.includes(name));
  const test = testSplits ?? (await testOf(splits, rest, { ...choices, trainSplits: train }, report));
  const both = test.find((name) => train.includes(name));
  if (both !== undefined) {
    const problem = `The split ${both} cannot be trained on and tested with.`;
    throw await undecided(splits, problem, open, ['trainSplits', 'testSplits']);
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
  return { train: [...train], test: [...test] };
}

async function undecided(
  { path, found, look }: SplitsOfImport,
  problem: string,
  decided: Choices,
  decides: DecidingChoice[],
): Promise<UndecidedImportError> {
  return new UndecidedImportError({ path, problem, decides, answers: await splitAnswers(found, decided, look) });
}

/** @param decided the other choice, which stays */
async function requireKnown(
  splits: SplitsOfImport,
  names: readonly string[],
  decided: Choices,
  choice: 'trainSplits' | 'testSplits',
): Promise<void> {
  const strange = names.find((name) => !splits.found.some((split) => split.name === name));
  if (strange === undefined) return;
  const isKnown = (name: string) => splits.found.some((split) => split.name === name);
  const kept = (given: readonly string[] | null) => (given?.every(isKnown) ? [...given] : null);
  const known = { trainSplits: kept(decided.trainSplits), testSplits: kept(decided.testSplits) };
  const problem = `There is no split ${strange}; the splits are ${all(splits.found)}.`;
  throw await undecided(splits, problem, known, [choice]);
}

async function trainingOf(splits: SplitsOfImport, choices: Choices): Promise<string[]> {
  const { found } = splits;
  const training = ofRole(found, 'train');
  if (training.length === 1) return training;
  const rest = found.filter(({ name }) => !choices.testSplits?.includes(name));
  // One set under a name that says nothing of a split.
  if (training.length === 0 && rest.length === 1 && rest[0].role === null) return [rest[0].name];
  const problem =
    training.length === 0 ? 'none of them is named as the one to train on' : 'more than one may be trained on';
  throw await undecided(splits, `The splits are ${all(found)}; ${problem}.`, choices, ['trainSplits', 'testSplits']);
}

async function testOf(
  splits: SplitsOfImport,
  rest: readonly FoundSplit[],
  decided: Choices,
  report: ImportFindings,
): Promise<string[]> {
  const tests = ofRole(rest, 'test');
  const candidates = tests.length > 0 ? tests : ofRole(rest, 'validation');
  if (candidates.length > 1) {
    const problem = `More than one split may be tested with: ${listed(candidates)}.`;
    throw await undecided(splits, problem, decided, ['testSplits']);
  }
  if (tests.length === 0 && candidates.length === 1) {
    report.note(`There is no test split: ${candidates[0]} stands in for it.`);
  }
  return candidates;
}

const all = (found: readonly FoundSplit[]) => listed(found.map(({ name }) => name));
