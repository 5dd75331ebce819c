import { readFileSync, statSync, type Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import {
  MOST_CLASSES,
  type FileMark,
  type ImageSource,
  type ImportContext,
  type ImportFindings,
  type SampleBlock,
  type SplitName,
} from '../image-source.ts';
import { digestOf } from '../kept-files.ts';
import { compareNaturally } from '../natural-order.ts';
import { drawTestSplit } from './test-split.ts';
import { IMAGE_FILE, chooseTarget, imageProblemOf, type ImageTarget } from './decode-image.ts';
import { decodeInOrder } from './decode-in-order.ts';
import { decideDepth } from './deep-images.ts';

/** An image file and its class. */
export interface LabelledFile {
  file: string;
  label: number;
}

/** The image files of a folder, by class in natural order, within a class by natural file name. */
export interface ClassFolders {
  classes: string[];
  files: Record<SplitName, LabelledFile[]>;
}

const TRAIN_FOLDERS = ['train', 'training'];
/** In the order of preference: where there are several, the others are left out. */
const TEST_FOLDERS = ['test', 'testing', 'val', 'validation', 'valid'];

/**
 * Finds the images of `train/CLASS/*` and `test/CLASS/*` (or `val/CLASS/*`), or of `CLASS/*` alone, which are then split
 * by class, share and seed. Folders within a class folder are searched too; hidden files are not.
 * @throws DatasetError that names the folder at fault: no images, an empty class, two classes of one name
 */
export async function findClassFolders(root: string, { choices, report }: ImportContext): Promise<ClassFolders> {
  const folders = (await listFolders(root)).sort(compareNaturally);
  // Only what holds folders itself is a split: a class may be called train, and test may hold images without a class.
  const splits = (names: readonly string[]) => withFolders(root, inOrderOf(names, folders));
  const [train] = await splits(TRAIN_FOLDERS);
  if (train === undefined) {
    const all = await readSplit(root, report);
    return { classes: all.classes, files: splitBySeed(all, choices, report) };
  }
  const training = await readSplit(join(root, train), report);
  const [test] = await splits(TEST_FOLDERS);
  const others = folders.filter((folder) => folder !== train && folder !== test);
  if (others.length > 0) {
    const isAre = others.length === 1 ? 'was' : 'were';
    const testIs = test === undefined ? '' : `, the test split ${test}`;
    report.note(`${listed(others)} ${isAre} left out: the training split is ${train}${testIs}.`);
  }
  if (test === undefined) return { classes: training.classes, files: splitBySeed(training, choices, report) };
  const testFiles = await readTestSplit(join(root, test), training.classes, report);
  return { classes: training.classes, files: { train: training.files, test: testFiles } };
}

const inOrderOf = (names: readonly string[], folders: readonly string[]) =>
  names.flatMap((name) => folders.filter((folder) => folder.toLowerCase() === name));

async function withFolders(root: string, folders: readonly string[]): Promise<string[]> {
  const inner = await Promise.all(folders.map((folder) => listFolders(join(root, folder))));
  return folders.filter((_, at) => inner[at].length > 0);
}

const listed = (names: readonly string[]) =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];

/**
 * The images of class folders, decoded as the choices say.
 * @throws DatasetError, also where the first usable image needs a choice that was not made
 */
export async function openClassFolders(root: string, context: ImportContext): Promise<ImageSource> {
  const { classes, files } = await findClassFolders(root, context);
  const first = await targetOfFirst(files.train, context);
  const encoded = { ...LABELLED, bytes: ({ file }: LabelledFile) => readFileSync(file) };
  const target = await decideDepth(first, root, [...files.train, ...files.test], encoded, context);
  return {
    prefix: 'images',
    kind: 'class folders of images',
    title: basename(root) || root,
    shape: [target.height, target.width, target.channels],
    classes,
    counts: { train: files.train.length, test: files.test.length },
    hasValueRange: target.scale !== null,
    read: (split) => decodeInOrder(files[split], encoded, target, context),
    keptFiles: {
      folder: root,
      resize: target.resize ?? 'stretch',
      scale: target.scale,
      read: (split) => readMarked(root, files[split], target, context),
    },
  };
}

const LABELLED = {
  name: ({ file }: LabelledFile) => file,
  label: ({ label }: LabelledFile) => label,
};

/** Decodes every file once, so that none that cannot be used is found out only while a run trains. */
async function* readMarked(
  root: string,
  files: readonly LabelledFile[],
  target: ImageTarget,
  context: ImportContext,
): AsyncGenerator<SampleBlock & { marks: FileMark[] }> {
  const marks = new Map<LabelledFile, FileMark>();
  const bytes = (item: LabelledFile): Uint8Array => {
    const name = relative(root, item.file).split(sep).join('/');
    // Before it is read: a change in between then shows as one.
    const modified = statSync(item.file).mtimeMs;
    const content = readFileSync(item.file);
    marks.set(item, { name, bytes: content.length, modified, digest: digestOf(content) });
    return content;
  };
  for await (const { items, ...block } of decodeInOrder(files, { ...LABELLED, bytes }, target, context)) {
    const ofBlock = items.flatMap((item) => marks.get(item) ?? []);
    for (const item of items) marks.delete(item);
    yield { ...block, marks: ofBlock };
  }
}

async function targetOfFirst(files: readonly LabelledFile[], { choices, report }: ImportContext) {
  for (const { file } of files) {
    try {
      return await chooseTarget(readFileSync(file), choices);
    } catch (error) {
      const { message } = imageProblemOf(error);
      if (choices.onBadFile === 'stop') report.bad(file, message);
    }
  }
  throw new DatasetError('None of the training images can be used.');
}

