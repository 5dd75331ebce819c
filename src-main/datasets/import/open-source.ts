import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { shortened, WHAT_IS_READ } from '../../contract/index.ts';
import { DatasetError, isSystemError, systemRefusal } from '../dataset-error.ts';
import type { ImageSource, ImportContext, ImportFindings } from '../image-source.ts';
import { isIdxFileName } from '../idx-folder.ts';
import { LFS_PROBLEM, isLfsPointerFile } from '../lfs-pointer.ts';
import { litterOf } from '../naming/litter.ts';
import { byBaseName, readTar } from '../readers/archives.ts';
import { openArrays } from '../readers/arrays.ts';
import { isCifarBinary, isCifarFile, openCifarBinary } from '../readers/cifar-binary.ts';
import { cifarPythonFilesOf, isCifarPythonFile, openCifarPython } from '../readers/cifar/python-version.ts';
import { openClassFolders } from '../readers/class-folders.ts';
import { findParquetFiles } from '../readers/find-parquet.ts';
import { openIdxFolder } from '../readers/idx-source.ts';
import { IMAGE_FILE } from '../readers/decode-image.ts';
import { mostBytesOf } from '../readers/memory-limit.ts';
import { filesInMemory, filesOnDisk, type NamedFiles } from '../readers/named-files.ts';
import { openParquet } from '../readers/parquet.ts';
import { openZipFiles, type ZipFiles } from '../readers/zip-files.ts';
import { refuseUnusedChoices } from './unused-choices.ts';

/**
 * Finds out what a folder or file holds and opens it.
 * @throws DatasetError that says what is wrong, or what could be imported instead
 */
export async function openSource(path: string, context: ImportContext): Promise<ImageSource> {
  const found = stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new DatasetError(`${path}: there is no such folder or file.`, path);
    throw error;
  });
  const status = await readable(path, found);
  if (!status.isDirectory() && (await isLfsPointerFile(path))) throw new DatasetError(`${path}: ${LFS_PROBLEM}.`, path);
  const source = await (status.isDirectory() ? openFolder(path, context) : openFile(path, context));
  refuseUnusedChoices(path, source, context.choices);
  return source;
}

async function openFolder(path: string, context: ImportContext): Promise<ImageSource> {
  const names = withoutLitter(await readable(path, readdir(path)), context.report);
  const read = (isRead: (name: string) => boolean): void => {
    const others = names.filter((name) => !isRead(name)).length;
    if (others > 0) context.report.changed('left-out', OTHER_FILES, others);
  };
  if (names.some(isIdxFileName)) {
    read(isIdxFileName);
    return openIdxFolder(path, context);
  }
  if (isCifarBinary(names)) {
    read(isCifarFile);
    return openCifarBinary(path, filesOfFolder(path, names), context);
  }
  const python = cifarPythonFilesOf(names);
  if (python && (await areFiles(path, python))) {
    read(isCifarPythonFile);
    return openCifarPython(path, filesOfFolder(path, python), context);
  }
  const arrays = names.filter((name) => /\.npy$/i.test(name));
  if (arrays.length > 0) {
    read((name) => arrays.includes(name));
    return openArrays(path, arraysOfFolder(path, arrays), context);
  }
  const parquet = await findParquetFiles(path, context.report);
  if (parquet.length > 0) return openParquet(path, parquet, context);
  return openClassFolders(path, context);
}

/** What a report calls them. */
const OTHER_FILES = 'files and folders beside those that are read';

async function openFile(path: string, context: ImportContext): Promise<ImageSource> {
  if (/\.parquet$/i.test(path)) return openParquet(path, [path], context);
  if (/\.npz$/i.test(path)) return openArraysOfZip(path, context);
  if (/\.(tar|tar\.gz|tgz)$/i.test(path)) {
    return openTar(path, context);
  }
  if (/\.npy$/i.test(path)) {
    const folder = dirname(path);
    throw new DatasetError(
      `${path}: is one array of several. Import its folder, ${folder}, with images and labels.`,
      path,
    );
  }
  if (isIdxFileName(basename(path))) {
    const folder = dirname(path);
    throw new DatasetError(
      `${path}: is one IDX file of several. Import its folder, ${folder}, with images and labels.`,
      path,
    );
  }
  if (IMAGE_FILE.test(path)) throw singleImage(path);
  if (/\.(zip|7z|rar)$/i.test(path)) {
    throw new DatasetError(`${path}: is an archive that is not read. Unpack it, and import the folder.`, path);
  }
  throw new DatasetError(`${path}: is a file that Espalier does not read. ${WHAT_IS_READ}`, path);
}

