import type { Database } from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import { createFolder, databaseFile, openDatabase } from './database.ts';
import { StoreError, toStoreError, type StoreErrorKind } from './errors.ts';
import { lockFolder, type FolderLock } from './folder-lock.ts';
import type { StoreReads, StoreWrites } from './methods.ts';
import { createMethods } from './methods-table.ts';
import { transferablesOf, type StoreReply, type StoreRequest, type StoreWorkerData } from './protocol.ts';

/** The only thread that opens SQLite. Answers one request after the other, in the order they came. */

interface OpenStore {
  database: Database;
  lock: FolderLock | null;
  reads: StoreReads;
  writes: StoreWrites;
}

type Method = (...args: unknown[]) => unknown;

const port = parentPort;
if (!port) throw new Error('store.worker runs as a worker thread only.');
const opening = workerData as StoreWorkerData;
let store: OpenStore | null = null;

/** A reader brings an older folder up to date, once. */
function openUpToDate(): OpenStore {
  try {
    return open();
  } catch (error) {
    if (!isOfKind(error, 'outdated') || !bringUpToDate()) throw error;
    return open();
  }
}

function open(): OpenStore {
  const { folder, access, nativeBinding } = opening;
  let lock: FolderLock | null = null;
  if (access === 'write') {
    createFolder(folder);
    lock = lockFolder(folder, nativeBinding);
  }
  try {
    const database = openDatabase({ folder, access, nativeBinding, checkWhole: lock?.afterCrash });
    return { database, lock, ...createMethods(database, opening) };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** Only as the one writer. @returns false where another holds the folder, who may be an older Espalier */
function bringUpToDate(): boolean {
  const { folder, nativeBinding } = opening;
  let lock: FolderLock;
  try {
    lock = lockFolder(folder, nativeBinding);
  } catch (error) {
    if (isOfKind(error, 'busy')) return false;
    throw error;
  }
  try {
    openDatabase({ folder, access: 'write', nativeBinding, checkWhole: lock.afterCrash }).close();
    return true;
  } finally {
    lock.release();
  }
}

const isOfKind = (error: unknown, kind: StoreErrorKind): boolean => error instanceof StoreError && error.kind === kind;

function close(): void {
  if (!store) return;
  const { database, lock } = store;
  store = null;
  if (opening.access === 'write') {
    database.pragma('optimize');
    database.pragma('wal_checkpoint(TRUNCATE)');
  }
  database.close();
  lock?.release();
}

function answer(request: StoreRequest): unknown {
  if (request.kind === 'open') {
    store ??= openUpToDate();
    return null;
  }
  if (request.kind === 'close') return close();
  if (!store) throw new StoreError('gone', 'The store is closed.');
  if (request.kind === 'write' && opening.access === 'read') throw readOnlyError(opening.folder);
  const table = (request.kind === 'read' ? store.reads : store.writes) as unknown as Record<string, Method>;
  return table[request.method](...request.args);
}

function readOnlyError(folder: string): StoreError {
  return new StoreError('read-only', `The data folder ${folder} was opened for reading only.`);
}

port.on('message', (request: StoreRequest) => {
  const { seq } = request;
  try {
    const reply: StoreReply = { seq, ok: true, value: answer(request) };
    port.postMessage(reply, transferablesOf(reply.value));
  } catch (error) {
    const { kind, message } = toStoreError(error, databaseFile(opening.folder));
    port.postMessage({ seq, ok: false, error: { kind, message } } satisfies StoreReply);
  }
  if (request.kind === 'close') port.close();
});
