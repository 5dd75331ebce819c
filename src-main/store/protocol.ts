import type { StoreErrorKind } from './errors.ts';
import type { StoreAccess, StoreReads, StoreWrites } from './methods.ts';

/** What the store's worker is started with. */
export interface StoreWorkerData {
  folder: string;
  access: StoreAccess;
  /** better-sqlite3's `nativeBinding`, where the one it ships does not fit this runtime. */
  nativeBinding: string | undefined;
}

type CallOf<K extends string, T> = {
  [M in keyof T]: T[M] extends (...args: infer A) => unknown ? { kind: K; seq: number; method: M; args: A } : never;
}[keyof T];

export type StoreRequest =
  | { kind: 'open'; seq: number }
  | CallOf<'read', StoreReads>
  | CallOf<'write', StoreWrites>
  /** From now on nothing waits for a data folder that is away. */
  | { kind: 'abandon'; seq: number }
  | { kind: 'close'; seq: number };

export type StoreReply =
  | { seq: number; ok: true; value: unknown }
  | { seq: number; ok: false; error: { kind: StoreErrorKind; message: string } };

/** From the store's thread: answers, in the order of the requests where the data folder is there. */
export type StoreMessage =
  | { kind: 'replies'; replies: StoreReply[] }
  /** What is wrong with the data folder now, for the reader; null when it is back. */
  | { kind: 'folder'; problem: string | null };

/** Buffers of every typed array within a message, once each; shared memory is passed by reference anyway. */
export function transferablesOf(message: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 6) return;
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
      return;
    }
    for (const part of Array.isArray(value) ? value : Object.values(value)) visit(part, depth + 1);
  };
  visit(message, 0);
  return [...found];
}
