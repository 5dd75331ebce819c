import { counted } from '../../contract/index.ts';
import type { Database } from 'better-sqlite3';
import { emptyCell, mergeCell, type Cell } from '../series-cells.ts';
import { BUCKET_STEPS, type SeriesPyramid } from '../series-pyramid.ts';
import { cellOfSummary, type NamedSummaryRow, type SeriesSummaries } from '../series-summaries.ts';
import { dateOf, type Findings } from './findings.ts';

/** Ranges of steps that are named; the rest is counted. */
const MOST_RANGES = 3;

interface SeriesParts {
  pyramid: SeriesPyramid;
  summaries: SeriesSummaries;
}

/** Compares points, the pyramid over them and the summaries over it. */
export function createSeriesVerifier(database: Database, { pyramid, summaries }: SeriesParts) {
  const nextMetric = ['points', 'series_pyramid'].map((table) =>
    database
      .prepare<[number, number], number | null>(`SELECT min(metric) FROM ${table} WHERE run = ? AND metric > ?`)
      .pluck(),
  );
  const firstAfter = database
    .prepare<[number, number, number], number>(
      'SELECT step FROM points WHERE run = ? AND metric = ? AND step > ? ORDER BY step LIMIT 1',
    )
    .pluck();
  const lastPoint = database
    .prepare<[number, number, number], [number | null, number]>(
      'SELECT value, flag FROM points WHERE run = ? AND metric = ? AND step = ?',
    )
    .raw();

  function verifyOne(run: number, row: NamedSummaryRow, findings: Findings, tell: (done: number) => void): number {
    const { metric } = row;
    const name = row.name ?? `number ${metric}, which has lost its name,`;
    const levels = pyramid.fromPoints(run, metric, row.last_step, tell);
    const total = emptyCell();
    for (const cell of levels[levels.length - 1].values()) mergeCell(total, cell);
    const say = (text: string): void => void findings.damage.push({ part: 'series', text: `${name}: ${text}` });

    const isStored = row.sum === null ? null : total.sum === row.sum && total.count === row.count;
    const differing =
      row.pyramid_made_at === null
        ? []
        : levels.map((made, level) => differences(made, pyramid.stored(run, metric, level)));
    const where = describeRanges(differing[0] ?? []);
    if (isStored === false || total.count !== row.count) {
      say(
        total.count === row.count
          ? `its points are not those that were stored${where}`
          : `it has ${counted(total.count, 'point')} where ${counted(row.count, 'point')} were stored${where}`,
      );
    } else if (differing.some((buckets) => buckets.length > 0)) {
      const spans = differing.map((buckets, level) => describeRanges(buckets, level)).find((text) => text !== '') ?? '';
      say(
        isStored
          ? `what its charts are drawn from differs from its points${spans}; the points are as they were stored`
          : `its points and what its charts are drawn from differ${spans}`,
      );
    }
    const [value, flag] = lastPoint.get(run, metric, row.last_step) ?? [null, 0];
    const isSummedUp = isSame({ ...cellOfSummary(row), ...ignored(total) }, total);
    const isLast = value === row.last && (row.count === 0 || flag === row.last_flag);
    if (isStored !== false && !(isSummedUp && isLast)) {
      say('its summary (last, least, most) is not that of its points');
    }
    const stray = firstAfter.get(run, metric, row.leftover_to ?? row.last_step);
    if (stray !== undefined) say(`there are points after its last step ${row.last_step}, the first at ${stray}`);

    if (row.pyramid_made_at === null) {
      findings.unchecked.push({
        part: 'series',
        text: `${name}: what was stored before data version 80 has no checksum`,
      });
    } else if (row.pyramid_made_at > 0) {
      const text = `${name}: points stored before ${dateOf(row.pyramid_made_at)} had no checksum until then`;
      findings.unchecked.push({ part: 'series', text });
    }
    return total.count;
  }

  /** @param tell called with the number of points that were looked at */
  return function verifySeries(run: number, findings: Findings, tell: (done: number) => void): void {
    const rows = summaries.all(run);
    let before = 0;
    for (const row of rows) before += verifyOne(run, row, findings, (done) => tell(before + done));
    const known = new Set(rows.map(({ metric }) => metric));
    for (const next of nextMetric) {
      for (let metric = next.get(run, -1) ?? null; metric !== null; metric = next.get(run, metric) ?? null) {
        if (known.has(metric)) continue;
        known.add(metric);
        findings.damage.push({ part: 'series', text: `a series (number ${metric}) has points but lacks its summary` });
      }
    }
  };
}

/** A summary has neither of these. */
const ignored = ({ sum, unusualStep, unusualFlag }: Cell): Partial<Cell> => ({ sum, unusualStep, unusualFlag });

const isSame = (a: Cell, b: Cell): boolean => (Object.keys(a) as (keyof Cell)[]).every((key) => a[key] === b[key]);

/** Buckets that are not the same in both, ascending. */
function differences(made: Map<number, Cell>, stored: Map<number, Cell>): number[] {
  const found: number[] = [];
  for (const bucket of new Set([...made.keys(), ...stored.keys()])) {
    const [left, right] = [made.get(bucket), stored.get(bucket)];
    if (!left || !right || !isSame(left, right)) found.push(bucket);
  }
  return found.sort((a, b) => a - b);
}

/** ` at steps 128 to 191 and 640 to 703`, or nothing. */
function describeRanges(buckets: readonly number[], level = 0): string {
  const ranges: [from: number, to: number][] = [];
  for (const bucket of buckets) {
    const [from, to] = [bucket * BUCKET_STEPS[level], (bucket + 1) * BUCKET_STEPS[level] - 1];
    const last = ranges.at(-1);
    if (last && last[1] === from - 1) last[1] = to;
    else ranges.push([from, to]);
  }
  if (ranges.length === 0) return '';
  const named = ranges.slice(0, MOST_RANGES).map(([from, to]) => `${from} to ${to}`);
  const more = ranges.length - named.length;
  return ` at steps ${named.join(', ')}${more > 0 ? ` and ${counted(more, 'more range')}` : ''}`;
}
