import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { systemRefusal } from '../dataset-error.ts';
import type { ImportFindings } from '../image-source.ts';
import { litterOf, outermostLitterOf } from '../naming/litter.ts';
import { compareNaturally } from '../natural-order.ts';
import { IMAGE_FILE, unreadFormatOf } from './image-formats/formats.ts';

/** @throws DatasetError where the folder cannot be read */
export async function readEntries(folder: string, recursive = false): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true, recursive });
  } catch (error) {
    throw systemRefusal(folder, error, 'read');
  }
}

/** Names of the folders in a folder, also behind links; system folders are none. */
export async function listFolders(folder: string): Promise<string[]> {
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

/** Reports what is beside class folders. @param litterIsTold whether system files there are in the report already */
export async function reportBeside(folder: string, report: ImportFindings, litterIsTold: boolean): Promise<void> {
  for (const entry of await readEntries(folder)) {
    const litter = litterOf(entry.name);
    if (litter !== null && !litterIsTold) report.changed('left-out', litter);
    if (litter !== null || entry.isDirectory() || entry.isSymbolicLink()) continue;
    const what = IMAGE_FILE.test(entry.name) ? 'images beside class folders, which are of no class' : OTHER_FILES;
    report.changed('left-out', what);
  }
}

const OTHER_FILES = 'files beside class folders';

/** What of a class folder is of a split. */
export interface WithinClass {
  /** The folders in it; null takes all. */
  within: readonly string[] | null;
  /** Whether what is beside those folders is reported here; else it is with another split. */
  tellsBeside: boolean;
}

/** Image files of a class folder and the folders in it, in natural order of their paths. */
export async function imagesOf(
  folder: string,
  { within, tellsBeside }: WithinClass,
  report: ImportFindings,
): Promise<string[]> {
  const isUsable = (entry: Dirent): boolean => {
    const path = relative(folder, join(entry.parentPath, entry.name));
    const isWithin = within === null || within.includes(path.split(sep)[0]);
    const isTold = isWithin || (tellsBeside && !path.includes(sep));
    const outermost = outermostLitterOf(path.split(sep).join('/'));
    if (outermost === 'itself' && isTold) report.changed('left-out', litterOf(entry.name) ?? '');
    if (outermost !== null || entry.isDirectory()) return false;
    if (!isWithin && isTold) report.changed('left-out', 'files beside the splits of a class');
    return isWithin;
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
