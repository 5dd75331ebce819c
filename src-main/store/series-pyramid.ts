import type { Database } from 'better-sqlite3';
import { addSums, emptyCell, hashPoint, includePoint, mergeCell, type Cell, type PointRow } from './series-cells.ts';

/** Steps that a bucket of each level spans, each a power of two and a multiple of the one below. */
export const BUCKET_STEPS = [64, 2048, 65_536] as const;
const TOP = BUCKET_STEPS.length - 1;
const LAST_STEP = Number.MAX_SAFE_INTEGER;
/** Points between two looks whether anyone waits. */
const TOLD_EVERY = 10_000;

interface CellRow extends Cell {
  bucket: number;
}

export type SeriesPyramid = ReturnType<typeof createSeriesPyramid>;

/**
 * Per series and level, a cell for every bucket of steps that has points: what charts of long series are drawn from,
 * what a rewind mends instead of reading everything. Everything here is within the caller's transaction.
 */
export function createSeriesPyramid(database: Database) {
  const columns = `bucket, count, sum, nonfinite, unusual_step AS unusualStep, unusual_flag AS unusualFlag,
    least, least_step AS leastStep, most, most_step AS mostStep`;
  const cells = database.prepare<[number, number, number, number, number], CellRow>(
    `SELECT ${columns} FROM series_pyramid
     WHERE run = ? AND metric = ? AND level = ? AND bucket BETWEEN ? AND ? ORDER BY bucket`,
  );
  const save = database.prepare('INSERT OR REPLACE INTO series_pyramid VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const isLess =
    'least IS NULL OR excluded.least < least OR (excluded.least = least AND excluded.least_step < least_step)';
  const isMore = 'most IS NULL OR excluded.most > most OR (excluded.most = most AND excluded.most_step < most_step)';
  const isFirst = 'unusual_step IS NULL OR excluded.unusual_step < unusual_step';
  const merge = database.prepare(`
    INSERT INTO series_pyramid VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (run, metric, level, bucket) DO UPDATE SET
      count = count + excluded.count, sum = (sum + excluded.sum) & 4294967295, nonfinite = nonfinite + excluded.nonfinite,
      unusual_step = iif(${isFirst}, excluded.unusual_step, unusual_step),
      unusual_flag = iif(${isFirst}, excluded.unusual_flag, unusual_flag),
      least = iif(${isLess}, excluded.least, least), least_step = iif(${isLess}, excluded.least_step, least_step),
      most = iif(${isMore}, excluded.most, most), most_step = iif(${isMore}, excluded.most_step, most_step)`);
  const remove = database.prepare(
    'DELETE FROM series_pyramid WHERE run = ? AND metric = ? AND level = ? AND bucket BETWEEN ? AND ?',
  );
  const points = database
    .prepare<[number, number, number, number], PointRow>(
      'SELECT step, value, flag FROM points WHERE run = ? AND metric = ? AND step BETWEEN ? AND ? ORDER BY step',
    )
    .raw();

  const write = (statement: typeof save, run: number, metric: number, level: number, bucket: number, c: Cell): void => {
    const { count, sum, nonfinite, unusualStep, unusualFlag, least, leastStep, most, mostStep } = c;
    statement.run(
      ...[run, metric, level, bucket, count, sum, nonfinite],
      ...[unusualStep, unusualFlag, least, leastStep, most, mostStep],
    );
  };

  /** What the points of these steps come to. */
  const cellOfPoints = (run: number, metric: number, from: number, to: number): Cell => {
    const cell = emptyCell();
    if (from > to) return cell;
    for (const [step, value, flag] of points.iterate(run, metric, from, to)) {
      includePoint(cell, step, value, flag, hashPoint(step, value, flag));
    }
    return cell;
  };
  const cellOfCells = (run: number, metric: number, level: number, from: number, to: number): Cell => {
    const cell = emptyCell();
    if (from > to) return cell;
    for (const row of cells.iterate(run, metric, level, from, to)) mergeCell(cell, row);
    return cell;
  };

  /** The levels that the points up to a step come to, by bucket. @param visit called with the number of points so far */
  const fromPoints = (run: number, metric: number, lastStep: number, visit?: (done: number) => void) => {
    const first = new Map<number, Cell>();
    let done = 0;
    for (const [step, value, flag] of points.iterate(run, metric, -LAST_STEP, lastStep)) {
      includePoint(cellAt(first, bucketOf(step)), step, value, flag, hashPoint(step, value, flag));
      if (++done % TOLD_EVERY === 0) visit?.(done);
    }
    const levels = [first];
    for (let level = 0; level < TOP; level++) levels.push(widened(levels[level], level));
    return levels;
  };

  /**
   * Puts what the cell below says into a bucket, but for the sums, from which it takes what is gone: damage that was
   * there before stays visible.
   */
  const mend = (run: number, metric: number, level: number, bucket: number, below: Cell, gone: Cell): void => {
    const [old] = cells.all(run, metric, level, bucket, bucket);
    if (old === undefined) return;
    const { count, sum, nonfinite } = less(old, gone);
    if (count === 0 && sum === 0 && below.count === 0) remove.run(run, metric, level, bucket, bucket);
    else write(save, run, metric, level, bucket, { ...below, count, sum, nonfinite });
  };

  return {
    /** Adds cells of new points, by bucket of level 0, at every level. */
    add(run: number, metric: number, added: Map<number, Cell>): void {
      let below = added;
      for (let level = 0; level <= TOP; level++) {
        for (const [bucket, cell] of below) write(merge, run, metric, level, bucket, cell);
        if (level < TOP) below = widened(below, level);
      }
    },

    fromPoints,

    /** What is stored of a level, by bucket. */
    stored(run: number, metric: number, level: number): Map<number, Cell> {
      const rows = cells.all(run, metric, level, -LAST_STEP, LAST_STEP);
      return new Map(rows.map(({ bucket, ...cell }) => [bucket, cell]));
    },

    /** Makes the pyramid of a series that has none. */
    make(run: number, metric: number): void {
      fromPoints(run, metric, LAST_STEP).forEach((made, level) => {
        remove.run(run, metric, level, 0, LAST_STEP);
        for (const [bucket, cell] of made) write(save, run, metric, level, bucket, cell);
      });
    },

    /**
     * Puts right the buckets of a step whose point has changed.
     * @param last step of the series
     * @param gone what it was, less what it is
     */
    replaced(run: number, metric: number, { step, last }: { step: number; last: number }, gone: Cell): void {
      BUCKET_STEPS.forEach((width, level) => {
        const bucket = Math.floor(step / width);
        const below =
          level === 0
            ? cellOfPoints(run, metric, bucket * width, Math.min(last, (bucket + 1) * width - 1))
            : cellOfCells(run, metric, level - 1, ...childrenOf(level, bucket));
        mend(run, metric, level, bucket, below, gone);
      });
    },

    /** Takes every point after a step, up to the last, out of the pyramid. Returns what they came to. */
    removeAfter(run: number, metric: number, step: number, lastStep: number): Cell {
      const gone = emptyCell();
      const first = bucketOf(step) * BUCKET_STEPS[0];
      mergeCell(gone, cellOfPoints(run, metric, step + 1, Math.min(lastStep, first + BUCKET_STEPS[0] - 1)));
      mend(run, metric, 0, bucketOf(step), cellOfPoints(run, metric, first, step), gone);
      for (let level = 1; level <= TOP; level++) {
        const bucket = Math.floor(step / BUCKET_STEPS[level]);
        const last = Math.floor(step / BUCKET_STEPS[level - 1]);
        const [from, to] = childrenOf(level, bucket);
        mergeCell(gone, cellOfCells(run, metric, level - 1, last + 1, to));
        remove.run(run, metric, level - 1, last + 1, LAST_STEP);
        mend(run, metric, level, bucket, cellOfCells(run, metric, level - 1, from, last), gone);
      }
      const last = Math.floor(step / BUCKET_STEPS[TOP]);
      mergeCell(gone, cellOfCells(run, metric, TOP, last + 1, LAST_STEP));
      remove.run(run, metric, TOP, last + 1, LAST_STEP);
      return gone;
    },

    /** Of a whole series. */
    total: (run: number, metric: number): Cell => cellOfCells(run, metric, TOP, 0, LAST_STEP),

    /**
     * Cells that together hold the points of `from..to`, in order, none wider than `width` nor across one of its
     * multiples, each with the first step it may hold.
     * @param width a power of two; below the narrowest bucket, every point is a cell of its own
     */
    cover(
      run: number,
      metric: number,
      { from, to, width }: { from: number; to: number; width: number },
      visit: (step: number, cell: Cell) => void,
    ): void {
      const visitPoints = (first: number, end: number): void => {
        if (first >= end) return;
        for (const [step, value, flag] of points.iterate(run, metric, first, end - 1)) {
          const cell = emptyCell();
          // Nobody compares sums of what is read.
          includePoint(cell, step, value, flag, 0);
          visit(step, cell);
        }
      };
      const visitLevel = (level: number, first: number, end: number): void => {
        if (level < 0) return visitPoints(first, end);
        const steps = BUCKET_STEPS[level];
        const [start, stop] = [Math.ceil(first / steps), Math.floor(end / steps)];
        if (start >= stop) return visitLevel(level - 1, first, end);
        visitLevel(level - 1, first, start * steps);
        for (const cell of cells.iterate(run, metric, level, start, stop - 1)) visit(cell.bucket * steps, cell);
        visitLevel(level - 1, stop * steps, end);
      };
      visitLevel(
        BUCKET_STEPS.findLastIndex((steps) => steps <= width),
        from,
        to + 1,
      );
    },
  };
}

/** The bucket of level 0 that a step is in. */
export const bucketOf = (step: number): number => Math.floor(step / BUCKET_STEPS[0]);

export function cellAt(cells: Map<number, Cell>, bucket: number): Cell {
  const known = cells.get(bucket);
  if (known) return known;
  const cell = emptyCell();
  cells.set(bucket, cell);
  return cell;
}

/** Cells of a level as cells of the next. */
export function widened(below: Map<number, Cell>, level: number): Map<number, Cell> {
  const factor = BUCKET_STEPS[level + 1] / BUCKET_STEPS[level];
  const above = new Map<number, Cell>();
  for (const [bucket, cell] of below) mergeCell(cellAt(above, Math.floor(bucket / factor)), cell);
  return above;
}

/** The first and the last bucket of the level below. */
function childrenOf(level: number, bucket: number): [from: number, to: number] {
  const factor = BUCKET_STEPS[level] / BUCKET_STEPS[level - 1];
  return [bucket * factor, (bucket + 1) * factor - 1];
}

/** Counts and sum of `all` without what is gone. */
export const less = (all: Cell, gone: Cell): Pick<Cell, 'count' | 'sum' | 'nonfinite'> => ({
  count: all.count - gone.count,
  sum: addSums(all.sum, -gone.sum),
  nonfinite: all.nonfinite - gone.nonfinite,
});
