import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { splitBlocks, type ImageSource, type ImportContext } from '../image-source.ts';
import { isIdxFileName, readIdxFolder } from '../idx-folder.ts';
import { openClassFolders } from '../readers/class-folders.ts';

/**
 * Finds out what a folder or file holds and opens it.
 * @throws DatasetError that says what is wrong, or what could be imported instead
 */
export async function openSource(path: string, context: ImportContext): Promise<ImageSource> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new DatasetError(`${path}: there is no such folder or file.`, path);
    throw new DatasetError(`${path}: cannot be read (${error.message}). Check its permissions.`, path);
  });
  if (!status.isDirectory()) {
    throw new DatasetError(`${path}: is a file that Espalier does not read. Choose a folder.`, path);
  }
  const names = await readdir(path);
  if (names.some(isIdxFileName)) return openIdxFolder(path);
  return openClassFolders(path, context);
}

async function openIdxFolder(path: string): Promise<ImageSource> {
  const { shape, classes, train, test } = await readIdxFolder(path, null);
  return {
    prefix: 'idx',
    kind: 'IDX files',
    title: basename(path) || path,
    shape,
    classes,
    counts: { train: train.count, test: test.count },
    read: (split) => splitBlocks(split === 'train' ? train : test),
  };
}
