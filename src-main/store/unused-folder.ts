import { existsSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sqliteBinding } from './binding.ts';
import { databaseFile, openDatabase } from './database.ts';
import { lockFile, lockFolder, type FolderLock } from './folder-lock.ts';

/**
 * Takes back a data folder in which nothing was stored: its empty database, and the folders that are empty. Where it has
 * a run or a study, or is open, all of it stays; so does whatever else is in it. Never throws.
 * @param made the outermost folder that was made for it
 */
export function removeUnusedFolder(folder: string, made: string): void {
  // Another folder, put there after ours was moved away.
  if (!existsSync(databaseFile(folder))) return;
  let lock: FolderLock | null = null;
  try {
    lock = lockFolder(folder, sqliteBinding());
    if (!isEmpty(folder)) return;
    for (const suffix of ['', '-wal', '-shm']) rmSync(databaseFile(folder) + suffix, { force: true });
    rmSync(lockFile(folder), { force: true });
  } catch {
    return;
  } finally {
    lock?.release();
  }
  removeEmptyFolders(folder);
  for (let at = folder; at !== made && at !== dirname(at); at = dirname(at)) removeIfEmpty(dirname(at));
}

function isEmpty(folder: string): boolean {
  const database = openDatabase({ folder, access: 'read', nativeBinding: sqliteBinding() });
  try {
    return database.prepare('SELECT 1 FROM runs UNION ALL SELECT 1 FROM studies').get() === undefined;
  } finally {
    database.close();
  }
}

function removeEmptyFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  }
  removeIfEmpty(folder);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something is in it, which stays.
  }
}
