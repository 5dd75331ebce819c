import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultImportChoices, type ImageSplit, type ImportChoices, type Labels } from '../contract/index.ts';
import { DatasetError, fileError, systemRefusal } from './dataset-error.ts';
import type { IdxContent } from './idx-header.ts';
import { readIdx, type IdxArray } from './idx.ts';
import type { ImportFindings } from './image-source.ts';
import { foundSplits } from './naming/found-splits.ts';
import { litterOf } from './naming/litter.ts';
import { planSplits } from './naming/plan-splits.ts';
import type { SplitLook } from './naming/split-answers.ts';
import { splitRoleOf } from './naming/splits.ts';
import { UndecidedImportError } from './naming/undecided-import.ts';
import type { OnProgress, SourceData } from './source-data.ts';

/** The two files of a split. */
export type IdxPair = Record<IdxContent, string>;

/** The files of a folder, by what they are used for; `test` is empty where it is drawn from the training data. */
export interface IdxFiles {
  train: IdxPair[];
  test: IdxPair[];
}

/** The names under which the files are usually found. */
const USUAL_NAMES = ['train', 't10k'].flatMap((split) => [
  `${split}-images-idx3-ubyte.gz`,
  `${split}-labels-idx1-ubyte.gz`,
]);

/** `train-images-idx3-ubyte.gz`, `t10k-labels.idx1-ubyte`, `qmnist-test-labels-idx2-int` and the like. */
const FILE_NAME = /^(?:(.+)[-_.])?(images|labels)[-_.]idx\d?[-_.](?:u?byte|int)(?:\.gz)?$/i;

/** Where a file names no split. */
const NO_SPLIT = 'all';

export const isIdxFileName = (name: string): boolean => litterOf(name) === null && FILE_NAME.test(name);

interface NamedIdx {
  name: string;
  split: string;
  content: IdxContent;
}

type Choices = Pick<ImportChoices, 'trainSplits' | 'testSplits'>;

/** Where nobody reads a report: of known datasets. */
const UNREAD: ImportFindings = { bad: () => {}, changed: () => {}, note: () => {} };

/**
 * Finds the IDX files of a dataset in a folder by their names.
 * @throws DatasetError that says which one is missing, or which two would do
 * @throws UndecidedImportError where splits have to be chosen
 */
export async function findIdxFiles(
  folder: string,
  choices: Choices = defaultImportChoices,
  report: ImportFindings = UNREAD,
): Promise<IdxFiles> {
  const named = (await listFolder(folder)).sort().flatMap(namedIdx);
  if (named.length === 0) {
    throw new DatasetError(
      `${folder}: there are no IDX files in this folder. ` +
        `Choose one that holds ${USUAL_NAMES.join(', ')} (compressed or not).`,
      folder,
    );
  }
  const found = foundSplits(
    named.map(({ split }) => split),
    'part',
  );
  const look = (split: string) => lookInto(folder, named, split);
  const plan = await planSplits({ path: folder, found, unit: 'IDX files', look }, choices, report);
  const pairs = (splits: readonly string[]) => splits.map((split) => pairOf(folder, named, split));
  const files = { train: pairs(plan.train), test: pairs(plan.test) };
  if (files.test.length === 0 && choices.testSplits === null && splitRoleOf(plan.train[0], 'part') === 'train') {
    const problem =
      'There are images to train on, but none to test with. Put t10k-images-idx3-ubyte.gz (or t10k-images-idx3-ubyte) and ' +
      't10k-labels-idx1-ubyte.gz (or t10k-labels-idx1-ubyte) beside the others and import the folder again, or draw the ' +
      'test split.';
    const outcome = 'a share of every class, by the seed';
    const preview = (await look(plan.train[0]))?.preview ?? null;
    const title = 'Draw the test split from the training data';
    const answers = [{ title, outcome, choices: { testSplits: [] }, preview }];
    throw new UndecidedImportError({ path: folder, problem, decides: ['testSplits'], answers });
  }
  return files;
}

function namedIdx(name: string): NamedIdx[] {
  const match = litterOf(name) === null ? FILE_NAME.exec(name) : null;
  if (!match) return [];
  return [{ name, split: match[1] ?? NO_SPLIT, content: match[2].toLowerCase() as IdxContent }];
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') {
      throw new DatasetError(`${folder}: is a file. Choose the folder that holds the four IDX files.`, folder);
    }
    throw systemRefusal(folder, error, 'read');
  }
}

const pairOf = (folder: string, named: readonly NamedIdx[], split: string): IdxPair => ({
  images: join(folder, choose(folder, named, split, 'images')),
  labels: join(folder, choose(folder, named, split, 'labels')),
});

