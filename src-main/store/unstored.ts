import type { StoreWrites } from './methods.ts';
import type { StoreRequest } from './protocol.ts';

/** Counts what was handed to the store and could not be stored, to say what is lost. */
export interface Unstored {
  add(request: StoreRequest): void;
  /** `1,200 points, 12 mask updates of run abcd`; null where nothing is missing. */
  describe(): string | null;
}

const KINDS = ['point', 'mask update', 'checkpoint', 'log line', 'change of state'] as const;

interface Content {
  kind: (typeof KINDS)[number];
  count: number;
  runs: readonly string[];
}

const updateOf = (runId: string): Content[] => [{ kind: 'mask update', count: 1, runs: [runId] }];

const CONTENTS: { [M in keyof StoreWrites]?: (...args: Parameters<StoreWrites[M]>) => Content[] } = {
  appendBatches: (batches) =>
    batches.flatMap(({ runId, points, lines }): Content[] => [
      { kind: 'point', count: points.length, runs: [runId] },
      { kind: 'log line', count: lines.length, runs: [runId] },
    ]),
  startMasks: updateOf,
  appendMaskUpdate: updateOf,
  saveCheckpoint: (runId) => [{ kind: 'checkpoint', count: 1, runs: [runId] }],
  changeRuns: (runs) => [{ kind: 'change of state', count: 1, runs }],
  changeRunMethod: (run) => [{ kind: 'change of state', count: 1, runs: [run] }],
};

export function createUnstored(): Unstored {
  const counts = new Map<Content['kind'], number>();
  const named = new Set<string>();
  return {
    add(request) {
      if (request.kind !== 'write') return;
      const contentOf = CONTENTS[request.method] as ((...args: unknown[]) => Content[]) | undefined;
      for (const { kind, count, runs } of contentOf?.(...request.args) ?? []) {
        if (count === 0) continue;
        counts.set(kind, (counts.get(kind) ?? 0) + count);
        for (const id of runs) named.add(id);
      }
    },
    describe() {
      if (named.size === 0) return null;
      const parts = KINDS.filter((kind) => counts.has(kind)).map((kind) => say(counts.get(kind) ?? 0, kind));
      return `${parts.join(', ')} of ${named.size === 1 ? 'run' : 'runs'} ${[...named].join(', ')}`;
    },
  };
}

const PLURALS: Partial<Record<Content['kind'], string>> = { 'change of state': 'changes of state' };

const say = (count: number, kind: Content['kind']): string =>
  `${count.toLocaleString('en')} ${count === 1 ? kind : (PLURALS[kind] ?? `${kind}s`)}`;
