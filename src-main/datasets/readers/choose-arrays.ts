import type { DecidingChoice, ImportAnswer } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import type { ImportContext } from '../image-source.ts';
import type { FoundSplit } from '../naming/found-splits.ts';
import { planSplits } from '../naming/plan-splits.ts';
import type { SplitLook } from '../naming/split-answers.ts';
import { UndecidedImportError, listed } from '../naming/undecided-import.ts';
import { describeArray, listArrays, mayBeImages, mayBeLabels, type ListedArray } from './array-list.ts';
import { describeLabels, previewArray } from './array-preview.ts';
import type { ArrayPair } from './array-set.ts';
import type { NamedFiles } from './named-files.ts';

export interface ChosenArrays {
  train: ArrayPair[];
  /** Empty where the test split is drawn from the training data. */
  test: ArrayPair[];
}

/** Arrays that are named one by one in a report. */
const MOST_NAMED = 20;

/** What choosing goes by. */
interface Choosing {
  path: string;
  files: NamedFiles;
  arrays: readonly ListedArray[];
  context: ImportContext;
}

/**
 * Finds the arrays of a dataset by their names, and where names leave several by their shapes.
 * @throws UndecidedImportError where more than one would do
 * @throws DatasetError where one is missing
 */
export async function chooseArrays(path: string, files: NamedFiles, context: ImportContext): Promise<ChosenArrays> {
  const { report } = context;
  const choosing: Choosing = { path, files, arrays: await listArrays(files), context };
  const images = await candidatesOfImages(choosing);
  const splits = splitsOf(images);
  const look = async (name: string): Promise<SplitLook | null> => {
    const [first] = splits.get(name) ?? [];
    const count = first?.header?.shape[0];
    return count === undefined ? null : { images: count, preview: await previewArray(files, first) };
  };
  const found: FoundSplit[] = [...splits].map(([name, [first]]) => ({
    name,
    role: first.role,
    count: membersOf(choosing.arrays, first).length,
  }));
  const plan = await planSplits({ path, found, unit: 'arrays', look }, context.choices, report);
  if (plan.test.length === 0) await refuseUnreadOrder(choosing);
  const chosen: ChosenArrays = { train: [], test: [] };
  const first = await oneOf(choosing, plan.train[0], splits, null);
  for (const [names, pairs] of [
    [plan.train, chosen.train],
    [plan.test, chosen.test],
  ] as const) {
    for (const name of names) {
      const array = name === plan.train[0] ? first : await oneOf(choosing, name, splits, first);
      pairs.push({ images: array.name, labels: await labelsOf(choosing, array, chosen.train[0]?.labels ?? null) });
    }
  }
  const used = [...plan.train, ...plan.test];
  const reported = [...splits].flatMap(([name, [each]]) =>
    used.includes(name) ? [] : membersOf(choosing.arrays, each),
  );
  reportUnused(choosing, chosen, reported);
  return chosen;
}

/** The arrays of the same split. */
const membersOf = (arrays: readonly ListedArray[], { split }: ListedArray): ListedArray[] =>
  arrays.filter((each) => each.split === split && (split !== '' || /images|labels/.test(each.contents ?? '')));

/** `.npy` or `/` may be typed with a name. */
const plainName = (typed: string) => typed.replace(/\.npy$/i, '').replaceAll('/', '_');

async function candidatesOfImages(choosing: Choosing): Promise<ListedArray[]> {
  const { path, arrays, context } = choosing;
  const { images: wanted } = context.choices;
  const shaped = arrays.filter(({ header }) => header !== null).filter(mayBeImages);
  if (wanted !== null) {
    const base = arrays.find(({ name }) => name === plainName(wanted));
    if (base) return arrays.filter((each) => each === base || isCounterpart(each, base));
    const problem = `There is no array ${wanted}; the arrays are ${allOf(arrays)}.`;
    throw undecided(path, problem, ['images'], await imageAnswers(choosing, shaped));
  }
  const named = arrays.filter(({ contents }) => contents === 'images');
  const plain = named.length > 0 ? named : positional(arrays);
  if (plain.length > 0) return plain;
  if (shaped.length === 0) {
    throw new DatasetError(`${path}: holds ${allOf(arrays)}, but no array of images such as x_train or images.`, path);
  }
  const problem = `It holds ${allOf(arrays)}, of which no name says that it is images, such as x_train or images.`;
  throw undecided(path, problem, ['images'], await imageAnswers(choosing, shaped));
}

