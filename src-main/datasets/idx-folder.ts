import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageSplit, Labels } from '../contract/index.ts';
import { DatasetError, fileError, systemRefusal } from './dataset-error.ts';
import { readIdx, type IdxArray, type IdxContent } from './idx.ts';
import { litterOf } from './naming/litter.ts';
import type { OnProgress, SourceData } from './source-data.ts';

type SplitName = 'train' | 'test';
type Role = `${SplitName} ${IdxContent}`;

/** The four files of a folder, by what they hold. */
export type IdxFiles = Record<Role, string>;

const ROLES: readonly Role[] = ['train images', 'train labels', 'test images', 'test labels'];

/** The name under which each file is usually found; said when it is missing. */
const USUAL_NAMES: IdxFiles = {
  'train images': 'train-images-idx3-ubyte.gz',
  'train labels': 'train-labels-idx1-ubyte.gz',
  'test images': 't10k-images-idx3-ubyte.gz',
  'test labels': 't10k-labels-idx1-ubyte.gz',
};

/** `train-images-idx3-ubyte.gz`, `t10k-labels.idx1-ubyte`, `emnist-digits-test-images-idx3-ubyte` and the like. */
const FILE_NAME = /^(?:.+[-_.])?(train|t10k|test)[-_.](images|labels)[-_.]idx\d?[-_.](?:u?byte|int)(?:\.gz)?$/i;

export const isIdxFileName = (name: string): boolean => litterOf(name) === null && FILE_NAME.test(name);

/**
 * Finds the four IDX files of a dataset in a folder by their usual names.
 * @throws DatasetError that says which one is missing, or between which it cannot choose
 */
export async function findIdxFiles(folder: string): Promise<IdxFiles> {
  const names = await listFolder(folder);
  const candidates = new Map<Role, string[]>();
  for (const name of names.sort()) {
    if (litterOf(name) !== null) continue;
    const match = FILE_NAME.exec(name);
    if (!match) continue;
    const split: SplitName = match[1].toLowerCase() === 'train' ? 'train' : 'test';
    const role: Role = `${split} ${match[2].toLowerCase() as IdxContent}`;
    candidates.set(role, [...(candidates.get(role) ?? []), name]);
  }
  if (candidates.size === 0) {
    throw new DatasetError(
      `${folder}: there are no IDX files in this folder. ` +
        `Choose one that holds ${ROLES.map((role) => USUAL_NAMES[role]).join(', ')} (compressed or not).`,
      folder,
    );
  }
  const files: Partial<IdxFiles> = {};
  for (const role of ROLES) files[role] = join(folder, choose(folder, role, candidates.get(role) ?? []));
  return files as IdxFiles;
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new DatasetError(`${folder}: there is no such folder. Check its path.`, folder);
    if (code === 'ENOTDIR') {
      throw new DatasetError(`${folder}: is a file. Choose the folder that holds the four IDX files.`, folder);
    }
    throw systemRefusal(folder, error, 'read');
  }
}

function choose(folder: string, role: Role, names: string[]): string {
  if (names.length === 0) {
    const wanted = USUAL_NAMES[role];
    throw new DatasetError(
      `${folder}: the file of ${role} is missing. ` +
        `Put ${wanted} (or ${wanted.replace(/\.gz$/, '')}) beside the others and import the folder again.`,
      folder,
    );
  }
  const stems = new Set(names.map((name) => name.replace(/\.gz$/i, '')));
  if (stems.size > 1) {
    throw new DatasetError(
      `${folder}: more than one file could hold the ${role}: ${names.join(', ')}. Keep one set of files per folder.`,
      folder,
    );
  }
  // The same file compressed and not: the plain one reads faster.
  return names.find((name) => !/\.gz$/i.test(name)) ?? names[0];
}

/**
 * Reads the four IDX files of a folder and checks them against each other.
 * @param classNames names of the classes where they are known; else classes are named by their number
 * @throws DatasetError that names the file and what is wrong with it
 */
export async function readIdxFolder(
  folder: string,
  classNames: readonly string[] | null,
  onProgress?: OnProgress,
): Promise<SourceData> {
  const { files, ...data } = await readIdxFiles(folder, classNames, onProgress);
  checkLabels(data.train.labels, data.classes.length, files['train labels']);
  checkLabels(data.test.labels, data.classes.length, files['test labels']);
  return data;
}

/** The same, but leaves it to the caller that a label may be of no class. */
export async function readIdxFiles(
  folder: string,
  classNames: readonly string[] | null,
  onProgress: OnProgress = () => {},
): Promise<SourceData & { files: IdxFiles }> {
  const files = await findIdxFiles(folder);
  const arrays: Partial<Record<Role, IdxArray>> = {};
  // Labels first: they are small, and so most mistakes come to light at once.
  const order: Role[] = ['train labels', 'test labels', 'test images', 'train images'];
  for (const [at, role] of order.entries()) {
    onProgress({ text: `Reading the ${role}`, share: at / order.length });
    arrays[role] = await readIdx(files[role], role.endsWith('images') ? 'images' : 'labels');
  }
  const {
    'train images': trainImages,
    'train labels': trainLabels,
    'test images': testImages,
    'test labels': testLabels,
  } = arrays as Record<Role, IdxArray>;

  const [, height, width] = trainImages.dimensions;
  if (testImages.dimensions[1] !== height || testImages.dimensions[2] !== width) {
    throw fileError(
      files['test images'],
      `holds images of ${testImages.dimensions[1]} × ${testImages.dimensions[2]}, ` +
        `but the training images are ${height} × ${width}.`,
      'The files belong to different datasets.',
    );
  }
  const train = toSplit(trainImages, trainLabels, files['train labels']);
  const test = toSplit(testImages, testLabels, files['test labels']);
  const classes = classNames ?? classesOf(train.labels, files['train labels']);
  return { shape: [height, width, 1], classes: [...classes], train, test, files };
}

function toSplit(images: IdxArray, labels: IdxArray, labelsFile: string): ImageSplit {
  const [count] = images.dimensions;
  if (labels.dimensions[0] !== count) {
    throw fileError(
      labelsFile,
      `holds ${labels.dimensions[0].toLocaleString('en-GB')} labels for ${count.toLocaleString('en-GB')} images.`,
      'Images and labels must come from the same split of the same dataset.',
    );
  }
  return { count, pixels: images.values, labels: labels.values };
}

/** Classes named 0 to the largest label of the training split. */
function classesOf(labels: Labels, file: string): string[] {
  let largest = 0;
  for (const label of labels) largest = Math.max(largest, label);
  if (labels.every((label) => label === largest)) {
    throw fileError(file, `labels every image ${largest}, so there is nothing to tell apart.`, 'Check the file.');
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
