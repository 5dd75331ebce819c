import type { Database } from 'better-sqlite3';
import type { MetricSummary } from '../contract/index.ts';
import { checksumRow } from './checksum-parts.ts';
import type { Checksums } from './checksums.ts';
import { fromStored } from './numbers.ts';
import type { StoredValue } from './row-hash.ts';
import { emptyCell, type Cell } from './series-cells.ts';

/** What is kept of a whole series, so that lists never touch its points. */
export interface SummaryRow {
  metric: number;
  count: number;
  nonfinite: number;
  /** Of the last point; -1 where there is none. Rows of `points` after it do not count any more. */
  last_step: number;
  last: number | null;
  last_flag: number;
  least: number | null;
  least_step: number | null;
  most: number | null;
  most_step: number | null;
  /** See migration 80. */
  pyramid_made_at: number | null;
  /** Hashes of the points added modulo 2^32; null where no pyramid was made since migration 110. */
  sum: number | null;
  /** Rewound rows of `points` up to this step wait to be removed; null where there are none. */
  leftover_to: number | null;
}

export type NamedSummaryRow = SummaryRow & { name: string | null };
export type SeriesSummaries = ReturnType<typeof createSeriesSummaries>;

interface Replaced {
  gone: StoredValue[][];
  added: StoredValue[][];
}

/** One row a series, written with its checksum. */
export function createSeriesSummaries(database: Database, checksums: Checksums) {
  const metricId = database.prepare<[string], number>('SELECT id FROM metrics WHERE name = ?').pluck();
  const metricName = database.prepare<[number], string>('SELECT name FROM metrics WHERE id = ?').pluck();
  const addMetric = database.prepare<[string]>('INSERT INTO metrics (name) VALUES (?)');
  const find = database.prepare<[number, number], SummaryRow>(
    'SELECT * FROM series_summaries WHERE run = ? AND metric = ?',
  );
  const all = database.prepare<[number], NamedSummaryRow>(`
    SELECT s.*, metrics.name FROM series_summaries AS s LEFT JOIN metrics ON metrics.id = s.metric
    WHERE s.run = ? ORDER BY metrics.name`);
  const save = database.prepare(`
    INSERT OR REPLACE INTO series_summaries
    VALUES (@run, @metric, @count, @nonfinite, @last_step, @last, @last_flag, @least, @least_step, @most, @most_step,
      @pyramid_made_at, @sum, @leftover_to)`);
  const drop = database.prepare('DELETE FROM series_summaries WHERE run = ? AND metric = ?');
  const withLeftovers = database.prepare<[], { run: number; metric: number }>(
    'SELECT run, metric FROM series_summaries WHERE leftover_to IS NOT NULL LIMIT 1',
  );
  const metricsAfter = database
    .prepare<[number, number], number>('SELECT metric FROM series_summaries WHERE run = ? AND last_step > ?')
    .pluck();

  const identifiers = new Map<string, number>();
  const names = new Map<number, string>();
  const idOf = (name: string): number | undefined => {
    const known = identifiers.get(name) ?? metricId.get(name);
    if (known !== undefined) identifiers.set(name, known);
    return known;
  };
  const nameOf = (metric: number): string => {
    const known = names.get(metric) ?? metricName.get(metric) ?? '';
    names.set(metric, known);
    return known;
  };
  /** As the checksum of the part `series` has it. */
  const hashed = (row: SummaryRow): StoredValue[] =>
    checksumRow('series', 'series_summaries', { ...row, name: nameOf(row.metric) });

  let together: Replaced | null = null;

  return {
    idOf,

    ensureId(name: string): number {
      const known = idOf(name);
      if (known !== undefined) return known;
      const added = Number(addMetric.run(name).lastInsertRowid);
      identifiers.set(name, added);
      return added;
    },

    get: (run: number, metric: number): SummaryRow | undefined => find.get(run, metric),

    /** In order of name; null where the metric has lost its own. */
    all: (run: number): NamedSummaryRow[] => all.all(run),

    /** The metrics of a run that have points after a step. */
    after: (run: number, step: number): number[] => metricsAfter.all(run, step),

    /** A series that has rows waiting to be removed. */
    withLeftovers: (): { run: number; metric: number } | undefined => withLeftovers.get(),

    /**
     * Replaces a series' row. A series without points and leftovers has none.
     * @param was undefined where there was none
     */
    replace(run: number, was: SummaryRow | undefined, row: SummaryRow): void {
      const isGone = row.count === 0 && row.leftover_to === null;
      if (isGone) drop.run(run, row.metric);
      else save.run({ ...row, run });
      const [gone, added] = [was ? [hashed(was)] : [], isGone ? [] : [hashed(row)]];
      if (!together) return checksums.replaced(run, 'series', gone, added);
      together.gone.push(...gone);
      together.added.push(...added);
    },

    /** What replaces rows of a run, within the caller's transaction: they enter the checksum together. */
    together(run: number, work: () => void): void {
      const rows: Replaced = { gone: [], added: [] };
      together = rows;
      try {
        work();
      } finally {
        together = null;
      }
      checksums.replaced(run, 'series', rows.gone, rows.added);
    },

    /** After a transaction was undone: a metric that it named has no identifier any more. */
    forget(): void {
      identifiers.clear();
      names.clear();
    },
  };
}

/** What a summary says of all points of its series. */
export const cellOfSummary = ({ count, sum, nonfinite, least, least_step, most, most_step }: SummaryRow): Cell => ({
  ...{ ...emptyCell(), count, nonfinite, sum: sum ?? 0 },
  ...{ least, leastStep: least_step, most, mostStep: most_step },
});

export const emptySummary = (metric: number): SummaryRow => ({
  metric,
  count: 0,
  nonfinite: 0,
  last_step: -1,
  last: null,
  last_flag: 0,
  least: null,
  least_step: null,
  most: null,
  most_step: null,
  pyramid_made_at: 0,
  sum: 0,
  leftover_to: null,
});

export function toMetricSummary(row: NamedSummaryRow): MetricSummary {
  return {
    metric: row.name ?? '',
    count: row.count,
    last: fromStored(row.last, row.last_flag),
    lastStep: row.last_step,
    least: row.least ?? Number.NaN,
    leastStep: row.least_step ?? row.last_step,
    most: row.most ?? Number.NaN,
    mostStep: row.most_step ?? row.last_step,
  };
}