/** What numpy.savez writes of two arrays that were given no name. */
function positional(arrays: readonly ListedArray[]): ListedArray[] {
  const areTwo = arrays.length === 2 && arrays.every(({ name }) => /^arr_[01]$/.test(name));
  return areTwo ? arrays.filter(({ name }) => name === 'arr_0') : [];
}

const isCounterpart = (each: ListedArray, base: ListedArray) => each.rest === base.rest && each.split !== base.split;

/** The images of each split, by its words; of what has none by the first array's own name. */
function splitsOf(images: readonly ListedArray[]): Map<string, ListedArray[]> {
  const splits = new Map<string, ListedArray[]>();
  const unnamed = images.find(({ split }) => split === '');
  for (const array of images) {
    const name = array.split || (unnamed?.name ?? '');
    splits.set(name, [...(splits.get(name) ?? []), array]);
  }
  // Of several by name those that can be no images are none.
  for (const [name, found] of splits) {
    const possible = found.filter(mayBeImages);
    if (possible.length > 0) splits.set(name, possible);
  }
  return splits;
}

/** The array of images of a split. @param training the one of the first training split, by which the others are recognised */
async function oneOf(
  choosing: Choosing,
  split: string,
  splits: ReadonlyMap<string, ListedArray[]>,
  training: ListedArray | null,
): Promise<ListedArray> {
  const found = splits.get(split) ?? [];
  const alike = training === null ? [] : found.filter((each) => isCounterpart(each, training));
  const wanted = choosing.context.choices.images;
  const chosen = wanted === null ? [] : found.filter(({ name }) => name === plainName(wanted));
  const [only] = chosen.length === 1 ? chosen : alike.length === 1 ? alike : found;
  if (only !== undefined && (found.length === 1 || chosen.length === 1 || alike.length === 1)) return only;
  const problem = `More than one array may hold the images of ${split}: ${listed(found.map(({ name }) => name))}.`;
  throw undecided(choosing.path, problem, ['images'], await imageAnswers(choosing, found));
}

/** @param training the array of training labels that was taken, null while that is open */
async function labelsOf(choosing: Choosing, images: ListedArray, training: string | null): Promise<string> {
  const { path, arrays, context } = choosing;
  const wanted = context.choices.labels;
  const find = (name: string) => arrays.find((each) => each.name === name);
  const ofTraining = training === null ? undefined : find(training);
  if (wanted !== null) {
    const base = find(plainName(wanted));
    if (base === undefined) {
      const problem = `There is no array ${wanted} of labels; the arrays are ${allOf(arrays)}.`;
      throw undecided(path, problem, ['labels'], await labelAnswers(choosing, arrays.filter(mayBeLabels), images));
    }
    return ofTraining === undefined ? base.name : counterpart(path, arrays, base, images);
  }
  const named = arrays.filter(({ contents, split }) => contents === 'labels' && split === images.split);
  const plain = named.length > 0 ? named : arrays.filter(({ name }) => images.name === 'arr_0' && name === 'arr_1');
  const possible = plain.filter(mayBeLabels);
  const found = possible.length > 0 ? possible : plain;
  const alike = ofTraining === undefined ? [] : found.filter((each) => isCounterpart(each, ofTraining));
  if (alike.length === 1) return alike[0].name;
  if (found.length === 1) return found[0].name;
  if (found.length > 1) {
    const problem = `More than one array may hold the labels of ${images.name}: ${listed(found.map(({ name }) => name))}.`;
    throw undecided(path, problem, ['labels'], await labelAnswers(choosing, found, images));
  }
  if (training !== null) {
    const problem = `There are no labels of ${images.name}, such as y_${images.split}.`;
    throw undecided(path, problem, ['testSplits'], [await drawn(choosing)]);
  }
  const problem = `There are no labels of ${images.name} by name, such as y_${images.split || 'train'} or labels.`;
  const others = arrays.filter((each) => each.header !== null && mayBeLabels(each));
  throw undecided(path, problem, ['labels'], await labelAnswers(choosing, others, images));
}

