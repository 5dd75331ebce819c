import type { Database } from 'better-sqlite3';
import type { SeriesPoint } from '../contract/index.ts';
import type { SeriesSummaries, SummaryRow } from './series-summaries.ts';

/** As many rows are removed at once: about 20 ms. */
const SLICE = 5000;

/**
 * Rows of points that a rewind leaves behind, since removing millions takes seconds: they stand after the last step of
 * their series, where nobody reads, and are removed in slices.
 */
export function createSeriesLeftovers(database: Database, summaries: SeriesSummaries) {
  const remove = database.prepare('DELETE FROM points WHERE run = ? AND metric = ? AND step > ? AND step <= ?');
  const stepAt = database
    .prepare<[number, number, number], number>(
      `SELECT step FROM points WHERE run = ? AND metric = ? AND step > ? ORDER BY step LIMIT 1 OFFSET ${SLICE - 1}`,
    )
    .pluck();
  /** False only where it is known that there are none. */
  let mayBeThere = true;

  return {
    /**
     * For one rewind: takes what each series was and is after it, removes few rows over all of them at once, and returns
     * each summary with its leftovers.
     */
    leaving() {
      let most = SLICE;
      return (run: number, was: SummaryRow, now: SummaryRow): SummaryRow => {
        const furthest = was.leftover_to ?? was.last_step;
        const count = was.count - now.count;
        if (was.leftover_to === null && count <= most) {
          most -= count;
          remove.run(run, now.metric, now.last_step, furthest);
          return now;
        }
        mayBeThere = true;
        return { ...now, leftover_to: furthest };
      };
    },

    /** Makes room for points that are to be added, so that no leftover comes to stand between them. */
    clearFor(run: number, row: SummaryRow, added: readonly SeriesPoint[]): SummaryRow {
      if (row.leftover_to === null) return row;
      const furthest = added.reduce((most, { step }) => Math.max(most, step), row.last_step);
      remove.run(run, row.metric, row.last_step, furthest);
      if (furthest < row.leftover_to) return row;
      const cleared = { ...row, leftover_to: null };
      summaries.replace(run, row, cleared);
      return cleared;
    },

    tidy: database.transaction((): boolean => {
      const found = mayBeThere ? summaries.withLeftovers() : undefined;
      const row = found && summaries.get(found.run, found.metric);
      mayBeThere = row !== undefined;
      if (!found || !row || row.leftover_to === null) return false;
      const { run, metric } = found;
      const until = stepAt.get(run, metric, row.last_step) ?? row.leftover_to;
      remove.run(run, metric, row.last_step, until);
      if (until >= row.leftover_to) summaries.replace(run, row, { ...row, leftover_to: null });
      return true;
    }),
  };
}
