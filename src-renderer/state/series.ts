import type { EspalierBridge, Series } from '../../src-main/contract/index.ts';
import { paced } from './pace.ts';

export interface SeriesRequest {
  runIds: readonly string[];
  metrics: readonly string[];
  fromStep?: number;
  toStep?: number;
  maxPoints: number;
}

export type SeriesTable = ReadonlyMap<string, Series>;

export const seriesKey = (runId: string, metric: string) => `${runId}\u0000${metric}`;

/** The curve of one run and metric as it stands, and what has come since in arrival order. */
interface Tail {
  steps: number[];
  values: number[];
}

/**
 * Reads series and follows them live. `onChange` gets a fresh table at most four times a second. Points that arrive
 * while the first answer is under way are kept and appended after it. Where steps go back (a run resumed from a
 * checkpoint replaced its points) or a curve outgrows twice `maxPoints`, the curve is read again.
 * @returns the function that stops following
 */
export function followSeries(
  bridge: EspalierBridge,
  request: SeriesRequest,
  onChange: (table: SeriesTable) => void,
  onError: (error: unknown) => void,
): () => void {
  const wanted = new Set(request.runIds.flatMap((id) => request.metrics.map((metric) => seriesKey(id, metric))));
  const table = new Map<string, Series>();
  const tails = new Map<string, Tail>();
  const loaded = new Set<string>();
  /** Last steps reported beyond a range; the curve stops before them, and the data do not. */
  const ends = new Map<string, number>();
  // The first table is whole, so that a chart does not build up metric by metric.
  let isComplete = false;
  let isStopped = false;

  const publish = paced(() => {
    isComplete ||= request.metrics.every((metric) => loaded.has(metric));
    if (isStopped || !isComplete) return;
    for (const [key, tail] of tails) {
      const metric = key.slice(key.indexOf('\u0000') + 1);
      if (!loaded.has(metric)) continue;
      tails.delete(key);
      const joined = append(table.get(key), tail, key);
      if (joined === null || joined.steps.length > 2 * request.maxPoints) void read(metric);
      else table.set(key, joined);
    }
    for (const [key, lastStep] of ends) {
      const known = table.get(key);
      if (known && lastStep > (known.lastStep ?? -Infinity)) table.set(key, { ...known, lastStep });
    }
    onChange(new Map(table));
  });

  const read = async (metric: string): Promise<void> => {
    loaded.delete(metric);
    try {
      const { runIds, fromStep, toStep, maxPoints } = request;
      const answer = await bridge.lab.readSeries({
        runIds: [...runIds],
        metric,
        maxPoints,
        ...(fromStep === undefined ? {} : { fromStep }),
        ...(toStep === undefined ? {} : { toStep }),
        ...(fromStep === undefined && toStep === undefined ? {} : { neighbours: true }),
      });
      if (isStopped) return;
      for (const series of answer) table.set(seriesKey(series.runId, metric), series);
      loaded.add(metric);
      publish();
    } catch (error) {
      if (!isStopped) onError(error);
    }
  };

  const stopListening = bridge.on('points-appended', (batches) => {
    let isOurs = false;
    for (const { runId, points } of batches) {
      for (const point of points) {
        const key = seriesKey(runId, point.metric);
        if (!wanted.has(key)) continue;
        if (point.step > (request.toStep ?? Infinity)) {
          ends.set(key, point.step);
          isOurs = true;
          continue;
        }
        if (point.step < (request.fromStep ?? -Infinity)) continue;
        let tail = tails.get(key);
        if (!tail) tails.set(key, (tail = { steps: [], values: [] }));
        tail.steps.push(point.step);
        tail.values.push(point.value);
        isOurs = true;
      }
    }
    if (isOurs) publish();
  });

  if (request.runIds.length > 0) for (const metric of request.metrics) void read(metric);
  return () => {
    isStopped = true;
    publish.cancel();
    stopListening();
  };
}

/**
 * The series with the tail's new points; points it already holds (the answer overtook the event) are left out.
 * null where the tail goes back behind the series with other values: then it must be read again.
 */
function append(series: Series | undefined, tail: Tail, key: string): Series | null {
  const known = series ?? emptySeries(key);
  const last = known.steps.length ? known.steps[known.steps.length - 1] : -Infinity;
  const steps: number[] = [];
  const values: number[] = [];
  let previous = last;
  for (let i = 0; i < tail.steps.length; i++) {
    if (tail.steps[i] <= last) {
      if (!known.downsampled && !holds(known, tail.steps[i], tail.values[i])) return null;
      continue;
    }
    if (tail.steps[i] <= previous) return null;
    previous = tail.steps[i];
    steps.push(tail.steps[i]);
    values.push(tail.values[i]);
  }
  if (steps.length === 0) return known;
  return {
    ...known,
    steps: Float64Array.from([...known.steps, ...steps]),
    values: Float64Array.from([...known.values, ...values]),
    totalPoints: known.totalPoints + steps.length,
    lastStep: Math.max(known.lastStep ?? previous, previous),
  };
}

function holds(series: Series, step: number, value: number): boolean {
  const index = series.steps.indexOf(step);
  return index >= 0 && Object.is(series.values[index], value);
}

function emptySeries(key: string): Series {
  const cut = key.indexOf('\u0000');
  return {
    runId: key.slice(0, cut),
    metric: key.slice(cut + 1),
    steps: new Float64Array(),
    values: new Float64Array(),
    totalPoints: 0,
    lastStep: null,
    downsampled: false,
  };
}
