import { METRICS, type Series } from '../../src-main/contract/index.ts';
import { seriesKey, type SeriesTable } from '../state/series.ts';
import { atSteps, stepsAt, xAxes, type Clock, type XAxis } from './axes.ts';
import { toLine, type ChartLine } from './lines.ts';
import { tokenColours, type Marker } from '../ui/palette.ts';

/** One curve that a chart is asked for. */
export interface Curve {
  runId: string;
  metric: string;
  label: string;
  /** A colour token such as `--run-3`. */
  token: string;
  dash: readonly number[];
  marker: Marker | null;
  width: number;
}

export const curveId = (curve: Curve) => seriesKey(curve.runId, curve.metric);

const CLOCKS: readonly string[] = [METRICS.epoch, METRICS.elapsedSeconds, METRICS.trainingFlops];

/** The clock of one run for an axis; null for steps, which need none. */
function clockOf(clocks: SeriesTable, runId: string, axis: XAxis): Clock | null {
  const metric = xAxes[axis].clock;
  if (metric === null) return null;
  return clocks.get(seriesKey(runId, metric)) ?? { steps: [], values: [] };
}

/** Draws each curve that has points, in the colours of the theme of this moment. */
export function buildLines(
  curves: readonly Curve[],
  table: SeriesTable,
  clocks: SeriesTable,
  axis: XAxis,
  smoothing: number,
): ChartLine[] {
  const colourOf = tokenColours();
  return curves.flatMap((curve) => {
    const series: Series | undefined = table.get(curveId(curve));
    if (!series || series.steps.length === 0) return [];
    const style = {
      id: curveId(curve),
      label: curve.label,
      colour: colourOf(curve.token),
      width: curve.width,
      dash: curve.dash,
      marker: curve.marker,
    };
    // A clock is its own x-axis; smoothing it would say nothing.
    const strength = CLOCKS.includes(curve.metric) ? 0 : smoothing;
    return [toLine(series, clockOf(clocks, curve.runId, axis), strength, style)];
  });
}

/** Last x of all the data of these curves, whatever part of them is in the table; null where there are none. */
export function dataEnd(curves: readonly Curve[], table: SeriesTable, clocks: SeriesTable, axis: XAxis): number | null {
  const ends = curves.flatMap((curve) => {
    const lastStep = table.get(curveId(curve))?.lastStep ?? null;
    if (lastStep === null) return [];
    const clock = clockOf(clocks, curve.runId, axis);
    return clock ? [...atSteps([lastStep], clock)] : [lastStep];
  });
  const finite = ends.filter(Number.isFinite);
  return finite.length > 0 ? Math.max(...finite) : null;
}

/** Steps that cover a range of the x-axis in every run, a little wider than the range. */
export function stepRange(
  range: { from: number; to: number },
  runIds: readonly string[],
  clocks: SeriesTable,
  axis: XAxis,
): { fromStep: number; toStep: number } {
  const ends = runIds.flatMap((runId) => {
    const clock = clockOf(clocks, runId, axis);
    return clock ? [...stepsAt([range.from, range.to], clock)] : [range.from, range.to];
  });
  const finite = ends.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const margin = (most - least) * 0.02 + 1;
  return { fromStep: Math.max(0, Math.floor(least - margin)), toStep: Math.ceil(most + margin) };
}