function counterpart(path: string, arrays: readonly ListedArray[], training: ListedArray, images: ListedArray): string {
  const found = arrays.find((each) => isCounterpart(each, training) && each.split === images.split);
  if (found !== undefined) return found.name;
  throw new DatasetError(
    training.split === ''
      ? `${path}: holds ${images.name} too, so the array of labels is that of training, with train in its name; ` +
          `${training.name} has not.`
      : `${path}: the labels of ${images.name} are missing; beside ${training.name} they are named ` +
          `${training.name.replace(/train(?:ing)?/i, images.split)}.`,
    path,
  );
}

/** An array that says which samples are of which split is not read, nor forgotten. */
async function refuseUnreadOrder(choosing: Choosing): Promise<void> {
  const { path, arrays, context } = choosing;
  const order = arrays.filter((each) => each.contents === 'order' && mayBeLabels(each));
  if (order.length === 0 || context.choices.testSplits !== null) return;
  const problem =
    `There is no array of test images, but ${listed(order.map(describeArray))}, which may say which samples are to be ` +
    'tested with. That is not read: save those samples as arrays of their own, such as x_train and x_test.';
  throw undecided(path, problem, ['testSplits'], [await drawn(choosing)]);
}

async function drawn({ files, arrays, context }: Choosing): Promise<ImportAnswer> {
  const images = arrays.find(({ contents, role }) => contents === 'images' && (role === 'train' || role === null));
  return {
    title: 'Draw the test split from the training data',
    outcome: `${Number((context.choices.testShare * 100).toFixed(2))}% of every class, by the seed`,
    choices: { testSplits: [] },
    preview: images ? await previewArray(files, images) : null,
  };
}

const undecided = (path: string, problem: string, decides: DecidingChoice[], answers: ImportAnswer[]) =>
  new UndecidedImportError({ path, problem, decides, answers });

/** Answers that are offered. */
const MOST_ANSWERS = 8;

const imageAnswers = ({ files }: Choosing, found: readonly ListedArray[]): Promise<ImportAnswer[]> =>
  Promise.all(
    found.slice(0, MOST_ANSWERS).map(async (array) => ({
      title: `The images are ${array.name}`,
      outcome: array.header?.shape.join(' × ') ?? 'of unknown shape',
      choices: { images: array.name },
      preview: await previewArray(files, array),
    })),
  );

async function labelAnswers(
  { files }: Choosing,
  found: readonly ListedArray[],
  images: ListedArray,
): Promise<ImportAnswer[]> {
  const count = images.header?.shape[0];
  const fitting = found.filter(({ header }) => header === null || count === undefined || header.shape[0] === count);
  return Promise.all(
    (fitting.length > 0 ? fitting : found).slice(0, MOST_ANSWERS).map(async (array) => ({
      title: `The labels are ${array.name}`,
      outcome: (await describeLabels(files, array)) ?? 'values that cannot be read',
      choices: { labels: array.name },
      preview: null,
    })),
  );
}

/** @param reported arrays that are in the report already */
function reportUnused({ arrays, context }: Choosing, chosen: ChosenArrays, reported: readonly ListedArray[]): void {
  const taken = new Set([...chosen.train, ...chosen.test].flatMap(({ images, labels }) => [images, labels]));
  const rest = arrays.filter((array) => !taken.has(array.name) && !reported.includes(array));
  for (const array of rest.slice(0, MOST_NAMED))
    context.report.changed('left-out', `the array ${describeArray(array)}`);
  const more = rest.length - MOST_NAMED;
  if (more > 0) context.report.changed('left-out', 'other arrays', more);
}

const allOf = (arrays: readonly ListedArray[]) => arrays.map(({ name }) => name).join(', ') || 'nothing';
