import type { Database } from 'better-sqlite3';
import type { MetricSummary, Series, SeriesPoint, SeriesQuery } from '../contract/index.ts';
import { fromStored, toStored } from './numbers.ts';
import {
  addSums,
  bucketWidth,
  emptyCell,
  hashPoint,
  includePoint,
  mergeCell,
  pointsOfCell,
  type Cell,
  type PointRow,
} from './series-cells.ts';
import { bucketOf, cellAt, createSeriesPyramid, less } from './series-pyramid.ts';

export interface SummaryRow {
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
  /** See migration 80. */
  pyramid_made_at: number | null;
}

/** Points that are not worth a pyramid of their own, where an old series has none: they are read at once. */
const FEW_POINTS = 50_000;

export type SeriesTable = ReturnType<typeof createSeriesTable>;

/**
 * Points `(run, metric, step)`, one summary row a series, and the pyramid between them.
 * @param mayWrite whether a read may make the pyramid of an old series
 */
export function createSeriesTable(database: Database, mayWrite: boolean) {
  const pyramid = createSeriesPyramid(database);
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
    VALUES (@run, @metric, @count, @nonfinite, @last_step, @last, @last_flag, @least, @least_step, @most, @most_step,
      @pyramid_made_at)`);
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
  const countOf = database
    .prepare<[number, number, number, number], number>(
      'SELECT count(*) FROM points WHERE run = ? AND metric = ? AND step BETWEEN ? AND ?',
    )
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

  /** Of a series of before there were pyramids, one is made. */
  const withPyramid = (run: number, row: SummaryRow): SummaryRow => {
    if (row.pyramid_made_at !== null) return row;
    pyramid.make(run, row.metric);
    const made = { ...row, pyramid_made_at: Date.now() };
    saveSummary.run({ ...made, run });
    return made;
  };
  const withPyramidAtOnce = database.transaction(withPyramid);

  /** Writes the summary anew from the pyramid's top, its counts as they are now. */
  const summarise = (run: number, row: SummaryRow, counts: Pick<Cell, 'count' | 'nonfinite'>): void => {
    const { least, leastStep, most, mostStep } = pyramid.total(run, row.metric);
    const last = lastBefore.get(run, row.metric, Number.MAX_SAFE_INTEGER);
    if (!last) return void dropSummary.run(run, row.metric);
    saveSummary.run({
      ...{ ...row, run, count: counts.count, nonfinite: counts.nonfinite },
      ...{ last_step: last[0], last: last[1], last_flag: last[2] },
      ...{ least, least_step: leastStep, most, most_step: mostStep },
    });
  };

  const appendTo = (run: number, metric: number, added: SeriesPoint[]): void => {
    const row = withPyramid(run, summary.get(run, metric) ?? emptySummary(metric));
    const total = emptyCell();
    const cells = new Map<number, Cell>();
    const replaced: SeriesPoint[] = [];
    let last: PointRow = [row.last_step, row.last, row.last_flag];
    for (const point of added) {
      const { step } = point;
      const { value, flag } = toStored(point.value);
      if (insert.run(run, metric, step, value, flag).changes === 0) {
        replaced.push(point);
        continue;
      }
      includePoint(cellAt(cells, bucketOf(step)), step, value, flag, hashPoint(step, value, flag));
      if (step >= last[0]) last = [step, value, flag];
    }
    pyramid.add(run, metric, cells);
    mergeCell(total, cellOfSummary(row));
    for (const cell of cells.values()) mergeCell(total, cell);
    const now: SummaryRow = {
      ...{ ...row, count: total.count, nonfinite: total.nonfinite },
      ...{ last_step: last[0], last: last[1], last_flag: last[2] },
      ...{ least: total.least, least_step: total.leastStep, most: total.most, most_step: total.mostStep },
    };
    if (total.count > 0) saveSummary.run({ ...now, run });
    for (const point of replaced) replacePoint(run, metric, point);
  };

  const replacePoint = (run: number, metric: number, { step, value: given }: SeriesPoint): void => {
    const [old] = points.all(run, metric, step, step);
    const { value, flag } = toStored(given);
    replace.run(value, flag, run, metric, step);
    const gone: Cell = {
      ...emptyCell(),
      sum: addSums(hashPoint(...old), -hashPoint(step, value, flag)),
      nonfinite: Number(old[1] === null) - Number(value === null),
    };
    pyramid.replaced(run, metric, step, gone);
    const row = summary.get(run, metric);
    if (row) summarise(run, row, less(cellOfSummary(row), gone));
  };

  return {
    /** Within the caller's transaction. A step that is already there takes the new value. */
    append(run: number, added: SeriesPoint[]): void {
      // By step: a point that the same batch replaces is not worth mending the pyramid for.
      const byMetric = new Map<string, Map<number, SeriesPoint>>();
      for (const point of added) {
        const known = byMetric.get(point.metric);
        if (known) known.set(point.step, point);
        else byMetric.set(point.metric, new Map([[point.step, point]]));
      }
      for (const [metric, steps] of byMetric) appendTo(run, ensureId(metric), [...steps.values()]);
    },

    /** After a transaction was undone: a metric that it named has no identifier any more. */
    forget: (): void => identifiers.clear(),

    /** Forgets every point after the step; -1 forgets all. Within the caller's transaction. */
    rewind(run: number, step: number): void {
      for (const metric of metricsAfter.all(run, step)) {
        const row = summary.get(run, metric);
        if (!row) continue;
        if (step < 0) {
          pyramid.removeAll(run, metric);
          dropSummary.run(run, metric);
          continue;
        }
        const known = withPyramid(run, row);
        const gone = pyramid.removeAfter(run, metric, step);
        summarise(run, known, less(cellOfSummary(known), gone));
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
      const found = metric === undefined ? undefined : summary.get(run, metric);
      if (metric === undefined || !found) return toSeries([], 0, false, null);

      const isLong = mayWrite && query.maxPoints !== undefined && found.count > FEW_POINTS;
      const stored = isLong ? withPyramidAtOnce(run, found) : found;
      const hasPyramid = stored.pyramid_made_at !== null;
      const isWhole = query.fromStep === undefined && query.toStep === undefined;
      const withNeighbours = (rows: PointRow[]): PointRow[] => {
        if (isWhole || !query.neighbours) return rows;
        const [before, after] = [lastBefore.get(run, metric, from), firstAfter.get(run, metric, to)];
        return [...(before ? [before] : []), ...rows, ...(after ? [after] : [])];
      };
      const first = firstAfter.get(run, metric, from - 1)?.[0];
      const last = lastBefore.get(run, metric, to + 1)?.[0];
      if (first === undefined || last === undefined || first > last) {
        return toSeries(withNeighbours([]), 0, false, stored.last_step);
      }
      const countHere = (): number => {
        if (isWhole) return stored.count;
        if (!hasPyramid) return countOf.get(run, metric, from, to) ?? 0;
        let sum = 0;
        pyramid.cover(run, metric, { from: first, to: last, width: Infinity }, (_, cell) => (sum += cell.count));
        return sum;
      };
      const count = countHere();
      if (query.maxPoints === undefined || count <= query.maxPoints) {
        return toSeries(withNeighbours(points.all(run, metric, from, to)), count, false, stored.last_step);
      }
      const width = bucketWidth(first, last, Math.max(1, Math.floor(query.maxPoints / (stored.nonfinite ? 3 : 2))));
      const kept: PointRow[] = [];
      let bucket = Math.floor(first / width);
      let whole = emptyCell();
      pyramid.cover(run, metric, { from: first, to: last, width: hasPyramid ? width : 1 }, (step, cell) => {
        const now = Math.floor(step / width);
        if (now !== bucket) {
          kept.push(...pointsOfCell(whole));
          [bucket, whole] = [now, emptyCell()];
        }
        mergeCell(whole, cell);
      });
      kept.push(...pointsOfCell(whole));
      return toSeries(withNeighbours(kept), count, true, stored.last_step);
    },
  };
}

/** What a summary says of all points of its series; the sum is not in it. */
const cellOfSummary = ({ count, nonfinite, least, least_step, most, most_step }: SummaryRow): Cell => ({
  ...{ ...emptyCell(), count, nonfinite },
  ...{ least, leastStep: least_step, most, mostStep: most_step },
});

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
  pyramid_made_at: 0,
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
