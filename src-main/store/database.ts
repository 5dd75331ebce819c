import Database from 'better-sqlite3';
import type { Database as Connection } from 'better-sqlite3';
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StoreError, toStoreError } from './errors.ts';
import type { StoreAccess } from './methods.ts';
import { latestVersion, migrate, migrations } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';

/** "Espa": tells our files from other programs' SQLite files. */
const APPLICATION_ID = 0x45737061;
const BUSY_TIMEOUT_MILLISECONDS = 5000;

export const databaseFile = (folder: string): string => join(folder, 'espalier.db');

export interface DatabaseOpening {
  folder: string;
  access: StoreAccess;
  nativeBinding?: string;
  /** Read the whole file for damage first: worth its time after a crash. */
  checkWhole?: boolean;
  migrations?: readonly Migration[];
}

/**
 * Opens the database of a data folder and brings it up to date. Opened for reading, a folder without a database
 * answers as an empty one, and nothing on the disk changes.
 * @throws StoreError `damaged` (a copy has been put aside), `future`, `read-only` or `other`
 */
export function openDatabase(opening: DatabaseOpening): Connection {
  const file = databaseFile(opening.folder);
  const { nativeBinding, access } = opening;
  const list = opening.migrations ?? migrations;
  const options = { nativeBinding, timeout: BUSY_TIMEOUT_MILLISECONDS };
  const absent = !existsSync(file);
  if (access === 'read' && absent) {
    const empty = new Database(':memory:', options);
    migrate(empty, list);
    return empty;
  }
  if (access === 'write') createFolder(opening.folder);

  let database: Connection | null = null;
  try {
    database = new Database(file, { ...options, readonly: access === 'read' });
    refuseForeign(database, file, list);
    if (opening.checkWhole) refuseDamaged(database, file);
    if (access === 'write') prepareForWriting(database, file, list);
    else refuseOld(database, file, list);
    database.pragma('foreign_keys = ON');
    return database;
  } catch (error) {
    database?.close();
    const classed = toStoreError(error, file);
    if (classed.kind !== 'damaged') throw classed;
    throw new StoreError('damaged', describeDamage(classed.message, file, access === 'write' ? putAside(file) : null));
  }
}

/** @throws StoreError `read-only` where it cannot be made */
export function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new StoreError('read-only', `The data folder ${folder} cannot be made: ${(error as Error).message}`);
  }
}

/** Files of other programs and of newer versions of this one are left as they are. */
function refuseForeign(database: Connection, file: string, list: readonly Migration[]): void {
  const owner = database.pragma('application_id', { simple: true }) as number;
  const version = database.pragma('user_version', { simple: true }) as number;
  const tables = database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0;
  if (tables > 0 && owner !== APPLICATION_ID) {
    throw new StoreError('other', `${file} is a database of another program. Choose another data folder.`);
  }
  const known = latestVersion(list);
  if (version > known) {
    throw new StoreError(
      'future',
      `${file} was written by a newer Espalier (data version ${version}; this one knows up to ${known}). ` +
        'Nothing was changed: update Espalier, or choose another data folder.',
    );
  }
}

function refuseOld(database: Connection, file: string, list: readonly Migration[]): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version === latestVersion(list)) return;
  throw new StoreError(
    'other',
    `${file} was written by an older Espalier (data version ${version}) that may still be running. Close it, then ` +
      'start this one once to bring the data up to date.',
  );
}

function refuseDamaged(database: Connection, file: string): void {
  const verdict = database.pragma('quick_check(1)', { simple: true }) as string;
  if (verdict !== 'ok') throw new StoreError('damaged', `The database ${file} is damaged (${verdict}).`);
}

function prepareForWriting(database: Connection, file: string, list: readonly Migration[]): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  const known = latestVersion(list);
  if (version > 0 && version < known) keepOldVersion(database, file, version);
  if (version === 0) database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('temp_store = MEMORY');
  database.pragma('cache_size = -32000');
  migrate(database, list);
}

/** A whole copy beside the database before its first migration to a new version. */
function keepOldVersion(database: Connection, file: string, version: number): void {
  const copy = asideName(file, `version-${version}`);
  if (!existsSync(copy)) database.prepare('VACUUM INTO ?').run(copy);
}

/** Copies a damaged database with its journal; the same damage is copied once. Returns the copy's path. */
function putAside(file: string): string {
  const { mtimeMs, size } = statSync(file);
  const copy = asideName(file, `damaged-${Math.round(mtimeMs).toString(36)}-${size}`);
  for (const suffix of ['', '-wal']) {
    if (existsSync(file + suffix) && !existsSync(copy + suffix)) copyFileSync(file + suffix, copy + suffix);
  }
  return copy;
}

const asideName = (file: string, what: string): string => join(dirname(file), basename(file, '.db') + `.${what}.db`);

function describeDamage(what: string, file: string, copy: string | null): string {
  const kept = copy ? ` It was left as it is, and a copy put aside at ${copy}.` : ' It was left as it is.';
  return (
    `${what}${kept} To rescue what can be read: sqlite3 "${file}" .recover. To start afresh, move ${file} elsewhere ` +
    'or choose another data folder.'
  );
}

/** Runs a change so that it survives a loss of power, which metrics need not. */
export function durably<T>(database: Connection, change: () => T): T {
  database.pragma('synchronous = FULL');
  try {
    return database.transaction(change).immediate();
  } finally {
    database.pragma('synchronous = NORMAL');
  }
}
