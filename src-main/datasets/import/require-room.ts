import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PendingCacheFile } from '../cache-writing.ts';
import { DatasetError } from '../dataset-error.ts';

/** What a data folder's database needs to be closed in good order, with room to spare. */
const LEAST_FREE_BYTES = 2 ** 20;

/**
 * Gives a copy its name where the disk has room for the database too; else nothing of it is left.
 * @throws DatasetError where less than 1 MiB is free, and what naming the file throws
 */
export async function commitWithRoom(pending: PendingCacheFile, file: string): Promise<void> {
  try {
    await requireRoom(dirname(file));
    await pending.commit(file);
  } catch (error) {
    await pending.discard();
    throw error;
  }
}

/**
 * Called when a copy is written but has no name yet: one that fills the disk to the last byte would leave none for the
 * database, and then the import fails although its dataset is there.
 * @throws DatasetError where less than 1 MiB is free
 */
async function requireRoom(folder: string): Promise<void> {
  // A file system that does not tell has to be taken as it is.
  const found = await statfs(folder).catch(() => null);
  if (found === null || found.blocks === 0) return;
  const free = found.bavail * found.bsize;
  if (free >= LEAST_FREE_BYTES) return;
  const left = `${Math.floor(free / 1024).toLocaleString('en-GB')} KiB`;
  throw new DatasetError(
    `${folder}: with this dataset its disk would have ${left} left, and the database needs 1,024 KiB. Free some space. ` +
      'Nothing was imported.',
    folder,
    'machine',
  );
}
