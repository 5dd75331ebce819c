import type { Database } from 'better-sqlite3';
import type { MetricSummary, Series, SeriesPoint, SeriesQuery } from '../contract/index.ts';
import { fromStored, toStored } from './numbers.ts';

interface SummaryRow {
  metric: number;
  count: number;
  nonfinite: number;
  last_step: number;
  last: number | null;
  last_flag: number;
  least: number | null;
  least_step: number | null;
  most: number | null;
  most_step: number | null;
}

type PointRow = [step: number, value: number | null, flag: number];

export type SeriesTable = ReturnType<typeof createSeriesTable>;

/** Points `(run, metric, step)` and one summary row a series. */
export function createSeriesTable(database: Database) {
  const metricId = database.prepare<[string], number>('SELECT id FROM metrics WHERE name = ?').pluck();
  const addMetric = database.prepare<[string]>('INSERT INTO metrics (name) VALUES (?)');
  const insert = database.prepare('INSERT OR IGNORE INTO points VALUES (?, ?, ?, ?, ?)');
  const replace = database.prepare('UPDATE points SET value = ?, flag = ? WHERE run = ? AND metric = ? AND step = ?');
  const summary = database.prepare<[number, number], SummaryRow>(
    'SELECT * FROM series_summaries WHERE run = ? AND metric = ?',
  );
  const summaries = database.prepare<[number], SummaryRow & { name: string }>(`
    SELECT s.*, metrics.name FROM series_summaries AS s JOIN metrics ON metrics.id = s.metric
    WHERE s.run = ? ORDER BY metrics.name`);
  const saveSummary = database.prepare(`
    INSERT OR REPLACE INTO series_summaries
    VALUES (@run, @metric, @count, @nonfinite, @last_step, @last, @last_flag, @least, @least_step, @most, @most_step)`);
  const dropSummary = database.prepare('DELETE FROM series_summaries WHERE run = ? AND metric = ?');
  const points = database
    .prepare<[number, number, number, number], PointRow>(
      'SELECT step, value, flag FROM points WHERE run = ? AND metric = ? AND step BETWEEN ? AND ? ORDER BY step',
    )
    .raw();
  const lastBefore = database
    .prepare<[number, number, number], PointRow>(
      'SELECT step, value, flag FROM points WHERE run = ? AND metric = ? AND step < ? ORDER BY step DESC LIMIT 1',
    )
    .raw();
  const firstAfter = database
    .prepare<[number, number, number], PointRow>(
      'SELECT step, value, flag FROM points WHERE run = ? AND metric = ? AND step > ? ORDER BY step LIMIT 1',
    )
    .raw();
  const metricsAfter = database
    .prepare<[number, number], number>('SELECT metric FROM series_summaries WHERE run = ? AND last_step > ?')
    .pluck();
  const deleteAfter = database.prepare('DELETE FROM points WHERE run = ? AND metric = ? AND step > ?');
  const range = (what: string) =>
    database
      .prepare<[number, number, number, number], PointRow>(
        `SELECT ${what} FROM points WHERE run = ? AND metric = ? AND step >= ? AND step < ?`,
      )
      .raw();
  // SQLite takes `step` and `flag` from the row that holds the minimum or maximum.
  const least = range('step, min(value), flag');
  const most = range('step, max(value), flag');
  const unusual = database
    .prepare<[number, number, number, number], PointRow>(
      `SELECT step, value, flag FROM points
       WHERE run = ? AND metric = ? AND step >= ? AND step < ? AND value IS NULL ORDER BY step LIMIT 1`,
    )
    .raw();
  const extent = database
    .prepare<[number, number, number, number], [count: number, first: number | null, last: number | null]>(
      'SELECT count(*), min(step), max(step) FROM points WHERE run = ? AND metric = ? AND step BETWEEN ? AND ?',
    )
    .raw();
  const firstStep = database
    .prepare<[number, number], number | null>('SELECT min(step) FROM points WHERE run = ? AND metric = ?')
    .pluck();

  const identifiers = new Map<string, number>();
  const idOf = (name: string): number | undefined => {
    const known = identifiers.get(name) ?? metricId.get(name);
    if (known !== undefined) identifiers.set(name, known);
    return known;
  };
  const ensureId = (name: string): number => {
    const known = idOf(name);
    if (known !== undefined) return known;
    const added = Number(addMetric.run(name).lastInsertRowid);
    identifiers.set(name, added);
    return added;
  };

  /** Takes one more point into a summary row. */
  const include = (row: SummaryRow, step: number, value: number | null, flag: number): void => {
    row.count++;
    if (step >= row.last_step) Object.assign(row, { last_step: step, last: value, last_flag: flag });
    if (value === null) {
      row.nonfinite++;
      return;
    }
    if (row.least === null || value < row.least) Object.assign(row, { least: value, least_step: step });
    if (row.most === null || value > row.most) Object.assign(row, { most: value, most_step: step });
  };

  const rebuild = (run: number, metric: number): void => {
    const row = emptySummary(metric);
    for (const [step, value, flag] of points.iterate(run, metric, 0, Number.MAX_SAFE_INTEGER)) {
      include(row, step, value, flag);
    }
    if (row.count === 0) dropSummary.run(run, metric);
    else saveSummary.run({ ...row, run });
  };

  return {
    /** Within the caller's transaction. A step that is already there takes the new value. */
    append(run: number, added: SeriesPoint[]): void {
      const touched = new Map<number, SummaryRow>();
      const replaced = new Set<number>();
      for (const point of added) {
        const metric = ensureId(point.metric);
        const { value, flag } = toStored(point.value);
        if (insert.run(run, metric, point.step, value, flag).changes === 0) {
          replace.run(value, flag, run, metric, point.step);
          replaced.add(metric);
          continue;
        }
        const row = touched.get(metric) ?? summary.get(run, metric) ?? emptySummary(metric);
        include(row, point.step, value, flag);
        touched.set(metric, row);
      }
      for (const row of touched.values()) saveSummary.run({ ...row, run });
      for (const metric of replaced) rebuild(run, metric);
    },

    /** Within the caller's transaction. */
    rewind(run: number, step: number): void {
      for (const metric of metricsAfter.all(run, step)) {
        deleteAfter.run(run, metric, step);
        rebuild(run, metric);
      }
    },

    summaries: (run: number): MetricSummary[] => summaries.all(run).map(toMetricSummary),

    /** A metric the run does not have is an empty series. */
    read(runId: string, run: number, query: SeriesQuery): Series {
      const toSeries = (
        rows: PointRow[],
        totalPoints: number,
        downsampled: boolean,
        lastStep: number | null,
      ): Series => ({
        ...{ runId, metric: query.metric, ...columnsOf(rows) },
        ...{ totalPoints, lastStep, downsampled },
      });
      const metric = idOf(query.metric);
      const from = Math.ceil(query.fromStep ?? 0);
      const to = Math.floor(query.toStep ?? Number.MAX_SAFE_INTEGER);
      const stored = metric === undefined ? undefined : summary.get(run, metric);
      if (metric === undefined || !stored) return toSeries([], 0, false, null);

      // The whole series' extent is known without counting.
      const isWhole = query.fromStep === undefined && query.toStep === undefined;
      const withNeighbours = (rows: PointRow[]): PointRow[] => {
        if (isWhole || !query.neighbours) return rows;
        const [before, after] = [lastBefore.get(run, metric, from), firstAfter.get(run, metric, to)];
        return [...(before ? [before] : []), ...rows, ...(after ? [after] : [])];
      };
      const [count, first, last] = isWhole
        ? [stored.count, firstStep.get(run, metric) ?? null, stored.last_step]
        : (extent.get(run, metric, from, to) ?? [0, null, null]);
      if (query.maxPoints === undefined || count <= query.maxPoints || first === null || last === null) {
        return toSeries(withNeighbours(points.all(run, metric, from, to)), count, false, stored.last_step);
      }
      const width = bucketWidth(first, last, Math.max(1, Math.floor(query.maxPoints / (stored.nonfinite ? 3 : 2))));
      const kept: PointRow[] = [];
      for (let start = Math.floor(first / width) * width; start <= last; start += width) {
        const bounds = [run, metric, Math.max(start, from), Math.min(start + width, to + 1)] as const;
        const found = [least.get(...bounds), most.get(...bounds)];
        if (stored.nonfinite) found.push(unusual.get(...bounds));
        const steps = new Map<number, PointRow>();
        // An aggregate over no finite value still answers with a row; `unusual` is the one that speaks for NaN.
        for (const row of found) if (row && (row[1] !== null || row === found[2])) steps.set(row[0], row);
        kept.push(...[...steps.values()].sort((a, b) => a[0] - b[0]));
      }
      return toSeries(withNeighbours(kept), count, true, stored.last_step);
    },
  };
}

/**
 * Steps a bucket spans, so that at most `buckets` cover `first..last`: a power of two, and buckets start at its
 * multiples, so they stay where they are while points arrive.
 */
function bucketWidth(first: number, last: number, buckets: number): number {
  let width = 1;
  while (Math.floor(last / width) - Math.floor(first / width) + 1 > buckets) width *= 2;
  return width;
}

const emptySummary = (metric: number): SummaryRow => ({
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
});

function toMetricSummary(row: SummaryRow & { name: string }): MetricSummary {
  return {
    metric: row.name,
    count: row.count,
    last: fromStored(row.last, row.last_flag),
    lastStep: row.last_step,
    least: row.least ?? Number.NaN,
    leastStep: row.least_step ?? row.last_step,
    most: row.most ?? Number.NaN,
    mostStep: row.most_step ?? row.last_step,
  };
}

function columnsOf(rows: PointRow[]): Pick<Series, 'steps' | 'values'> {
  const steps = new Float64Array(rows.length);
  const values = new Float64Array(rows.length);
  rows.forEach(([step, value, flag], index) => {
    steps[index] = step;
    values[index] = fromStored(value, flag);
  });
  return { steps, values };
}
