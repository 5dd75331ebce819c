import { counted } from '../../contract/index.ts';
import { dirname, extname, join } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { isIdxFileName } from '../idx-folder.ts';
import { litterOf } from '../naming/litter.ts';
import { listed } from '../naming/undecided-import.ts';
import { compareNaturally } from '../natural-order.ts';
import { isCifarBinary } from './cifar-binary.ts';
import { cifarPythonFilesOf } from './cifar/python-version.ts';
import { IMAGE_FILE } from './image-formats/formats.ts';
import { listFolders, readEntries } from './folder-listing.ts';

/** Folders that are looked into for one that fits, and how deep they may be. */
const MOST_FOLDERS = 300;
const DEEPEST = 4;
/** Folders that are looked into for images, to see whether they are classes. */
const MOST_CLASSES_TRIED = 50;

/**
 * Why a folder cannot be imported as class folders, and what would do: a folder or file below it, or the one above.
 * @param filled names of its folders that hold images
 */
export async function nothingFits(folder: string, filled: readonly string[]): Promise<DatasetError> {
  const files = await filesOf(folder);
  const images = files.filter((name) => IMAGE_FILE.test(name));
  const holds =
    images.length > 0
      ? `holds ${counted(images.length, 'image')} of no class`
      : filled.length > 0
        ? `holds no more than one class folder with images, ${filled[0]}`
        : 'holds no class folder with images';
  const remedy = (await below(folder)) ?? (images.length > 0 ? await above(folder) : null) ?? (await unread(folder));
  return new DatasetError(`${folder}: ${holds}. ${remedy ?? USUAL}`, folder);
}

const USUAL =
  'The class of an image is the name of its folder: choose a folder with train/CLASS/* and test/CLASS/*, or with a ' +
  'folder for each class.';

interface Fit {
  path: string;
  /** What it holds, such as `IDX files`. */
  what: string;
}

/** The nearest below that could be imported. */
async function below(root: string): Promise<string | null> {
  let level = [root];
  let looked = 0;
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
    const fits: Fit[] = [];
    const next: string[] = [];
    for (const folder of level) {
      if (looked++ === MOST_FOLDERS) break;
      const found = await fitOf(folder, depth > 0);
      if (found !== null) fits.push(found);
      next.push(...(await listFolders(folder)).sort(compareNaturally).map((name) => join(folder, name)));
    }
    if (fits.length === 1) return `${fits[0].path} holds ${fits[0].what}: import that one.`;
    if (fits.length > 1) {
      const several = fits.slice(0, 3).map(({ path, what }) => `${path} (${what})`);
      return `Import one of ${listed(several)}.`;
    }
    level = next;
  }
  return null;
}

async function fitOf(folder: string, mayBeClasses: boolean): Promise<Fit | null> {
  const names = await filesOf(folder);
  const file = names.find((name) => /\.(npz|tar|tar\.gz|tgz)$/i.test(name));
  if (file !== undefined) return { path: join(folder, file), what: 'what may be a dataset' };
  const zip = names.find((name) => /\.zip$/i.test(name));
  if (zip !== undefined) return { path: join(folder, zip), what: 'what has to be unpacked first' };
  if (!mayBeClasses) return null;
  if (names.some(isIdxFileName)) return { path: folder, what: 'IDX files' };
  if (isCifarBinary(names)) return { path: folder, what: 'CIFAR’s binary version' };
  if (cifarPythonFilesOf(names)) return { path: folder, what: 'CIFAR’s Python version' };
  if (names.some((name) => /\.npy$/i.test(name))) return { path: folder, what: 'arrays' };
  if (names.some((name) => /\.parquet$/i.test(name))) return { path: folder, what: 'Parquet files' };
  const inner = (await listFolders(folder)).sort(compareNaturally).slice(0, MOST_CLASSES_TRIED);
  const withImages: string[] = [];
  for (const name of inner) if (await holdsImages(join(folder, name))) withImages.push(name);
  return withImages.length > 1 ? { path: folder, what: listed(withImages.slice(0, 5)) } : null;
}

/** Whether there are images in a folder, or in one right in it. */
async function holdsImages(folder: string, depth = 0): Promise<boolean> {
  if ((await filesOf(folder)).some((name) => IMAGE_FILE.test(name))) return true;
  if (depth === 1) return false;
  for (const name of (await listFolders(folder)).slice(0, MOST_CLASSES_TRIED)) {
    if (await holdsImages(join(folder, name), depth + 1)) return true;
  }
  return false;
}

/** The folder above, where this one is a class among others. */
async function above(folder: string): Promise<string | null> {
  const parent = dirname(folder);
  const found = await fitOf(parent, true).catch(() => null);
  return found?.path === parent ? `It may be one class of several: import ${parent}, which holds ${found.what}.` : null;
}

/** Where the folders hold files of a format that is not read. */
async function unread(folder: string): Promise<string | null> {
  const endings = new Map<string, number>();
  for (const name of (await listFolders(folder)).slice(0, MOST_CLASSES_TRIED)) {
    for (const file of await filesOf(join(folder, name))) {
      const ending = extname(file).toLowerCase();
      if (ending !== '' && !IMAGE_FILE.test(file)) endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
  }
  const [most] = [...endings].sort(([, a], [, b]) => b - a);
  if (most === undefined) return null;
  return `Its folders hold ${counted(most[1], `${most[0]} file`)}, which are no images that are read; convert them to PNG.`;
}

const filesOf = async (folder: string): Promise<string[]> =>
  (await readEntries(folder))
    .filter((entry) => !entry.isDirectory() && litterOf(entry.name) === null)
    .map(({ name }) => name);
