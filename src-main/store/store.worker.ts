import type { Database } from 'better-sqlite3';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { createFolder, databaseFile, openDatabase } from './database.ts';
import { StoreError, toStoreError, type StoreErrorKind } from './errors.ts';
import { lockFolder, type FolderLock } from './folder-lock.ts';
import { watchFolder, type FolderWatch } from './folder-presence.ts';
import { createMethods, type MethodTables } from './methods-table.ts';
import type { StoreMessage, StoreReply, StoreRequest, StoreWorkerData } from './protocol.ts';
import { transferablesOf } from './protocol.ts';
import { createRequestQueue } from './request-queue.ts';

/** The only thread that opens SQLite: opens and closes the data folder, and hands requests to their queue. */

interface OpenStore {
  database: Database;
  /** Absent of a reader. */
  lock: FolderLock | null;
  watch: FolderWatch | null;
  methods: MethodTables;
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
  let database: Database | null = null;
  try {
    database = openDatabase({ folder, access, nativeBinding, checkWhole: lock?.afterCrash });
    const watch = lock && watchFolder(folder);
    return { database, lock, watch, methods: createMethods(database, opening, watch) };
  } catch (error) {
    database?.close();
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
  const { database, lock, watch } = store;
  store = null;
  if (watch?.look() === 'here') {
    database.pragma('optimize');
    database.pragma('wal_checkpoint(TRUNCATE)');
  }
  database.close();
  watch?.close();
  lock?.release();
}

/** @throws StoreError or whatever the method throws */
function answer(request: StoreRequest): unknown {
  if (request.kind === 'open') {
    store ??= openUpToDate();
    return null;
  }
  if (request.kind === 'close') return close();
  if (request.kind === 'abandon') return null;
  if (!store) throw new StoreError('gone', 'The store is closed.');
  if (request.kind === 'write' && opening.access === 'read') throw readOnlyError(opening.folder);
  const { reads, writes } = store.methods;
  const table = (request.kind === 'read' ? reads : writes) as unknown as Record<string, Method>;
  const call = (): unknown => table[request.method](...request.args);
  // A reader sees the database as it is at one moment, whatever another Espalier writes meanwhile.
  return opening.access === 'read' ? store.database.transaction(call)() : call();
}

/** Between two pieces of work that was left for later, so that requests come first. */
const TIDY_EVERY_MILLISECONDS = 50;
let tidying: NodeJS.Timeout | null = null;

function tidyLater(): void {
  if (opening.access === 'write') tidying ??= setTimeout(tidy, TIDY_EVERY_MILLISECONDS).unref();
}

function tidy(): void {
  tidying = null;
  if (store?.watch?.look() !== 'here') return;
  try {
    if (store.methods.tidy()) tidyLater();
  } catch {
    // On a full disk, say: what writes next says so, and tries again.
  }
}

function readOnlyError(folder: string): StoreError {
  return new StoreError('read-only', `The data folder ${folder} was opened for reading only.`);
}

const queue = createRequestQueue({
  folder: opening.folder,
  answer,
  presence: () => store?.watch?.look() ?? 'here',
  writing: () => (opening.access === 'write' ? store : null),
  reply(outcomes) {
    const replies = outcomes.map(({ request: { seq }, outcome }): StoreReply => {
      if (outcome.ok) return { seq, ok: true, value: outcome.value };
      const { kind, message } = toStoreError(outcome.error, databaseFile(opening.folder));
      return { seq, ok: false, error: { kind, message } };
    });
    send({ kind: 'replies', replies }, transferablesOf(replies.map((reply) => reply.ok && reply.value)));
    if (outcomes.some(({ request }) => request.kind === 'close')) {
      queue.stop();
      port.close();
    }
  },
  tell: (problem) => send({ kind: 'folder', problem }),
});

function send(message: StoreMessage, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

port.on('message', (request: StoreRequest) => {
  const requests = [request];
  for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) {
    requests.push(more.message as StoreRequest);
  }
  queue.add(requests);
  tidyLater();
});
