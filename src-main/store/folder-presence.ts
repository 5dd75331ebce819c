import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { databaseFile } from './database.ts';
import { lockFile, noteFile } from './folder-lock.ts';

/**
 * Whether an open data folder is still where it was opened. `away`: it was moved, unmounted or replaced by another one,
 * and may come back; `removed`: its files were deleted, and what the open database still takes is lost.
 */
export type FolderPresence = 'here' | 'away' | 'removed';

export interface FolderWatch {
  look(): FolderPresence;
  close(): void;
}

/**
 * Watches a folder whose database and lock are open. An open file goes along with a folder that is moved, and stays
 * writable when it is deleted, so what is at the path now is compared with what was there: device and inode.
 */
export function watchFolder(folder: string): FolderWatch {
  const files = [databaseFile(folder), lockFile(folder)];
  const opened = files.map(identityAt);
  // Not one of SQLite's files: closing any handle of those would give up its locks (sqlite.org/howtocorrupt.html, 2.2).
  const note = openSync(noteFile(folder), 'r');
  return {
    look() {
      if (files.every((file, index) => identityAt(file) === opened[index])) return 'here';
      return fstatSync(note).nlink === 0 ? 'removed' : 'away';
    },
    close: () => closeSync(note),
  };
}

/** Device and inode of what is at a path; null where nothing can be reached there. */
function identityAt(file: string): string | null {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}/${ino}`;
  } catch {
    return null;
  }
}