/** Classes are folders: of an image the folder above its own may be the one that is meant. */
function singleImage(path: string): DatasetError {
  const [folder, above] = [dirname(path), dirname(dirname(path))];
  return new DatasetError(
    `${path}: is a single image. The class of an image is the name of its folder: import a folder that holds a folder for ` +
      `each class, such as ${above} where ${basename(folder)} is one of the classes.`,
    path,
  );
}

async function openTar(path: string, context: ImportContext): Promise<ImageSource> {
  const { choices, report } = context;
  const found = await readTar(path, (entry) => isTaken(entry, isCifarEntry, report), mostBytesOf(choices));
  const names = [...found.keys()].map((entry) => posix.basename(entry));
  if (isCifarBinary(names)) {
    const files = byBaseName(path, found, isCifarFile);
    return openCifarBinary(path, filesOfArchive(path, files), context);
  }
  if (cifarPythonFilesOf(names)) {
    return openCifarPython(path, filesOfArchive(path, byBaseName(path, found, isCifarPythonFile)), context);
  }
  throw new DatasetError(
    `${path}: holds no file of CIFAR’s binary or Python version. Unpack it and import the folder.`,
    path,
  );
}

const isCifarEntry = (name: string): boolean => isCifarFile(name) || isCifarPythonFile(name);

/** Whether an entry of an archive is read, by its name without folders; others are reported. */
function isTaken(entry: string, isKnown: (name: string) => boolean, report: ImportFindings): boolean {
  if (entry.endsWith('/')) return false;
  const litter = entry
    .split('/')
    .map(litterOf)
    .find((each) => each !== null);
  const isRead = isKnown(posix.basename(entry));
  if (litter) report.changed('left-out', litter);
  else if (!isRead) report.changed('left-out', OTHER_FILES);
  return !litter && isRead;
}

/** Whether none of them is a folder, as a class called train would be. */
async function areFiles(path: string, names: readonly string[]): Promise<boolean> {
  const found = await Promise.all(names.map((name) => readable(join(path, name), stat(join(path, name)))));
  return found.every((status) => status.isFile());
}

/** What the system says against reading it becomes a sentence for the reader. */
async function readable<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw isSystemError(error) ? systemRefusal(path, error, 'read') : error;
  }
}

/** What is left of the names of a folder; the rest is reported. */
function withoutLitter(names: readonly string[], report: ImportFindings): string[] {
  return names.filter((name) => {
    const litter = litterOf(name);
    if (litter !== null) report.changed('left-out', litter);
    return litter === null;
  });
}

const filesOfFolder = (path: string, names: readonly string[]): NamedFiles =>
  filesOnDisk(names, (name) => join(path, name));

const arraysOfFolder = (path: string, names: readonly string[]): NamedFiles => {
  const withEnding = (array: string) => names.find((name) => name.slice(0, -'.npy'.length) === array) ?? `${array}.npy`;
  return filesOnDisk(
    names.map((name) => name.slice(0, -'.npy'.length)),
    (array) => join(path, withEnding(array)),
  );
};

const filesOfArchive = (path: string, found: ReadonlyMap<string, Uint8Array>): NamedFiles =>
  filesInMemory(found, (name) => `${path}, ${shortened(name)}`);

async function openArraysOfZip(path: string, context: ImportContext): Promise<ImageSource> {
  const zip = await openZipFiles(path, (entry) => isTaken(entry, (name) => /\.npy$/i.test(name), context.report));
  try {
    return await openArrays(path, arraysOfZip(path, zip), context);
  } finally {
    zip.close();
  }
}

/** By their paths below the folder they share, with `_` between the parts: `train/x.npy` is `train_x`. */
function arraysOfZip(path: string, zip: ZipFiles): NamedFiles {
  const folders = zip.names.map((entry) => entry.split('/').slice(0, -1));
  const [first = []] = folders;
  const differs = first.findIndex((name, depth) => folders.some((folder) => folder[depth] !== name));
  const shared = differs < 0 ? first.length : differs;
  const entries = new Map<string, string>();
  for (const entry of zip.names) {
    const name = entry.split('/').slice(shared).join('_').slice(0, -'.npy'.length);
    if (entries.has(name))
      throw new DatasetError(`${path}: more than one entry is an array named ${name}. Rename one.`, path);
    entries.set(name, entry);
  }
  const entryOf = (name: string) => entries.get(name) ?? name;
  return {
    names: [...entries.keys()],
    location: (name) => `${path}, ${shortened(name)}`,
    size: (name) => zip.size(entryOf(name)),
    open: (name) => zip.open(entryOf(name)),
  };
}
