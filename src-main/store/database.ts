import Database from 'better-sqlite3';
import type { Database as Connection } from 'better-sqlite3';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, NO_ROOM_FOR_INDEX, StoreError, toStoreError } from './errors.ts';
import type { StoreAccess } from './methods.ts';
import { latestVersion, migrate, migrations } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';

/** "Espa": tells our files from other programs' SQLite files. */
const APPLICATION_ID = 0x45737061;
const BUSY_TIMEOUT_MILLISECONDS = 5000;
/** Of a database that is read whole. */
const LARGEST_IN_MEMORY_BYTES = 2 ** 30;

export const databaseFile = (folder: string): string => join(folder, 'espalier.db');

export interface DatabaseOptions {
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
 * @throws StoreError `damaged` (a copy has been put aside), `future`, `outdated` (for reading), `read-only` or `other`
 */
export function openDatabase(options: DatabaseOptions): Connection {
  const file = databaseFile(options.folder);
  const { nativeBinding, access } = options;
  const list = options.migrations ?? migrations;
  const connection = { nativeBinding, timeout: BUSY_TIMEOUT_MILLISECONDS };
  const absent = !existsSync(file);
  if (access === 'read' && absent) {
    const empty = new Database(':memory:', connection);
    migrate(empty, list);
    return empty;
  }
  if (access === 'write') createFolder(options.folder);

  let database: Connection | null = null;
  try {
    const lastWritten = lastWriteTo(file);
    const isInspected = access === 'write' && !absent && inspect(options, file, list);
    database = access === 'read' ? openToRead(file, connection) : new Database(file, connection);
    refuseForeign(database, file, list);
    if (options.checkWhole && !isInspected) refuseDamaged(database, file);
    if (access === 'write') prepareForWriting(database, file, list, lastWritten);
    else refuseOld(database, file, list);
    database.pragma('foreign_keys = ON');
    return database;
  } catch (error) {
    const classed = toStoreError(error, file);
    try {
      if (classed.kind !== 'damaged') throw classed;
      const copy = access === 'write' ? putAside(file) : null;
      throw new StoreError('damaged', describeDamage(classed.message, file, copy));
    } finally {
      // After the copy: closing a connection that may write folds the journal into the database.
      database?.close();
    }
  }
}

/**
 * Looks through a connection that cannot write, so that a file which is refused stays as it is, its journal with it.
 * Returns whether that was possible: where a crash left a rollback journal, only a connection that writes can read.
 * @throws StoreError where it may not be opened
 */
function inspect({ nativeBinding, checkWhole }: DatabaseOptions, file: string, list: readonly Migration[]): boolean {
  let look: Connection | null = null;
  try {
    look = new Database(file, { nativeBinding, timeout: BUSY_TIMEOUT_MILLISECONDS, readonly: true });
    refuseForeign(look, file, list);
    if (checkWhole) refuseDamaged(look, file);
    return true;
  } catch (error) {
    if (!/^SQLITE_(READONLY|CANTOPEN)/.test(String((error as { code?: unknown }).code))) throw error;
    return false;
  } finally {
    look?.close();
  }
}

/**
 * A journal makes SQLite write beside a database even to read it. Where the disk takes nothing, the file is read into
 * memory instead, which nobody can be changing meanwhile.
 */
function openToRead(file: string, options: Database.Options): Connection {
  let disk: DiskThatTakesNothing | null;
  try {
    const database = new Database(file, { ...options, readonly: true });
    database.pragma('schema_version');
    return database;
  } catch (error) {
    disk = whyDiskTakesNothing(error, dirname(file));
    if (disk === null) throw error;
  }
  const { size } = statSync(file);
  const journal = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (journal > 0 || size > LARGEST_IN_MEMORY_BYTES) {
    const why =
      journal > 0 ? 'an Espalier that was not closed left a journal' : `it has ${(size / 2 ** 30).toFixed(1)} GiB`;
    throw new StoreError(
      'read-only',
      `${file} is on a disk ${disk.state}, and ${why}: ${disk.remedy}copy its folder to another disk, and name that ` +
        'with --data or ESPALIER_DATA.',
    );
  }
  const bytes = readFileSync(file);
  // Its format without a journal (sqlite.org/fileformat2.html, 1.3.3): memory has none.
  bytes.fill(1, 18, 20);
  return new Database(bytes, { ...options, readonly: true });
}

interface DiskThatTakesNothing {
  /** After "a disk". */
  state: string;
  /** Before another one. */
  remedy: string;
}

/** @param error by which SQLite could not read a file there */
function whyDiskTakesNothing(error: unknown, folder: string): DiskThatTakesNothing | null {
  if (codeOf(error) === NO_ROOM_FOR_INDEX) return { state: 'that is full', remedy: 'free some space, or ' };
  try {
    accessSync(folder, constants.W_OK);
    return null;
  } catch (refusal) {
    return codeOf(refusal) === 'EROFS' ? { state: 'mounted for reading only', remedy: '' } : null;
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

const versionOf = (database: Connection): number => database.pragma('user_version', { simple: true }) as number;

/** Files of other programs and of newer versions of this one are left as they are. */
function refuseForeign(database: Connection, file: string, list: readonly Migration[]): void {
  const owner = database.pragma('application_id', { simple: true }) as number;
  const version = versionOf(database);
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
  const version = versionOf(database);
  if (version === latestVersion(list)) return;
  throw new StoreError(
    'outdated',
    `${file} was written by an older Espalier (data version ${version}) that may still be running. Close it, then ` +
      'start this one once to bring the data up to date.',
  );
}

function refuseDamaged(database: Connection, file: string): void {
  const verdict = database.pragma('quick_check(1)', { simple: true }) as string;
  if (verdict !== 'ok') throw new StoreError('damaged', `The database ${file} is damaged (${verdict}).`);
}

function prepareForWriting(database: Connection, file: string, list: readonly Migration[], lastWritten: Date): void {
  const version = versionOf(database);
  const known = latestVersion(list);
  if (version > 0 && version < known)
    keepOldVersion(database, asideName(file, `version-${version}-${stampOf(lastWritten)}`));
  if (version === 0) database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('temp_store = MEMORY');
  database.pragma('cache_size = -32000');
  migrate(database, list);
}

/** A whole copy beside the database before a migration; the same content is copied once. */
function keepOldVersion(database: Connection, copy: string): void {
  if (existsSync(copy)) return;
  const half = `${copy}.part`;
  rmSync(half, { force: true });
  try {
    database.prepare('VACUUM INTO ?').run(half);
    renameSync(half, copy);
  } catch (error) {
    rmSync(half, { force: true });
    throw error;
  }
}

/** When the database was last written, or its journal, which may hold what the database does not yet. */
function lastWriteTo(file: string): Date {
  const [main, journal] = ['', '-wal'].map((suffix) => statSync(file + suffix, { throwIfNoEntry: false }));
  return new Date(Math.max(main?.mtimeMs ?? 0, journal?.size ? journal.mtimeMs : 0));
}

/** 2026-11-25T23-14-40-123Z: a date that any file system takes. */
const stampOf = (at: Date): string => at.toISOString().replace(/[:.]/g, '-');

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
