import type { CaseRecord } from './journal.ts';
import type { Failure, Verdict } from './verdict.ts';

/** What the supervisor asks of a host, and what it answers. */
export type HostRequest =
  /** Runs the cases `from` to `to` of what the seed generates. */
  | { type: 'batch'; entrance: string; seed: number; from: number; to: number }
  /** Runs one input. */
  | { type: 'case'; entrance: string; input: unknown };

export type HostReply =
  | { type: 'ready' }
  | {
      type: 'batch';
      /** What the batch as a whole left behind. */
      failures: Failure[];
      /** The host has grown: start another. */
      isSpent: boolean;
    }
  | { type: 'verdict'; verdict: Verdict };

/** Files of a host's control folder. */
export const CONTROL_FILES = { journal: 'journal', reason: 'reason' } as const;

/** Shared between a host and its watching thread: the number of the case under way (0: none), and when it began. */
export const WATCH = { caseNumber: 0, startedAt: 1, processorAtStart: 2, slots: 3 } as const;

/** Exit code of a host in which the harness is at fault, not a case. */
export const HARNESS_FAILED = 70;

/** What the host leaves behind where it ends itself or is ended. */
export interface LastWords {
  /** Cases of the batch that came to their end before. */
  records: CaseRecord[];
  reason: string;
}
