import { sparsityNow, type RunListItem, type RunStatus } from '../../src-main/contract/index.ts';
import { progressOf } from '../state/progress.ts';

export const SORT_KEYS = [
  'created',
  'name',
  'status',
  'method',
  'sparsity',
  'validation',
  'test',
  'rs',
  'progress',
  'seconds',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface RowQuery {
  text: string;
  /** Empty means all. */
  statuses: ReadonlySet<RunStatus>;
  sort: SortKey;
  isDescending: boolean;
  isGrouped: boolean;
}

export type Row = { kind: 'run'; run: RunListItem } | { kind: 'study'; study: string | null; runs: RunListItem[] };

const STATUS_ORDER: readonly RunStatus[] = [
  'running',
  'paused',
  'queued',
  'interrupted',
  'failed',
  'diverged',
  'cancelled',
  'finished',
];

const sortValues: Record<SortKey, (run: RunListItem) => number | string | null> = {
  created: (run) => run.createdAt,
  name: (run) => run.name,
  status: (run) => STATUS_ORDER.indexOf(run.status) * 1e6 + (run.queuePosition ?? 0),
  method: (run) => run.method,
  sparsity: sparsityNow,
  validation: (run) => run.validationAccuracy,
  test: (run) => run.final?.testAccuracy ?? null,
  rs: (run) => run.rs,
  progress: (run) => progressOf(run),
  seconds: (run) => run.seconds,
};

/** Whether a run is meant: every word stands somewhere in its name, method, dataset, network, study, status or seed. */
export function matcherOf(text: string): (run: RunListItem) => boolean {
  if (text.trim() === '') return () => true;
  const words = text.trim().toLowerCase().split(/\s+/);
  return (run) => {
    const haystack = [run.name, run.method, run.dataset, run.network, run.study, run.status, `seed ${run.seed}`, run.id]
      .join(' ')
      .toLowerCase();
    return words.every((word) => haystack.includes(word));
  };
}

/** One for all comparisons: making one takes longer than thirty comparisons. */
const natural = new Intl.Collator('en', { numeric: true });

/** Filtered and sorted, with a heading before each study where grouped. Runs without a value come last either way. */
export function toRows(runs: readonly RunListItem[], query: RowQuery): Row[] {
  const value = sortValues[query.sort];
  const sign = query.isDescending ? -1 : 1;
  const isMeant = matcherOf(query.text);
  const shown = runs
    .filter((run) => query.statuses.size === 0 || query.statuses.has(run.status))
    .filter(isMeant)
    .sort((a, b) => {
      const [left, right] = [value(a), value(b)];
      if (left === null || right === null) return Number(left === null) - Number(right === null);
      const order = typeof left === 'string' ? natural.compare(left, String(right)) : left - Number(right);
      return sign * order || b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1);
    });
  if (!query.isGrouped) return shown.map((run) => ({ kind: 'run', run }));

  const groups = new Map<string | null, RunListItem[]>();
  for (const run of shown) {
    const members = groups.get(run.study);
    if (members) members.push(run);
    else groups.set(run.study, [run]);
  }
  return [...groups].flatMap(([study, members]): Row[] => [
    { kind: 'study', study, runs: members },
    ...members.map((run): Row => ({ kind: 'run', run })),
  ]);
}

/** What a row is known by wherever it stands. */
export function keyOf(row: Row): string {
  if (row.kind === 'run') return row.run.id;
  return row.study === null ? 'no study' : `study ${row.study}`;
}

/** Ids from one run to another in the order shown, both included: what shift selects. */
export function between(rows: readonly Row[], fromId: string, toId: string): string[] {
  const ids = rows.flatMap((row) => (row.kind === 'run' ? [row.run.id] : []));
  const [from, to] = [ids.indexOf(fromId), ids.indexOf(toId)];
  if (from < 0 || to < 0) return [toId];
  return ids.slice(Math.min(from, to), Math.max(from, to) + 1);
}
