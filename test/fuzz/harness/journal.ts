import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Rule } from './verdict.ts';

/** What a case came to, and what it took. */
export type CaseRecord = {
  processorMilliseconds: number;
  /** By which memory grew at its peak, or the largest buffer that it asked for. */
  mebibytes: number;
} & ({ kind: 'accepted' } | { kind: 'refused'; reason: string } | { kind: 'failed'; rule: Rule; detail: string });

/**
 * The cases of a batch, a line each, written before the next one begins: where a case ends the process, what the cases
 * before it came to is kept, and the number of lines says which one it was.
 */
export interface Journal {
  /** Forgets the batch before. */
  start(): void;
  add(record: CaseRecord): void;
  close(): void;
}

export function openJournal(file: string): Journal {
  const descriptor = openSync(file, 'a');
  return {
    start: () => ftruncateSync(descriptor),
    add: (record) => void writeSync(descriptor, `${JSON.stringify(record)}\n`),
    close: () => closeSync(descriptor),
  };
}

/** Its whole lines; none where there is no journal yet. */
export function readJournal(file: string): CaseRecord[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as CaseRecord);
}
