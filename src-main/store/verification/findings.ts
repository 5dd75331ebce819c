import { ReadableError } from '../../contract/index.ts';
import type { Part, RunPart } from '../checksum-parts.ts';

/** Something that was found, in words for the reader. */
export interface Finding {
  /** `file`: the database as a whole. */
  part: Part | 'file';
  text: string;
}

/** What is wrong, and what nobody can tell. */
export interface Findings {
  damage: Finding[];
  /** What was stored before there were checksums over it. */
  unchecked: Finding[];
}

export interface RunVerification extends Findings {
  runId: string;
  /** Eight hexadecimal digits over the checksums of all its parts; null where one of them has none. */
  digest: string | null;
  /** Parts in which no damage was found. */
  sound: RunPart[];
  /** What still can be used, and what to do; null where nothing is damaged. */
  remedy: { usable: string; advice: string } | null;
}

/**
 * Seen and set by both threads while a verification goes on, on shared memory: points that were looked at, and whether
 * someone wants it to end.
 */
export const WATCHED = { done: 0, cancel: 1 } as const;

export class VerificationCancelledError extends ReadableError {
  override readonly name = 'VerificationCancelledError';
}

export const dateOf = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ');

/** Does a part of the work; what it throws is damage. */
export function attempt(findings: Findings, part: Finding['part'], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof VerificationCancelledError) throw error;
    findings.damage.push({ part, text: error instanceof Error ? error.message : String(error) });
  }
}
