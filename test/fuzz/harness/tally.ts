import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../src-main/toolchain/support/folders.ts';
import type { Failure } from './verdict.ts';

export const RESULTS_FOLDER = join(projectRoot, 'test-results', 'fuzz');

/** A kind of failure by its first case. */
export interface FoundFailure {
  verdict: Failure;
  /** Where fast-check finds it again: the seed of its batch, and its place in it. */
  seed: number;
  index: number;
  /** How often the kind came. */
  count: number;
}

/** What an entrance’s cases came to. Accepted, refused and failed ones are all cases. */
export interface Tally {
  entrance: string;
  seed: number;
  cases: number;
  accepted: number;
  refused: number;
  failed: number;
  /** How often each kind of refusal came, which tells how deep the cases reach. */
  reasons: Record<string, number>;
  failures: FoundFailure[];
  seconds: number;
  processorSeconds: number;
  /** Of processor time, of the slowest case that came to its end. */
  slowestMilliseconds: number;
  /** Of the case that took most. */
  largestMebibytes: number;
}

export const emptyTally = (entrance: string, seed: number): Tally => ({
  ...{ entrance, seed, cases: 0, accepted: 0, refused: 0, failed: 0, reasons: {}, failures: [] },
  ...{ seconds: 0, processorSeconds: 0, slowestMilliseconds: 0, largestMebibytes: 0 },
});

const fileOf = (entrance: string): string => join(RESULTS_FOLDER, `${entrance}.tally.json`);

export function keepTally(tally: Tally): void {
  mkdirSync(RESULTS_FOLDER, { recursive: true });
  const reasons = Object.fromEntries(Object.entries(tally.reasons).sort(([, a], [, b]) => b - a));
  const text = JSON.stringify({ ...tally, reasons, date: new Date().toISOString() }, null, 2);
  writeFileSync(fileOf(tally.entrance), `${text}\n`);
}

/** The last tally of an entrance; null where there is none. */
export function readTally(entrance: string): Tally | null {
  const file = fileOf(entrance);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Tally) : null;
}
