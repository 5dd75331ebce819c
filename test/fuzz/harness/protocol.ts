import type { Verdict } from './verdict.ts';

/** What the supervisor asks of a host, and what it answers. */
export type HostRequest =
  | { type: 'open'; entrance: string }
  /** Runs the cases `from` to `to` of what the seed generates. */
  | { type: 'batch'; entrance: string; seed: number; from: number; to: number }
  /** Runs one input. */
  | { type: 'case'; entrance: string; input: unknown };

export interface FailedCase {
  /** Of the batch. */
  index: number;
  verdict: Extract<Verdict, { kind: 'failed' }>;
}

export interface BatchResult {
  type: 'batch';
  accepted: number;
  refused: number;
  /** How often each kind of refusal came. */
  reasons: Record<string, number>;
  failures: FailedCase[];
  processorMilliseconds: number;
  /** The host has grown: start another. */
  isSpent: boolean;
}

export type HostReply = { type: 'opened' } | BatchResult | { type: 'verdict'; verdict: Verdict };

/** Shared between a host and its watching thread: the number of the case under way (0: none), and when it began. */
export const WATCH = { caseNumber: 0, startedAt: 1, processorAtStart: 2, slots: 3 } as const;

/** What the host leaves behind where it ends itself or is ended: the case under way, and why. */
export interface LastWords {
  index: number;
  reason: string | null;
}