function choose(folder: string, named: readonly NamedIdx[], split: string, content: IdxContent): string {
  const names = named.filter((file) => file.split === split && file.content === content).map(({ name }) => name);
  if (names.length === 0) {
    const wanted = `${split === NO_SPLIT ? '' : `${split}-`}${content}-idx${content === 'images' ? 3 : 1}-ubyte`;
    throw new DatasetError(
      `${folder}: the file of ${split} ${content} is missing. ` +
        `Put ${wanted}.gz (or ${wanted}) beside the others and import the folder again.`,
      folder,
    );
  }
  const stems = new Set(names.map((name) => name.replace(/\.gz$/i, '')));
  if (stems.size > 1) {
    throw new DatasetError(
      `${folder}: more than one file could hold the ${split} ${content}: ${names.join(', ')}. Keep one set of files per ` +
        'folder.',
      folder,
    );
  }
  // The same file compressed and not: the plain one reads faster.
  return names.find((name) => !/\.gz$/i.test(name)) ?? names[0];
}

const SHOWN = 6;

/** Images of a split, and the first of them. */
async function lookInto(folder: string, named: readonly NamedIdx[], split: string): Promise<SplitLook | null> {
  try {
    const { dimensions, values } = await readIdx(pairOf(folder, named, split).images, 'images');
    const [images, height, width] = dimensions;
    const count = Math.min(SHOWN, images);
    const pixels = Uint8Array.from(values.subarray(0, count * height * width));
    return { images, preview: { count, height, width, channels: 1, pixels } };
  } catch {
    return null;
  }
}

/** A split as it is in its files; a label may be of no class. */
export interface IdxSplit extends ImageSplit {
  files: IdxPair;
  /** Columns of its table of labels beside the class. */
  leftOutColumns: number;
}

/**
 * Reads the IDX files of a folder with a training and a test split and checks them against each other.
 * @param classNames names of the classes where they are known; else classes are named by their number
 * @throws DatasetError that names the file and what is wrong with it
 */
export async function readIdxFolder(
  folder: string,
  classNames: readonly string[] | null,
  onProgress?: OnProgress,
): Promise<SourceData> {
  const { shape, classes, train, test } = await readIdxFiles(await findIdxFiles(folder), classNames, onProgress);
  for (const { labels, files } of [...train, ...test]) checkLabels(labels, classes.length, files.labels);
  if (test.length === 0) throw new DatasetError(`${folder}: the files of the test split are missing.`, folder);
  return { shape, classes, train: train[0], test: test[0] };
}

/** The same of files that were found, but leaves it to the caller that a label may be of no class. */
export async function readIdxFiles(
  files: IdxFiles,
  classNames: readonly string[] | null,
  onProgress: OnProgress = () => {},
): Promise<{ shape: [number, number, number]; classes: string[]; train: IdxSplit[]; test: IdxSplit[] }> {
  const pairs = [...files.train, ...files.test];
  const read = new Map<string, IdxArray>();
  // Labels first: they are small, and so most mistakes come to light at once.
  const order = [
    ...pairs.map((pair) => [pair.labels, 'labels'] as const),
    ...[...files.test, ...files.train].map((pair) => [pair.images, 'images'] as const),
  ];
  for (const [at, [file, content]] of order.entries()) {
    onProgress({ text: `Reading the ${content}`, share: at / order.length });
    read.set(file, await readIdx(file, content));
  }
  const splits = (of: readonly IdxPair[]) =>
    of.map((pair) => toSplit(read.get(pair.images) as IdxArray, read.get(pair.labels) as IdxArray, pair));
  const [first] = files.train;
  const [, height, width] = (read.get(first.images) as IdxArray).dimensions;
  for (const { images } of pairs) {
    const [, otherHeight, otherWidth] = (read.get(images) as IdxArray).dimensions;
    if (otherHeight === height && otherWidth === width) continue;
    const problem = `holds images of ${otherHeight} × ${otherWidth}, but the training images are ${height} × ${width}.`;
    throw fileError(images, problem, 'The files belong to different datasets.');
  }
  const train = splits(files.train);
  const classes = classNames ?? classesOf(train);
  return { shape: [height, width, 1], classes: [...classes], train, test: splits(files.test) };
}

function toSplit(images: IdxArray, labels: IdxArray, files: IdxPair): IdxSplit {
  const [count] = images.dimensions;
  if (labels.dimensions[0] !== count) {
    throw fileError(
      files.labels,
      `holds ${labels.dimensions[0].toLocaleString('en-GB')} labels for ${count.toLocaleString('en-GB')} images.`,
      'Images and labels must come from the same split of the same dataset.',
    );
  }
  return { count, pixels: images.values, labels: labels.values, files, leftOutColumns: labels.leftOutColumns };
}

/** Classes named 0 to the largest label of the training split. */
function classesOf(splits: readonly IdxSplit[]): string[] {
  let largest = 0;
  for (const { labels } of splits) for (const label of labels) largest = Math.max(largest, label);
  if (splits.every(({ labels }) => labels.every((label) => label === largest))) {
    const problem = `labels every image ${largest}, so there is nothing to tell apart.`;
    throw fileError(splits[0].files.labels, problem, 'Check the file.');
  }
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}

function checkLabels(labels: Labels, classes: number, file: string): void {
  const at = labels.findIndex((label) => label >= classes);
  if (at < 0) return;
  throw fileError(
    file,
    `labels image ${at.toLocaleString('en-GB')} as ${labels[at]}, but the classes are 0 to ${classes - 1}.`,
    'It is damaged, or belongs to another dataset.',
  );
}
