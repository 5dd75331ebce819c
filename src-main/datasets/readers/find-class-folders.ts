import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { MOST_CLASSES, type ImportContext, type ImportFindings, type SplitName } from '../image-source.ts';
import { litterOf } from '../naming/litter.ts';
import { foundSplits, planSplits, type SplitPlan } from '../naming/plan-splits.ts';
import { splitRoleOf } from '../naming/splits.ts';
import { UndecidedImportError, listed } from '../naming/undecided-import.ts';
import { compareNaturally } from '../natural-order.ts';
import { IMAGE_FILE, unreadFormatOf } from './image-formats/formats.ts';
import { drawTestSplit } from './test-split.ts';

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

/** Where the images of a split lie: folders of classes, and the folders within each class that are of the split. */
interface SplitPlaces {
  folders: string[];
  /** Names of the folders within a class; null takes the class folder whole. */
  within: string[] | null;
}

/**
 * Finds the images of `SPLIT/CLASS/*`, of `CLASS/SPLIT/*`, or of `CLASS/*` alone, which are then split by class, share and
 * seed. What is a split is decided by its name (`naming/plan-splits.ts`). Folders within a class folder are searched too;
 * system files are not.
 * @throws DatasetError that names the folder at fault: no images, an empty class, two classes of one name
 * @throws UndecidedImportError where folders may be splits or classes
 */
export async function findClassFolders(root: string, context: ImportContext): Promise<ClassFolders> {
  const { choices, report } = context;
  const { train, test } = await findSplits(root, context);
  const training = await readSplit(train, report);
  if (test === null) return { classes: training.classes, files: splitBySeed(training, choices, report) };
  const testFiles = await readTestSplit(test, training.classes, report);
  return { classes: training.classes, files: { train: training.files, test: testFiles } };
}

async function findSplits(
  root: string,
  context: ImportContext,
): Promise<{ train: SplitPlaces; test: SplitPlaces | null }> {
  const { choices, report } = context;
  const whole = { train: { folders: [root], within: null }, test: null };
  const folders = (await listFolders(root)).sort(compareNaturally);
  if (choices.trainSplits?.length === 0) return whole;
  const inner = new Map<string, string[]>();
  for (const folder of folders) inner.set(folder, await listFolders(join(root, folder)));
  // Only what holds folders itself is a split: a class may be called train, and test may hold images without a class.
  const nested = folders.filter((folder) => (inner.get(folder) ?? []).length > 0);
  const named = foundSplits(nested, 'whole');
  const given = [...(choices.trainSplits ?? []), ...(choices.testSplits ?? [])];
  if (named.some(({ role }) => role !== null) || given.some((name) => nested.includes(name))) {
    const plan = planSplits(root, named, choices, report, 'folders');
    for (const folder of folders) {
      if (!nested.includes(folder)) report.changed('left-out', `folders without class folders, such as ${folder}`);
    }
    const places = async (names: readonly string[]) => ({
      folders: await Promise.all(names.map((name) => unwrapped(join(root, name)))),
      within: null,
    });
    return { train: await places(plan.train), test: plan.test.length > 0 ? await places(plan.test) : null };
  }
  const plan = nested.length === 0 ? null : planWithinClasses(root, inner, context);
  if (plan === null) {
    if (given.length === 0) return whole;
    throw new UndecidedImportError(
      `${root}: has no split ${given[0]}: its folders are classes (${listed(folders.slice(0, 5))}). Leave out the choice ` +
        'of splits (--train-split, --test-split).',
      root,
    );
  }
  const within = (names: string[]): SplitPlaces => ({ folders: [root], within: names });
  return { train: within(plan.train), test: plan.test.length > 0 ? within(plan.test) : null };
}

/** The splits of `CLASS/SPLIT/*`; null where the folders within the classes name none. */
function planWithinClasses(
  root: string,
  inner: ReadonlyMap<string, string[]>,
  { choices, report }: ImportContext,
): SplitPlan | null {
  const names = [...inner.values()].flat();
  const distinct = [...new Set(names)];
  const areTheSame = inner.size > 1 && distinct.length > 1 && names.length === distinct.length * inner.size;
  const areSplits = distinct.some((name) => splitRoleOf(name, 'whole') !== null);
  if (!areSplits && !areTheSame) return null;
  const classes = listed([...inner.keys()].slice(0, 3));
  const remedy = '--train-split none takes the folders as classes, with all that is in them.';
  if (!areSplits) {
    throw new UndecidedImportError(
      `${root}: ${classes} all hold the same folders, ${listed(distinct.slice(0, 5))}, so these may be the classes. ` +
        `Import one of the folders, such as ${join(root, [...inner.keys()][0])}, or ${remedy}`,
      root,
    );
  }
  const plan = planSplits(root, foundSplits(names, 'whole'), choices, report, 'folders within classes');
  for (const [folder, within] of inner) {
    if (plan.train.every((name) => within.includes(name))) continue;
    throw new UndecidedImportError(
      `${join(root, folder)}: has no folder ${listed(plan.train)}, which other classes have for their training images. ` +
        `Add it, or ${remedy}`,
      join(root, folder),
    );
  }
  return plan;
}

