import { basename, join } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { MOST_CLASSES, type ImportContext, type ImportFindings, type SplitName } from '../image-source.ts';
import { compareNaturally } from '../natural-order.ts';
import { imagesOf, listFolders, reportBeside } from './folder-listing.ts';
import { findSplits, type SplitFolders } from './folder-splits.ts';
import { drawTestSplit, tellDrawnSplit } from './test-split.ts';
import { nothingFits } from './what-fits.ts';

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

/**
 * Finds the images of `SPLIT/CLASS/*`, of `CLASS/SPLIT/*`, or of `CLASS/*` alone, which are then split by class, share and
 * seed. What is a split is decided by its name (`naming/plan-splits.ts`). Folders within a class folder are searched too;
 * system files are not.
 * @throws DatasetError that names the folder at fault: no images, an empty class, two classes of one name
 * @throws UndecidedImportError where folders may be splits or classes
 */
export async function findClassFolders(root: string, context: ImportContext): Promise<ClassFolders> {
  const { report } = context;
  const { train, test } = await findSplits(root, context);
  await reportBeside(root, report, true);
  for (const folder of [...train.folders, ...(test?.folders ?? [])]) {
    if (folder !== root) await reportBeside(folder, report, false);
  }
  const training = await readSplit(train, report);
  if (test === null) return { classes: training.classes, files: splitBySeed(training, context) };
  const testFiles = await readTestSplit(test, training.classes, report);
  return { classes: training.classes, files: { train: training.files, test: testFiles } };
}

interface SplitFolder {
  classes: string[];
  files: LabelledFile[];
}

async function readSplit(splitFolders: SplitFolders, report: ImportFindings): Promise<SplitFolder> {
  const folder = splitFolders.folders.join(', ');
  const byName = new Map<string, string[]>();
  for (const { name, path } of await classesOf(splitFolders)) byName.set(name, [...(byName.get(name) ?? []), path]);
  const perClass: { name: string; files: string[] }[] = [];
  const empty: string[] = [];
  for (const [name, paths] of byName) {
    const files = (await Promise.all(paths.map((path) => imagesOf(path, splitFolders, report)))).flat();
    if (files.length > 0) perClass.push({ name, files });
    else empty.push(paths[0]);
  }
  if (perClass.length < 2) {
    throw await nothingFits(
      splitFolders.folders[0],
      perClass.map(({ name }) => name),
    );
  }
  for (const path of empty) report.bad(path, 'is a class without an image');
  if (perClass.length > MOST_CLASSES) {
    throw new DatasetError(`${folder}: has ${perClass.length} classes; at most ${MOST_CLASSES} can be distinguished.`);
  }
  return {
    classes: perClass.map(({ name }) => name),
    files: perClass.flatMap(({ files }, label) => files.map((file) => ({ file, label }))),
  };
}

async function readTestSplit(
  splitFolders: SplitFolders,
  classes: readonly string[],
  report: ImportFindings,
): Promise<LabelledFile[]> {
  const labels = new Map(classes.map((name, label) => [sameClass(name), { name, label }]));
  const files: LabelledFile[] = [];
  for (const { name, path } of await classesOf(splitFolders)) {
    const found = labels.get(sameClass(name));
    if (found === undefined) {
      report.bad(path, 'is a class that the training images do not have');
    } else if (found.name !== name) {
      report.bad(path, `is named unlike the training class ${found.name}`);
    } else {
      for (const file of await imagesOf(path, splitFolders, report)) files.push({ file, label: found.label });
    }
  }
  const folder = splitFolders.folders.join(', ');
  if (files.length === 0) throw new DatasetError(`${folder}: holds no image of any training class.`, folder);
  // Labels count in the order of the training classes, which leaving one out may have changed.
  return files.sort((a, b) => a.label - b.label);
}

/** Class folders of all folders of a split, by class in natural order. */
async function classesOf({ folders }: SplitFolders): Promise<{ name: string; path: string }[]> {
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
        `${path}: is the same class as ${basename(other)}, distinguished only by case or by how Unicode writes it. ` +
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

function splitBySeed({ classes, files }: SplitFolder, context: ImportContext): Record<SplitName, LabelledFile[]> {
  const { testShare, seed } = context.choices;
  const labels = Uint16Array.from(files, ({ label }) => label);
  const isTest = drawTestSplit(labels, classes.length, testShare, seed);
  tellDrawnSplit('files', context);
  return { train: files.filter((_, at) => !isTest[at]), test: files.filter((_, at) => isTest[at] === 1) };
}
