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
  | { kind: 'close'; seq: number };

export type StoreReply =
  | { seq: number; ok: true; value: unknown }
  | { seq: number; ok: false; error: { kind: StoreErrorKind; message: string } };

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
