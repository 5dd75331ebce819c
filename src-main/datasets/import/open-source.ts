import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import type { ImageSource, ImportContext, ImportFindings } from '../image-source.ts';
import { isIdxFileName } from '../idx-folder.ts';
import { isLitterPath, litterOf } from '../naming/litter.ts';
import { readTar } from '../readers/archives.ts';
import { openArrays } from '../readers/arrays.ts';
import { isCifarBinary, openCifarBinary } from '../readers/cifar-binary.ts';
import { cifarPythonFilesOf, isCifarPythonFile, openCifarPython } from '../readers/cifar/python-version.ts';
import { openClassFolders } from '../readers/class-folders.ts';
import { openIdxFolder } from '../readers/idx-source.ts';
import { mostBytesOf } from '../readers/memory-limit.ts';
import { filesInMemory, filesOnDisk, type NamedFiles } from '../readers/named-files.ts';
import { openParquet } from '../readers/parquet.ts';
import { openZipFiles, type ZipFiles } from '../readers/zip-files.ts';
import { refuseUnusedChoices } from './unused-choices.ts';

const WHAT_IS_READ =
  'Espalier imports folders of images by class, IDX files, CIFAR’s binary and Python versions (folder or .tar.gz), .npz and .npy ' +
  'arrays, and Parquet files.';

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
  const source = await (status.isDirectory() ? openFolder(path, context) : openFile(path, context));
  refuseUnusedChoices(path, source, context.choices);
  return source;
}

async function openFolder(path: string, context: ImportContext): Promise<ImageSource> {
  const names = withoutLitter(await readable(path, readdir(path)), context.report);
  if (names.some(isIdxFileName)) return openIdxFolder(path, context);
  if (isCifarBinary(names)) return openCifarBinary(path, filesOfFolder(path, names), context);
  const python = cifarPythonFilesOf(names);
  if (python && (await areFiles(path, python))) return openCifarPython(path, filesOfFolder(path, python), context);
  const arrays = names.filter((name) => /\.npy$/i.test(name));
  if (arrays.length > 0) return openArrays(path, arraysOfFolder(path, arrays), context);
  const parquet = await parquetFiles(path, context.report);
  if (parquet.length > 0) return openParquet(path, parquet, context);
  return openClassFolders(path, context);
}

async function openFile(path: string, context: ImportContext): Promise<ImageSource> {
  if (/\.parquet$/i.test(path)) return openParquet(path, [path], context);
  if (/\.npz$/i.test(path)) return openArraysOfZip(path, context);
  if (/\.(tar|tar\.gz|tgz)$/i.test(path)) {
    const found = await readTar(
      path,
      (name) => (/\.bin$/i.test(name) || isCifarPythonFile(name)) && litterOf(name) === null,
      mostBytesOf(context.choices),
    );
    const names = [...found.keys()];
    if (isCifarBinary(names)) return openCifarBinary(path, filesOfArchive(path, found), context);
    if (cifarPythonFilesOf(names)) return openCifarPython(path, filesOfArchive(path, found), context);
    throw new DatasetError(
      `${path}: holds no file of CIFAR’s binary or Python version. Unpack it and import the folder.`,
      path,
    );
  }
  if (/\.npy$/i.test(path)) {
    const folder = dirname(path);
    throw new DatasetError(
      `${path}: is one array of several. Import its folder, ${folder}, with images and labels.`,
      path,
    );
  }
  throw new DatasetError(`${path}: is a file that Espalier does not read. ${WHAT_IS_READ}`, path);
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
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new DatasetError(
      `${path}: cannot be read (${(error as Error).message}). Check that it is there and its permissions.`,
      path,
    );
  }
}

/** Parquet files of a folder and of the folders in it, as hubs lay them: `data/train-00000-of-00001.parquet`. */
async function parquetFiles(path: string, report: ImportFindings): Promise<string[]> {
  const entries = await readable(path, readdir(path, { withFileTypes: true }));
  const nested = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && litterOf(entry.name) === null)
      .map(({ name }) => join(path, name))
      .map(async (folder) => (await withoutLitterOf(folder)).map((inner) => join(folder, inner))),
  );
  const files = [
    ...entries.filter((entry) => entry.isFile() && litterOf(entry.name) === null).map(({ name }) => join(path, name)),
    ...nested.flat(),
  ];
  return files.filter((file) => /\.parquet$/i.test(file));

  async function withoutLitterOf(folder: string): Promise<string[]> {
    const names = await readable(folder, readdir(folder));
    const isParquet = names.some((name) => litterOf(name) === null && /\.parquet$/i.test(name));
    return isParquet ? withoutLitter(names, report) : [];
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
  filesInMemory(found, (name) => `${path}, ${name}`);

async function openArraysOfZip(path: string, context: ImportContext): Promise<ImageSource> {
  const zip = await openZipFiles(path, (entry) => /\.npy$/i.test(entry) && !isLitterPath(entry));
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
    place: (name) => `${path}, ${name}`,
    size: (name) => zip.size(entryOf(name)),
    open: (name) => zip.open(entryOf(name)),
  };
}
