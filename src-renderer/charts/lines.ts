import type { Series } from '../../src-main/contract/index.ts';
import { atSteps, type Clock } from './axes.ts';
import type { Marker } from '../ui/palette.ts';
import { smooth } from './smoothing.ts';
import type { Range } from './zoom.ts';

/** One curve, ready to draw; no library's types. */
export interface ChartLine {
  id: string;
  label: string;
  /** As canvases take it. */
  colour: string;
  width: number;
  dash: readonly number[];
  marker: Marker | null;
  x: ArrayLike<number>;
  /** May hold NaN, which draws a gap. */
  y: ArrayLike<number>;
  /** The unsmoothed values, drawn faintly behind; null where `y` is unsmoothed. */
  raw: ArrayLike<number> | null;
  /** Where values were NaN or infinite: marked at the foot of the chart. */
  gaps: readonly number[];
  isDownsampled: boolean;
}

export interface LineStyle {
  id: string;
  label: string;
  colour: string;
  width: number;
  dash: readonly number[];
  marker: Marker | null;
}

/** Puts a series on an x-axis and smooths it. `clock` null leaves steps as x. */
export function toLine(series: Series, clock: Clock | null, strength: number, style: LineStyle): ChartLine {
  const x = clock ? atSteps(series.steps, clock) : series.steps;
  const finite = Float64Array.from(series.values, (value) => (Number.isFinite(value) ? value : NaN));
  const gaps: number[] = [];
  for (let i = 0; i < finite.length; i++) if (Number.isNaN(finite[i])) gaps.push(x[i]);
  return {
    ...style,
    x,
    y: strength > 0 ? smooth(x, finite, strength) : finite,
    raw: strength > 0 ? finite : null,
    gaps,
    isDownsampled: series.downsampled,
  };
}

/** The last x of any line; null where there is none. */
export function lastX(lines: readonly Pick<ChartLine, 'x'>[]): number | null {
  const ends = lines.map(({ x }) => x[x.length - 1] ?? NaN).filter((x) => x > 0);
  return ends.length > 0 ? Math.max(...ends) : null;
}

/** Whether a line has a point within a range of x, finite or not. */
export function hasPointWithin({ x }: Pick<ChartLine, 'x'>, { from, to }: Range): boolean {
  for (let i = 0; i < x.length; i++) if (x[i] >= from && x[i] <= to) return true;
  return false;
}

/**
 * What lines are worth where they cross the ends of a range, on the straight line between two points: a chart of that
 * range has to reach there, also where none of its points lies within.
 */
export function valuesAtEnds(lines: readonly Pick<ChartLine, 'x' | 'y'>[], { from, to }: Range): number[] {
  return lines.flatMap(({ x, y }) =>
    [from, to].flatMap((end) => {
      for (let i = 1; i < x.length; i++) {
        if (!(x[i - 1] <= end && x[i] >= end)) continue;
        const share = x[i] === x[i - 1] ? 0 : (end - x[i - 1]) / (x[i] - x[i - 1]);
        return [y[i - 1] + share * (y[i] - y[i - 1])].filter(Number.isFinite);
      }
      return [];
    }),
  );
}

export interface TableRow {
  x: number;
  /** One per line; null where the line has no point at this x. */
  values: (number | null)[];
}

/** The numbers of a chart: the union of all x, thinned evenly to `most` rows, first and last kept. */
export function toRows(lines: readonly ChartLine[], most: number): { rows: TableRow[]; total: number } {
  const byX = new Map<number, (number | null)[]>();
  lines.forEach((line, column) => {
    const values = line.raw ?? line.y;
    for (let i = 0; i < line.x.length; i++) {
      if (Number.isNaN(line.x[i])) continue;
      let row = byX.get(line.x[i]);
      if (!row) byX.set(line.x[i], (row = new Array<number | null>(lines.length).fill(null)));
      row[column] = values[i];
    }
  });
  const all = [...byX].sort((a, b) => a[0] - b[0]).map(([x, values]) => ({ x, values }));
  if (all.length <= most) return { rows: all, total: all.length };
  const stride = (all.length - 1) / (most - 1);
  return { rows: Array.from({ length: most }, (_, i) => all[Math.round(i * stride)]), total: all.length };
}
