import type { Database } from 'better-sqlite3';
import type { MetricSummary, Series, SeriesPoint, SeriesQuery } from '../contract/index.ts';
import type { Checksums } from './checksums.ts';
import { StoreError } from './errors.ts';
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
import { createSeriesLeftovers } from './series-leftovers.ts';
import { bucketOf, cellAt, createSeriesPyramid, less } from './series-pyramid.ts';
import {
  cellOfSummary,
  createSeriesSummaries,
  emptySummary,
  toMetricSummary,
  type SummaryRow,
} from './series-summaries.ts';

/** Points that are not worth a pyramid of their own, where an old series has none: they are read at once. */
const FEW_POINTS = 50_000;

export type SeriesTable = ReturnType<typeof createSeriesTable>;

/**
 * Points `(run, metric, step)`, one summary row a series, and the pyramid between them.
 * @param mayWrite whether a read may make the pyramid of an old series
 */
export function createSeriesTable(database: Database, checksums: Checksums, mayWrite: boolean) {
  const pyramid = createSeriesPyramid(database);
  const summaries = createSeriesSummaries(database, checksums);
  const leftovers = createSeriesLeftovers(database, summaries);
  const insert = database.prepare('INSERT OR IGNORE INTO points VALUES (?, ?, ?, ?, ?)');
  const replace = database.prepare('UPDATE points SET value = ?, flag = ? WHERE run = ? AND metric = ? AND step = ?');
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
  const countOf = database
    .prepare<[number, number, number, number], number>(
      'SELECT count(*) FROM points WHERE run = ? AND metric = ? AND step BETWEEN ? AND ?',
    )
    .pluck();

  /** Of a series of before there were pyramids, or sums of whole series, they are made. */
  const withPyramid = (run: number, row: SummaryRow): SummaryRow => {
    if (row.pyramid_made_at !== null && row.sum !== null) return row;
    if (row.pyramid_made_at === null) pyramid.make(run, row.metric);
    const { sum } = pyramid.total(run, row.metric);
    const made = { ...row, pyramid_made_at: row.pyramid_made_at ?? Date.now(), sum };
    summaries.replace(run, row, made);
    return made;
  };
  const withPyramidAtOnce = database.transaction(withPyramid);

  /** A summary anew from the pyramid's top, with the counts that are given, of points up to a step. */
  const summarised = (run: number, row: SummaryRow, total: Pick<Cell, 'count' | 'sum' | 'nonfinite'>, end: number) => {
    const { least, leastStep, most, mostStep } = pyramid.total(run, row.metric);
    const last = lastBefore.get(run, row.metric, end + 1) ?? NO_POINT;
    return {
      ...{ ...row, count: total.count, sum: total.sum, nonfinite: total.nonfinite },
      ...{ last_step: last[0], last: last[1], last_flag: last[2] },
      ...{ least, least_step: leastStep, most, most_step: mostStep },
    };
  };

  const appendTo = (run: number, metric: number, added: SeriesPoint[]): void => {
    const was = summaries.get(run, metric);
    const row = leftovers.clearFor(run, was ? withPyramid(run, was) : emptySummary(metric), added);
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
    summaries.replace(run, was && row, {
      ...{ ...row, count: total.count, sum: total.sum, nonfinite: total.nonfinite },
      ...{ last_step: last[0], last: last[1], last_flag: last[2] },
      ...{ least: total.least, least_step: total.leastStep, most: total.most, most_step: total.mostStep },
    });
    for (const point of replaced) replacePoint(run, metric, point);
  };

  const replacePoint = (run: number, metric: number, { step, value: given }: SeriesPoint): void => {
    const row = summaries.get(run, metric);
    const [old] = points.all(run, metric, step, step);
    if (!row) return;
    const { value, flag } = toStored(given);
    replace.run(value, flag, run, metric, step);
    const gone: Cell = {
      ...emptyCell(),
      sum: addSums(hashPoint(...old), -hashPoint(step, value, flag)),
      nonfinite: Number(old[1] === null) - Number(value === null),
    };
    pyramid.replaced(run, metric, { step, last: row.last_step }, gone);
    summaries.replace(run, row, summarised(run, row, less(cellOfSummary(row), gone), row.last_step));
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
      summaries.together(run, () => {
        for (const [metric, steps] of byMetric) appendTo(run, summaries.ensureId(metric), [...steps.values()]);
      });
    },

    /** After a transaction was undone: a metric that it named has no identifier any more. */
    forget: (): void => summaries.forget(),

    /**
     * Forgets every point after the step; -1 forgets all. Within the caller's transaction. The rows of many points stay
     * for `tidy`.
     */
    rewind(run: number, step: number): void {
      const leave = leftovers.leaving();
      const rewindOne = (metric: number): void => {
        const row = summaries.get(run, metric);
        if (!row) return;
        const known = withPyramid(run, row);
        const gone = pyramid.removeAfter(run, metric, step, known.last_step);
        const now = summarised(run, known, less(cellOfSummary(known), gone), step);
        summaries.replace(run, known, leave(run, known, now));
      };
      summaries.together(run, () => summaries.after(run, step).forEach(rewindOne));
    },

    /** Removes some rows of points that were rewound, in a transaction of its own. @returns whether there are more */
    tidy: leftovers.tidy,

    /** What verification compares. */
    parts: { pyramid, summaries },

    summaries: (run: number): MetricSummary[] =>
      summaries
        .all(run)
        .filter(({ count }) => count > 0)
        .map(toMetricSummary),

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
      const metric = summaries.idOf(query.metric);
      const found = metric === undefined ? undefined : summaries.get(run, metric);
      if (metric === undefined || !found || found.count === 0) return toSeries([], 0, false, null);
      const from = Math.ceil(query.fromStep ?? 0);
      // What is stored after its last step is left over.
      const to = Math.min(Math.floor(query.toStep ?? Number.MAX_SAFE_INTEGER), found.last_step);

      const isLong = mayWrite && query.maxPoints !== undefined && found.count > FEW_POINTS;
      const stored = isLong ? withPyramidAtOnce(run, found) : found;
      const hasPyramid = stored.pyramid_made_at !== null;
      const isWhole = query.fromStep === undefined && query.toStep === undefined;
      const withNeighbours = (rows: PointRow[]): PointRow[] => {
        if (isWhole || !query.neighbours) return rows;
        const before = lastBefore.get(run, metric, Math.min(from, found.last_step + 1));
        const after = to < found.last_step ? firstAfter.get(run, metric, to) : undefined;
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
        const rows = points.all(run, metric, from, to);
        if (isWhole) requireStored(runId, query.metric, stored, rows);
        return toSeries(withNeighbours(rows), count, false, stored.last_step);
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

/** Stands for the last point where there is none. */
const NO_POINT: PointRow = [-1, null, 0];

/** @throws StoreError where they are not the points that were stored, as far as that is known */
function requireStored(runId: string, metric: string, { count, sum }: SummaryRow, rows: readonly PointRow[]): void {
  const found = rows.reduce((total, row) => addSums(total, hashPoint(...row)), 0);
  if (rows.length === count && (sum === null || found === sum)) return;
  throw new StoreError(
    'damaged',
    `The series ${metric} of run ${runId} is damaged: its points are not those that were stored. ` +
      `doctor --verify ${runId} says which, and what is still good.`,
  );
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