interface SplitFolder {
  classes: string[];
  files: LabelledFile[];
}

async function readSplit(folder: string, report: ImportFindings): Promise<SplitFolder> {
  const names = await classNames(folder);
  const perClass: { name: string; files: string[] }[] = [];
  for (const { name, path } of names) {
    const files = await imagesOf(path, report);
    if (files.length > 0) perClass.push({ name, files });
    else report.bad(path, 'is a class without an image');
  }
  if (perClass.length < 2) {
    throw new DatasetError(
      `${folder}: holds ${perClass.length === 0 ? 'no class folder' : 'one class folder'} with images. ` +
        'Choose a folder with train/CLASS/* and test/CLASS/*, or with a folder for each class.',
      folder,
    );
  }
  if (perClass.length > MOST_CLASSES) {
    throw new DatasetError(`${folder}: has ${perClass.length} classes; at most ${MOST_CLASSES} can be told apart.`);
  }
  return {
    classes: perClass.map(({ name }) => name),
    files: perClass.flatMap(({ files }, label) => files.map((file) => ({ file, label }))),
  };
}

async function readTestSplit(
  folder: string,
  classes: readonly string[],
  report: ImportFindings,
): Promise<LabelledFile[]> {
  const labels = new Map(classes.map((name, label) => [sameClass(name), { name, label }]));
  const files: LabelledFile[] = [];
  for (const { name, path } of await classNames(folder)) {
    const found = labels.get(sameClass(name));
    if (found === undefined) {
      report.bad(path, 'is a class that the training images do not have');
    } else if (found.name !== name) {
      report.bad(path, `is named unlike the training class ${found.name}`);
    } else {
      for (const file of await imagesOf(path, report)) files.push({ file, label: found.label });
    }
  }
  if (files.length === 0) throw new DatasetError(`${folder}: holds no image of any training class.`, folder);
  // Labels count in the order of the training classes, which leaving one out may have changed.
  return files.sort((a, b) => a.label - b.label);
}

/** Folders of a split in natural order of their names in one Unicode form. @throws DatasetError on a name twice */
async function classNames(folder: string): Promise<{ name: string; path: string }[]> {
  const found = (await listFolders(folder)).map((entry) => ({
    name: entry.normalize('NFC'),
    path: join(folder, entry),
  }));
  found.sort((a, b) => compareNaturally(a.name, b.name) || compareNaturally(a.path, b.path));
  const byName = new Map<string, string>();
  for (const { name, path } of found) {
    const other = byName.get(sameClass(name));
    if (other !== undefined) {
      throw new DatasetError(
        `${path}: is the same class as ${basename(other)}, told apart only by case or by how Unicode writes it. ` +
          'Put the images of both into one folder, or rename one.',
        path,
      );
    }
    byName.set(sameClass(name), path);
  }
  return found;
}

/** Equal for names that a file system or a person may take for the same. */
const sameClass = (name: string) => name.normalize('NFKC').toLowerCase();

async function listFolders(folder: string): Promise<string[]> {
  const entries = await readEntries(folder);
  const isFolder = await Promise.all(
    entries.map(async (entry) => {
      if (entry.name.startsWith('.')) return false;
      if (!entry.isSymbolicLink()) return entry.isDirectory();
      return (await stat(join(folder, entry.name)).catch(() => null))?.isDirectory() ?? false;
    }),
  );
  return entries.filter((_, at) => isFolder[at]).map(({ name }) => name);
}

/** Image files of a class folder and the folders in it, in natural order of their paths. */
async function imagesOf(folder: string, report: ImportFindings): Promise<string[]> {
  const entries = (await readEntries(folder, true)).filter(
    (entry) => !isHidden(relative(folder, join(entry.parentPath, entry.name))) && !entry.isDirectory(),
  );
  const images = entries.filter(({ name }) => IMAGE_FILE.test(name));
  for (const { name } of entries) {
    if (IMAGE_FILE.test(name)) continue;
    const ending = extname(name).toLowerCase() || 'other';
    report.changed('left-out', `${ending} files in class folders, which are no images`);
  }
  const files: string[] = [];
  for (const entry of images) {
    const file = join(entry.parentPath, entry.name);
    // Reading a pipe would wait for whoever writes into it.
    if (await isReadable(file, entry)) files.push(file);
    else report.bad(file, 'is no file but a pipe, a socket or a device');
  }
  return files.sort(compareNaturally);
}

/** A link that leads nowhere counts as a file: reading it says what is wrong. */
async function isReadable(file: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  const status = await stat(file).catch(() => null);
  return status === null || status.isFile() || status.isDirectory();
}

const isHidden = (path: string) => path.split(/[\\/]/).some((part) => part.startsWith('.'));

async function readEntries(folder: string, recursive = false) {
  try {
    return await readdir(folder, { withFileTypes: true, recursive });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new DatasetError(`${folder}: there is no such folder. Check its path.`, folder);
    throw new DatasetError(`${folder}: cannot be read (${(error as Error).message}). Check its permissions.`, folder);
  }
}

function splitBySeed(
  { classes, files }: SplitFolder,
  { testShare, seed }: ImportContext['choices'],
  report: ImportFindings,
): Record<SplitName, LabelledFile[]> {
  const labels = Uint16Array.from(files, ({ label }) => label);
  const isTest = drawTestSplit(labels, classes.length, testShare, seed);
  report.note(`The files have no test split: ${Number((testShare * 100).toFixed(2))}% of every class by seed ${seed}.`);
  return { train: files.filter((_, at) => !isTest[at]), test: files.filter((_, at) => isTest[at] === 1) };
}
