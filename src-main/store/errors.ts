import { ReadableError } from '../contract/index.ts';
import { UnmeasurableError } from '../topology/measures/measure.ts';

/**
 * What went wrong, as a caller may act on it. `damaged`: the file cannot be trusted; `future`, `outdated`: a newer or an
 * older Espalier wrote it; `read-only`: a write was asked of a store opened for reading, or of a file that cannot be written; `busy`: another
 * Espalier has the data folder open; `gone`: the store's thread has ended; `folder-gone`: the data folder is no longer
 * where it was opened; `missing`: no such run, layer or update; `unfit`: what is asked of a measure does not apply.
 */
export type StoreErrorKind =
  'damaged' | 'future' | 'outdated' | 'read-only' | 'busy' | 'gone' | 'folder-gone' | 'missing' | 'unfit' | 'other';

export class StoreError extends ReadableError {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const SQLITE_KINDS: readonly [prefix: string, kind: StoreErrorKind][] = [
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_BUSY', 'busy'],
];

/** A disk is so full that it does not take the index of a journal, without which nothing is read either. */
export const NO_ROOM_FOR_INDEX = 'SQLITE_IOERR_SHMSIZE';

/** Any error of SQLite or of the file system, classed and reported with the file it concerns. */
export function toStoreError(error: unknown, file: string): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const kind = SQLITE_KINDS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'other';
  if (kind === 'damaged') return new StoreError(kind, `The database ${file} is damaged (${message}).`);
  if (kind === 'read-only') return new StoreError(kind, `The database ${file} cannot be written (${message}).`);
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === NO_ROOM_FOR_INDEX) {
    return new StoreError(kind, `The disk that holds ${file} is full: free some space and try again.`);
  }
  if (error instanceof Error && error.name === 'DamagedHistoryError') return new StoreError('damaged', message);
  if (error instanceof UnmeasurableError) return new StoreError('unfit', message);
  return new StoreError(kind, code.startsWith('SQLITE') ? `${file}: ${message} (${code})` : message);
}

/** Of the file system or of SQLite; empty where it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return String(error.code);
}
