import type { Entrance } from './entrance.ts';
import { HostEnded, startHost, type Host } from './hosts.ts';
import type { CaseRecord } from './journal.ts';
import type { LastWords } from './protocol.ts';
import { emptyTally, type Tally } from './tally.ts';
import { failed, kindOf, type Failure } from './verdict.ts';

/** Cases of one seed: fast-check makes the first of them small, so every batch starts small again. */
export const BATCH = 250;
/** Kinds of failures after which the rest of an entrance tells little. */
const MOST_KINDS = 25;

export interface FuzzOptions {
  /** In all, those of `resumed` included. */
  cases: number;
  seed: number;
  /** Goes on where a run with the same seed stopped. */
  resumed?: Tally;
  /** Ends earlier, at this time of `performance.now()`. */
  until?: number;
  onProgress?(tally: Tally): void;
}

/** Seeds of batches: far apart for near seeds (a step of SplitMix32). */
export function batchSeed(seed: number, batch: number): number {
  let mixed = (seed ^ Math.imul(batch + 1, 0x9e3779b9)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}

/** Hosts one after the other: where one has ended, the next call starts another. */
export interface HostKeeper {
  host(): Promise<Host>;
  /** Ends the host, also one that is only starting. */
  drop(): Promise<void>;
}

/**
 * @param entrances the module of the entrances; the product’s unless given
 * @param silenceMilliseconds see `startHost`
 */
export function createHostKeeper(entrances?: URL, silenceMilliseconds?: number): HostKeeper {
  let current: Promise<Host> | null = null;
  return {
    async host() {
      current ??= startHost(entrances, silenceMilliseconds);
      return current;
    },
    async drop() {
      const last = current;
      current = null;
      // Why one did not start is told to whoever asked for it.
      const host = await last?.catch(() => null);
      await host?.close();
    },
  };
}

/** What a host that ended while it had a case amounts to. */
export function verdictOfEnd({ reason }: Pick<LastWords, 'reason'>): Failure {
  const rule = /^(took|waited)/.test(reason) ? 'hang' : /heap|memory/i.test(reason) ? 'memory' : 'crash';
  return failed(rule, reason);
}

/** Gives an entrance its cases, in batches, whatever they do to the processes that run them. */
export async function fuzz(entrance: Entrance, keeper: HostKeeper, options: FuzzOptions): Promise<Tally> {
  const { cases, seed, resumed, until = Number.POSITIVE_INFINITY, onProgress } = options;
  const tally = structuredClone(resumed ?? emptyTally(entrance.name, seed));
  const secondsBefore = tally.seconds;
  const startedAt = performance.now();
  while (tally.cases < cases && performance.now() < until && tally.failures.length < MOST_KINDS) {
    const batch = Math.floor(tally.cases / BATCH);
    const to = Math.min(BATCH, cases - batch * BATCH);
    await runBatch(entrance, keeper, tally, batchSeed(seed, batch), tally.cases % BATCH, to);
    tally.seconds = secondsBefore + (performance.now() - startedAt) / 1000;
    onProgress?.(tally);
  }
  return tally;
}

async function runBatch(
  entrance: Entrance,
  keeper: HostKeeper,
  tally: Tally,
  seed: number,
  first: number,
  to: number,
): Promise<void> {
  for (let from = first; from < to;) {
    const host = await keeper.host();
    try {
      const { failures, isSpent } = await host.ask<'batch'>({
        type: 'batch',
        entrance: entrance.name,
        ...{ seed, from, to },
      });
      count(tally, host.records(), seed, from);
      for (const failure of failures) note(tally, failure, seed, to - 1);
      from = to;
      if (isSpent) await keeper.drop();
    } catch (error) {
      if (!(error instanceof HostEnded)) throw error;
      const { records } = error.last;
      count(tally, records, seed, from);
      from += records.length;
      note(tally, verdictOfEnd(error.last), seed, from);
      tally.cases++;
      tally.failed++;
      from++;
      await keeper.drop();
    }
  }
}

function count(tally: Tally, records: readonly CaseRecord[], seed: number, from: number): void {
  for (const [at, record] of records.entries()) {
    tally.cases++;
    tally.processorSeconds += record.processorMilliseconds / 1000;
    tally.slowestMilliseconds = Math.max(tally.slowestMilliseconds, record.processorMilliseconds);
    tally.largestMebibytes = Math.max(tally.largestMebibytes, record.mebibytes);
    if (record.kind === 'accepted') tally.accepted++;
    else if (record.kind === 'refused') {
      tally.refused++;
      tally.reasons[record.reason] = (tally.reasons[record.reason] ?? 0) + 1;
    } else {
      tally.failed++;
      note(tally, failed(record.rule, record.detail), seed, from + at);
    }
  }
}

/** Failures are told apart by rule and words. */
function note(tally: Tally, verdict: Failure, seed: number, index: number): void {
  const kind = ({ rule, detail }: Failure): string => `${rule} ${kindOf(detail)}`;
  const known = tally.failures.find((found) => kind(found.verdict) === kind(verdict));
  if (known) known.count++;
  else tally.failures.push({ verdict, seed, index, count: 1 });
}
