import type { MeasureOptions, MeasureResult, MeasureTable, RecordedMeasure } from '../../contract/index.ts';
import { sum } from '../../numerics/sum.ts';
import { AGE_CLASSES, MAGNITUDE_CLASSES, ageClassName, magnitudeClassEdge } from '../magnitude-classes.ts';
import { UnmeasurableError } from './measure.ts';

/** What the trainer noted of one layer, an entry per recorded update. NaN: not known. */
export interface RecordedLayer {
  layer: number;
  name: string;
  dropThreshold: number[];
  gradientBefore: number[];
  gradientAfter: number[];
  /** Counts `[age class, magnitude class]` just before an update; null where it was not recorded. */
  histogram(update: number): Uint32Array | null;
}

export interface RecordedRun {
  /** Numbers of the recorded updates, ascending. */
  updates: number[];
  lossBefore: number[];
  lossAfter: number[];
  recoverySteps: number[];
  layers: RecordedLayer[];
}

type Measured = Pick<MeasureResult, 'title' | 'source' | 'layers' | 'total'>;

/** Measures what was recorded at the updates. @throws UnmeasurableError where the update asked for was not recorded */
export function measureRecorded(name: RecordedMeasure, run: RecordedRun, options: MeasureOptions): Measured {
  return recorded[name](run, options);
}

const byLayer = ({ layers }: RecordedRun, tableOf: (layer: RecordedLayer) => MeasureTable): MeasureResult['layers'] =>
  layers.map((layer) => ({ layer: layer.layer, name: layer.name, ...tableOf(layer) }));

const recorded: Record<RecordedMeasure, (run: RecordedRun, options: MeasureOptions) => Measured> = {
  'drop-threshold': (run) => ({
    title: 'Largest magnitude dropped',
    source: 'docs/reference/itop.md 4.9',
    layers: byLayer(run, ({ dropThreshold }) => ({
      columns: { update: run.updates, threshold: dropThreshold },
      facts: {},
    })),
    // Layers have thresholds of their own; a common one would be nobody's.
    total: null,
  }),

  'loss-jump': (run) => {
    const jump = run.lossAfter.map((after, at) => after - run.lossBefore[at]);
    const known = jump.filter(Number.isFinite);
    const recovered = run.recoverySteps.filter(Number.isFinite);
    return {
      title: 'Loss around each update',
      source: 'docs/reference/itop.md 4.10',
      layers: [],
      total: {
        columns: {
          update: run.updates,
          before: run.lossBefore,
          after: run.lossAfter,
          jump,
          recoverySteps: run.recoverySteps,
        },
        facts: {
          meanJump: sum(known) / known.length,
          recoveredShare: recovered.length / run.updates.length,
          medianRecoverySteps: median(recovered),
        },
      },
    };
  },

  'gradient-norm': (run) => {
    const norms = (take: (layer: RecordedLayer) => number[]): number[] =>
      run.updates.map((_, at) => Math.hypot(...run.layers.map((layer) => take(layer)[at])));
    const tableOf = (before: number[], after: number[]): MeasureTable => ({
      columns: { update: run.updates, before, after },
      facts: {},
    });
    return {
      title: 'Gradient norm of the active weights',
      source: 'Evci et al., AAAI 2022; docs/reference/itop.md 4.8',
      layers: byLayer(run, ({ gradientBefore, gradientAfter }) => tableOf(gradientBefore, gradientAfter)),
      total: tableOf(
        norms((layer) => layer.gradientBefore),
        norms((layer) => layer.gradientAfter),
      ),
    };
  },

  'weights-by-age': (run, { update = run.updates.at(-1) ?? 0 }) => {
    const counts = run.layers.map((layer) => {
      const found = layer.histogram(update);
      if (found) return found;
      throw new UnmeasurableError(
        `Update ${update} has no record of weights by age; recorded are ${run.updates[0]} to ${run.updates.at(-1)}.`,
      );
    });
    const total = counts[0].map((_, at) => sum(counts.map((one) => one[at])));
    return {
      title: `Weights by magnitude and age, just before update ${update}`,
      source: 'docs/reference/itop.md 4.9',
      layers: run.layers.map(({ layer, name }, at) => ({ layer, name, ...histogramTable(counts[at]) })),
      total: histogramTable(total),
    };
  },
};

/** A row per magnitude class, a column per age; empty ends are left out. */
function histogramTable(counts: Uint32Array): MeasureTable {
  const columnOf = (age: number): number[] =>
    Array.from(counts.subarray(age * MAGNITUDE_CLASSES, (age + 1) * MAGNITUDE_CLASSES));
  const ages = Array.from({ length: AGE_CLASSES }, (_, age) => age).filter((age) => sum(columnOf(age)) > 0);
  const all = Array.from({ length: MAGNITUDE_CLASSES }, (_, at) => sum(ages.map((age) => columnOf(age)[at])));
  const first = Math.max(
    0,
    all.findIndex((count) => count > 0),
  );
  const end = all.findLastIndex((count) => count > 0) + 1;
  const columns: Record<string, number[]> = {
    magnitude: all.map((_, at) => magnitudeClassEdge(at)).slice(first, end),
    weights: all.slice(first, end),
  };
  for (const age of ages) columns[`age ${ageClassName(age)}`] = columnOf(age).slice(first, end);
  return { columns, facts: { weights: sum(all) } };
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
