import type { Entrance } from './entrance.ts';
import { HostEnded, startHost, type Host } from './hosts.ts';
import type { BatchResult } from './protocol.ts';
import { failed, kindOf, type Verdict } from './verdict.ts';

/** Cases of one seed: fast-check makes the first of them small, so every batch starts small again. */
const BATCH = 250;
/** Kinds of failures after which the rest of an entrance tells little. */
const MOST_KINDS = 25;

export type Failure = Extract<Verdict, { kind: 'failed' }>;

/** A kind of failure by its first case. */
export interface FoundFailure {
  verdict: Failure;
  /** Where fast-check finds it again: the seed of its batch, and its place in it. */
  seed: number;
  index: number;
  /** How often the kind came. */
  count: number;
}

export interface Tally {
  entrance: string;
  cases: number;
  seed: number;
  accepted: number;
  refused: number;
  reasons: Record<string, number>;
  failures: FoundFailure[];
  seconds: number;
  processorSeconds: number;
}

export interface FuzzOptions {
  cases: number;
  seed: number;
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
  drop(): Promise<void>;
}

export function createHostKeeper(): HostKeeper {
  let current: Host | null = null;
  return {
    async host() {
      current ??= await startHost();
      return current;
    },
    async drop() {
      const last = current;
      current = null;
      await last?.close();
    },
  };
}

/** What a host that ended while it had a case amounts to. */
export function verdictOfEnd({ last: { reason } }: HostEnded): Failure {
  const text = reason ?? 'the process ended';
  const rule = /^(took|waited)/.test(text) ? 'hang' : /heap|memory/i.test(text) ? 'memory' : 'crash';
  return failed(rule, text) as Failure;
}

/** Gives an entrance its cases, in batches, whatever they do to the processes that run them. */
export async function fuzz(entrance: Entrance, keeper: HostKeeper, options: FuzzOptions): Promise<Tally> {
  const { cases, seed, until = Number.POSITIVE_INFINITY, onProgress } = options;
  const startedAt = performance.now();
  const kinds = new Map<string, FoundFailure>();
  const tally: Tally = {
    ...{ entrance: entrance.name, cases: 0, seed, accepted: 0, refused: 0, reasons: {}, failures: [] },
    ...{ seconds: 0, processorSeconds: 0 },
  };
  const note = (verdict: Failure, ofSeed: number, index: number): void => {
    const kind = `${verdict.rule} ${kindOf(verdict.detail)}`;
    const known = kinds.get(kind);
    if (known) known.count++;
    else kinds.set(kind, { verdict, seed: ofSeed, index, count: 1 });
  };
  for (let batch = 0; tally.cases < cases && performance.now() < until && kinds.size < MOST_KINDS; batch++) {
    const to = Math.min(BATCH, cases - tally.cases);
    const ofSeed = batchSeed(seed, batch);
    for (let from = 0; from < to;) {
      const host = await keeper.host();
      try {
        const result = (await host.ask({
          type: 'batch',
          entrance: entrance.name,
          seed: ofSeed,
          from,
          to,
        })) as BatchResult;
        add(tally, result);
        for (const { verdict, index } of result.failures) note(verdict, ofSeed, index);
        from = to;
        if (result.isSpent) await keeper.drop();
      } catch (error) {
        if (!(error instanceof HostEnded)) throw error;
        note(verdictOfEnd(error), ofSeed, error.last.index);
        // What the batch counted before is lost with its process; its cases have run all the same.
        from = Math.max(from, error.last.index) + 1;
        await keeper.drop();
      }
    }
    tally.cases += to;
    tally.failures = [...kinds.values()];
    tally.seconds = (performance.now() - startedAt) / 1000;
    onProgress?.(tally);
  }
  return tally;
}

function add(tally: Tally, { accepted, refused, reasons, processorMilliseconds }: BatchResult): void {
  tally.accepted += accepted;
  tally.refused += refused;
  tally.processorSeconds += processorMilliseconds / 1000;
  for (const [reason, count] of Object.entries(reasons)) tally.reasons[reason] = (tally.reasons[reason] ?? 0) + count;
}
