import { Worker } from 'node:worker_threads';
import { sqliteBinding } from './binding.ts';
import { StoreError } from './errors.ts';
import type { Promised, StoreAccess, StoreReads, StoreWrites } from './methods.ts';
import { YOUNG_GENERATION_MIB } from './young-generation.ts';
import { transferablesOf, type StoreMessage, type StoreRequest, type StoreWorkerData } from './protocol.ts';

/** A store in its own thread. Calls are carried out in the order they were made. */
export interface Store {
  read: Promised<StoreReads>;
  write: Promised<StoreWrites>;
  /**
   * Tells when the data folder goes away while it is open (what to do about it, for the reader) and when it is back
   * (null). Meanwhile what runs record waits; what a person asks for is refused.
   */
  onFolder(listener: (problem: string | null) => void): void;
  /** From now on nothing waits for a data folder that is away: it is refused. */
  abandon(): Promise<void>;
  /**
   * Carries out what was asked before, folds the journal into the database and lets go of the data folder.
   * @throws StoreError `folder-gone`, saying what could not be stored
   */
  close(): Promise<void>;
  /** Ends the thread at once, whatever it is doing. */
  kill(): Promise<void>;
}

export interface StoreOptions {
  workerUrl: URL;
  folder: string;
  access: StoreAccess;
}

/** The buffers of these calls' arguments go over to the store: the caller's arrays are empty afterwards. */
const TRANSFERRED: ReadonlySet<string> = new Set<keyof StoreWrites>([
  'startMasks',
  'appendMaskUpdate',
  'saveCheckpoint',
]);

const READS: { [M in keyof StoreReads]: true } = {
  information: true,
  runs: true,
  metrics: true,
  series: true,
  log: true,
  maskTimeline: true,
  maskView: true,
  measure: true,
  checkpoint: true,
  settings: true,
  studies: true,
  verifyFolder: true,
  verifyRun: true,
};

const WRITES: { [M in keyof StoreWrites]: true } = {
  createRuns: true,
  createStudy: true,
  addStudyRuns: true,
  changeRuns: true,
  changeRunMethod: true,
  adoptOrphans: true,
  heartbeat: true,
  appendBatches: true,
  startMasks: true,
  appendMaskUpdate: true,
  noteAftermath: true,
  saveCheckpoint: true,
  rewind: true,
  changeSettings: true,
};

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Starts the store's thread and opens the data folder.
 * @throws StoreError `busy` where another Espalier writes to it, `damaged`, `future`, `read-only` or `other`
 */
export async function openStore({ workerUrl, folder, access }: StoreOptions): Promise<Store> {
  const workerData: StoreWorkerData = { folder, access, nativeBinding: sqliteBinding() };
  const worker = new Worker(workerUrl, {
    name: 'espalier-store',
    workerData,
    stdout: true,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
  });
  const pending = new Map<number, Pending>();
  const folderListeners = new Set<(problem: string | null) => void>();
  let lastSeq = 0;
  let gone: StoreError | null = null;

  const abandon = (reason: string): void => {
    gone ??= new StoreError('gone', reason);
    for (const { reject } of pending.values()) reject(gone);
    pending.clear();
  };
  worker.on('message', (message: StoreMessage) => {
    if (message.kind === 'folder') {
      for (const listener of folderListeners) listener(message.problem);
      return;
    }
    for (const reply of message.replies) {
      const waiting = pending.get(reply.seq);
      pending.delete(reply.seq);
      if (reply.ok) waiting?.resolve(reply.value);
      else waiting?.reject(new StoreError(reply.error.kind, reply.error.message));
    }
  });
  worker.on('error', (error: Error) => abandon(`The store stopped: ${error.message}`));
  worker.on('exit', () => abandon('The store is closed.'));

  const ask = (request: StoreRequest, transfer: ArrayBuffer[] = []): Promise<unknown> => {
    if (gone) return Promise.reject(gone);
    return new Promise((resolve, reject) => {
      pending.set(request.seq, { resolve, reject });
      worker.postMessage(request, transfer);
    });
  };
  const caller =
    (kind: 'read' | 'write', method: string) =>
    (...args: unknown[]): Promise<unknown> => {
      const request = { kind, seq: ++lastSeq, method, args } as unknown as StoreRequest;
      return ask(request, TRANSFERRED.has(method) ? transferablesOf(args) : []);
    };
  const table = (kind: 'read' | 'write', methods: Record<string, true>): unknown =>
    Object.fromEntries(Object.keys(methods).map((method) => [method, caller(kind, method)]));

  try {
    await ask({ kind: 'open', seq: ++lastSeq });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  let closing: Promise<void> | null = null;
  return {
    read: table('read', READS) as Promised<StoreReads>,
    write: table('write', WRITES) as Promised<StoreWrites>,
    onFolder: (listener) => void folderListeners.add(listener),
    async abandon() {
      if (!gone) await ask({ kind: 'abandon', seq: ++lastSeq });
    },
    close() {
      closing ??= (async () => {
        if (gone) return;
        const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
        try {
          await ask({ kind: 'close', seq: ++lastSeq });
        } finally {
          await ended;
        }
      })();
      return closing;
    },
    async kill() {
      await worker.terminate();
    },
  };
}
