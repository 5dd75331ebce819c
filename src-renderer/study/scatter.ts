import type { StudyGroup, StudyResults } from '../../src-main/contract/index.ts';

/** R_s against accuracy, ready to draw within a box of a given size. */
export interface Scatter {
  series: {
    label: string;
    /** Number of the run colour. */
    colour: number;
    points: { left: number; top: number; runId: string }[];
    mean: { left: number; top: number; halfWidth: number; halfHeight: number };
  }[];
  /** Dense networks, which have no R_s of their own. */
  references: { label: string; top: number; halfHeight: number }[];
  x: { at: number; value: number }[];
  y: { at: number; value: number }[];
}

/** null where no sparse run has finished with both values. */
export function scatterOf({ groups }: StudyResults, width: number, height: number): Scatter | null {
  const drawn = groups.filter(({ points }) => points.length > 0);
  const sparse = drawn.filter(({ isSparse }) => isSparse);
  if (sparse.length === 0) return null;
  const accuracies = drawn.flatMap((group) => [
    ...group.points.map(({ testAccuracy }) => testAccuracy),
    ...endsOf(group.measures.testAccuracy),
  ]);
  const x = axisOf(sparse.flatMap((group) => [...group.points.map(({ rs }) => rs), ...endsOf(group.measures.rs)]));
  const y = axisOf(accuracies);
  const left = (value: number): number => ((value - x.low) / (x.high - x.low)) * width;
  const top = (value: number): number => height - ((value - y.low) / (y.high - y.low)) * height;
  const heightOf = (deviation: number): number => (deviation / (y.high - y.low)) * height;
  return {
    series: sparse.map((group, colour) => {
      const { rs, testAccuracy } = group.measures;
      return {
        label: group.label,
        colour,
        points: group.points.map((point) => ({
          left: left(point.rs),
          top: top(point.testAccuracy),
          runId: point.runId,
        })),
        mean: {
          left: left(rs?.mean ?? Number.NaN),
          top: top(testAccuracy?.mean ?? Number.NaN),
          halfWidth: ((rs?.deviation ?? 0) / (x.high - x.low)) * width,
          halfHeight: heightOf(testAccuracy?.deviation ?? 0),
        },
      };
    }),
    references: drawn
      .filter(({ isSparse }) => !isSparse)
      .map(({ label, measures: { testAccuracy } }) => ({
        label,
        top: top(testAccuracy?.mean ?? Number.NaN),
        halfHeight: heightOf(testAccuracy?.deviation ?? 0),
      })),
    x: x.ticks.map((value) => ({ at: left(value), value })),
    y: y.ticks.map((value) => ({ at: top(value), value })),
  };
}

function endsOf(found: StudyGroup['measures']['rs']): number[] {
  if (!found) return [];
  return [found.mean - (found.deviation ?? 0), found.mean + (found.deviation ?? 0)];
}

/** From one round number below all values to one above. */
function axisOf(values: readonly number[]): { low: number; high: number; ticks: number[] } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const rough = Math.max(most - least, Math.abs(most) / 50, 1e-6) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([5, 2, 1].find((one) => one * unit <= rough) ?? 1);
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(most / step));
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
  return { low: ticks[0], high: ticks[ticks.length - 1], ticks };
}
