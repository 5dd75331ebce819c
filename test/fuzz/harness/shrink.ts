import fc from 'fast-check';
import type { Entrance } from './entrance.ts';
import { verdictOfEnd, type HostKeeper } from './fuzz.ts';
import { HostEnded } from './hosts.ts';
import { createBench, createSandbox } from './sandbox.ts';
import type { FoundFailure } from './tally.ts';
import type { Failure, Verdict } from './verdict.ts';

const MOST_MILLISECONDS = 30_000;

export interface ShrunkFailure {
  /** The smallest input found that fails in the same way. */
  input: unknown;
  verdict: Failure;
  /** Whether the case failed again by itself; else the input is the first one. */
  isRepeated: boolean;
}

/** Judges one input in a host of its own kind, started anew where the last one ended. */
export async function judgeInHost(entrance: Entrance, keeper: HostKeeper, input: unknown): Promise<Verdict> {
  const host = await keeper.host();
  try {
    const { verdict } = await host.ask<'verdict'>({ type: 'case', entrance: entrance.name, input });
    return verdict;
  } catch (error) {
    if (!(error instanceof HostEnded)) throw error;
    await keeper.drop();
    return verdictOfEnd(error.last);
  }
}

/** Finds the case again and makes it as small as it goes in that time. The host is free again afterwards. */
export async function shrink(
  entrance: Entrance,
  keeper: HostKeeper,
  found: FoundFailure,
  milliseconds = MOST_MILLISECONDS,
): Promise<ShrunkFailure> {
  const sandbox = createSandbox();
  const opened = await entrance.open(createBench(sandbox.folder));
  const until = performance.now() + milliseconds;
  try {
    const { cases } = opened;
    let first: { input: unknown } | null = null;
    let smallest: ShrunkFailure | null = null;
    const property = fc.asyncProperty(cases, async (input) => {
      // fast-check's own limit of time would leave the case that is under way to itself, and the host with it.
      if (first !== null && performance.now() > until) return;
      first ??= { input };
      const verdict = await judgeInHost(entrance, keeper, input);
      if (verdict.kind !== 'failed' || verdict.rule !== found.verdict.rule) return;
      smallest = { input, verdict, isRepeated: true };
      throw new Error(verdict.detail);
    });
    await fc.check(property, { seed: found.seed, path: String(found.index), numRuns: 1 });
    return (
      smallest ?? { input: (first as { input: unknown } | null)?.input, verdict: found.verdict, isRepeated: false }
    );
  } finally {
    await opened.close?.();
    sandbox.remove();
  }
}
