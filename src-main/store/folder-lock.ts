import Database from 'better-sqlite3';
import type { Database as Connection } from 'better-sqlite3';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from './errors.ts';

/**
 * One Espalier writes to a data folder at a time. The lock is SQLite's own exclusive lock on an empty database, so the
 * system lets go of it however the process ends; a note beside it says who holds it.
 */
export interface FolderLock {
  /** The last holder did not say goodbye. */
  afterCrash: boolean;
  release(): void;
}

export const lockFile = (folder: string): string => join(folder, 'lock.db');
export const noteFile = (folder: string): string => join(folder, 'lock.json');

interface LockNote {
  processId: number;
  since: string;
}

/** @throws StoreError `busy`, naming the process that has the folder open */
export function lockFolder(folder: string, nativeBinding: string | undefined): FolderLock {
  // The timeout lets a reader's momentary look (see `isFolderLocked`) pass.
  const lock = new Database(lockFile(folder), { nativeBinding, timeout: 300 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new StoreError('busy', describeHolder(folder));
  }
  const note = noteFile(folder);
  const afterCrash = existsSync(note);
  const content: LockNote = { processId: process.pid, since: new Date().toISOString() };
  writeFileSync(note, JSON.stringify(content));
  const { ino } = statSync(note, { bigint: true });
  return {
    afterCrash,
    release() {
      // Another folder may be at the path by now, with a note of its own.
      if (statSync(note, { bigint: true, throwIfNoEntry: false })?.ino === ino) rmSync(note, { force: true });
      lock.close();
    },
  };
}

/** Whether some Espalier may write to the folder now. */
export function isFolderLocked(folder: string, nativeBinding: string | undefined): boolean {
  if (!existsSync(lockFile(folder))) return false;
  let look: Connection | null = null;
  try {
    look = new Database(lockFile(folder), { nativeBinding, timeout: 0, readonly: true });
    look.pragma('schema_version');
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    look?.close();
  }
}

const isBusy = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');

function describeHolder(folder: string): string {
  const note = readNote(folder);
  const who = note ? ` (process ${note.processId}, since ${note.since})` : '';
  return (
    `Another Espalier has the data folder ${folder} open${who}. Use its window, close it, or choose another folder ` +
    'with --data or ESPALIER_DATA.'
  );
}

function readNote(folder: string): LockNote | null {
  try {
    return JSON.parse(readFileSync(noteFile(folder), 'utf8')) as LockNote;
  } catch {
    return null;
  }
}