/** A split folder that holds nothing but one more of the same kind: `seg_train/seg_train`. */
async function unwrapped(folder: string): Promise<string> {
  const inner = await listFolders(folder);
  if (inner.length !== 1) return folder;
  const role = splitRoleOf(inner[0], 'whole');
  const isSame = inner[0] === basename(folder) || (role !== null && role === splitRoleOf(basename(folder), 'whole'));
  return isSame ? unwrapped(join(folder, inner[0])) : folder;
}

interface SplitFolder {
  classes: string[];
  files: LabelledFile[];
}

async function readSplit(places: SplitPlaces, report: ImportFindings): Promise<SplitFolder> {
  const folder = places.folders.join(', ');
  const byName = new Map<string, string[]>();
  for (const { name, path } of await classesOf(places)) byName.set(name, [...(byName.get(name) ?? []), path]);
  const perClass: { name: string; files: string[] }[] = [];
  for (const [name, paths] of byName) {
    const files = (await Promise.all(paths.map((path) => imagesOf(path, places.within, report)))).flat();
    if (files.length > 0) perClass.push({ name, files });
    else report.bad(paths[0], 'is a class without an image');
  }
  if (perClass.length < 2) {
    const below = await lowerFolder(places.folders[0]);
    if (below !== null) {
      const lead = `Its folder ${below.path} holds ${listed(below.folders)}`;
      throw new DatasetError(`${folder}: holds no more than one folder with images. ${lead}: import that one.`, folder);
    }
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

/** The first folder below that holds several, as many as are worth naming. */
async function lowerFolder(folder: string, depth = 0): Promise<{ path: string; folders: string[] } | null> {
  const inner = (await listFolders(folder)).sort(compareNaturally);
  if (depth > 0 && inner.length > 1) return { path: folder, folders: inner.slice(0, 5) };
  if (depth === 4) return null;
  for (const name of inner.slice(0, 10)) {
    const found = await lowerFolder(join(folder, name), depth + 1);
    if (found !== null) return found;
  }
  return null;
}

async function readTestSplit(
  places: SplitPlaces,
  classes: readonly string[],
  report: ImportFindings,
): Promise<LabelledFile[]> {
  const labels = new Map(classes.map((name, label) => [sameClass(name), { name, label }]));
  const files: LabelledFile[] = [];
  for (const { name, path } of await classesOf(places)) {
    const found = labels.get(sameClass(name));
    if (found === undefined) {
      report.bad(path, 'is a class that the training images do not have');
    } else if (found.name !== name) {
      report.bad(path, `is named unlike the training class ${found.name}`);
    } else {
      for (const file of await imagesOf(path, places.within, report)) files.push({ file, label: found.label });
    }
  }
  const folder = places.folders.join(', ');
  if (files.length === 0) throw new DatasetError(`${folder}: holds no image of any training class.`, folder);
  // Labels count in the order of the training classes, which leaving one out may have changed.
  return files.sort((a, b) => a.label - b.label);
}

/** Class folders of all folders of a split, by class in natural order. */
async function classesOf({ folders }: SplitPlaces): Promise<{ name: string; path: string }[]> {
  const found = (await Promise.all(folders.map(classNames))).flat();
  return folders.length === 1 ? found : found.sort((a, b) => compareNaturally(a.name, b.name));
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
      if (litterOf(entry.name) !== null) return false;
      if (!entry.isSymbolicLink()) return entry.isDirectory();
      return (await stat(join(folder, entry.name)).catch(() => null))?.isDirectory() ?? false;
    }),
  );
  return entries.filter((_, at) => isFolder[at]).map(({ name }) => name);
}

/** Image files of a class folder and the folders in it, in natural order of their paths. */
async function imagesOf(folder: string, within: readonly string[] | null, report: ImportFindings): Promise<string[]> {
  const isWithin = (path: string) => within === null || within.includes(path.split(/[\\/]/)[0]);
  const isUsable = (entry: Dirent): boolean => {
    if (entry.isDirectory()) return false;
    const path = relative(folder, join(entry.parentPath, entry.name));
    const litter = path
      .split(/[\\/]/)
      .map(litterOf)
      .find((each) => each !== null);
    if (litter) report.changed('left-out', litter);
    else if (!path.includes(sep) && !isWithin(path)) report.changed('left-out', 'files beside the splits of a class');
    return !litter && isWithin(path);
  };
  const entries = (await readEntries(folder, true)).filter(isUsable);
  const images = entries.filter(({ name }) => IMAGE_FILE.test(name));
  for (const { name, parentPath } of entries) {
    if (IMAGE_FILE.test(name)) continue;
    const unread = unreadFormatOf(name);
    if (unread !== null) {
      report.bad(join(parentPath, name), unread);
      continue;
    }
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
