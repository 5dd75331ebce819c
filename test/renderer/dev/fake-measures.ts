import {
  isRecordedMeasure,
  type MeasureName,
  type MeasureOptions,
  type MeasureResult,
} from '../../../src-main/contract/index.ts';
import { createStream } from '../../../src-main/numerics/random.ts';
import { sampleDistinct } from '../../../src-main/numerics/sampling.ts';
import { histogramByAge } from '../../../src-main/topology/magnitude-classes.ts';
import { without } from '../../../src-main/topology/mask.ts';
import { historyOf } from '../../../src-main/topology/measures/history.ts';
import { measureHistories, type NamedHistory } from '../../../src-main/topology/measures/index.ts';
import { measureRecorded, type RecordedRun } from '../../../src-main/topology/measures/recorded.ts';
import { absentPositions } from '../../../src-main/topology/ranks.ts';
import type { FakeRun } from './fake-run.ts';

const UPDATES = 60;
const SHAPES = [
  { outputs: 48, inputs: 196 },
  { outputs: 24, inputs: 48 },
  { outputs: 10, inputs: 24 },
];

/** The lab's own measures of an invented history: random drops and growth, fewer as training goes on. */
export function measureFake(run: FakeRun, measure: MeasureName, options: MeasureOptions): MeasureResult {
  if (options.update !== undefined && options.update > UPDATES) {
    throw new Error(`There is no update ${options.update}; the updates are 0 to ${UPDATES}.`);
  }
  const measured = isRecordedMeasure(measure)
    ? measureRecorded(measure, recordOf(run.configuration.seed), options)
    : measureHistories(
        measure,
        historiesOf(run.configuration.seed),
        options.other === undefined ? null : historiesOf(run.configuration.seed + 1),
        options,
      );
  return { runId: run.item.id, measure, ...measured };
}

function historiesOf(seed: number): NamedHistory[] {
  return SHAPES.map((shape, layer): NamedHistory => {
    const size = shape.outputs * shape.inputs;
    const initial = sampleDistinct(createStream(seed, 'mask', layer), Math.round(size * 0.1), size);
    let active = initial;
    const updates = Array.from({ length: UPDATES }, (_, update) => {
      const count = Math.round(active.length * 0.15 * (1 + Math.cos((Math.PI * update) / UPDATES)));
      const ranks = sampleDistinct(createStream(seed, 'drop', layer, update), count, active.length);
      const dropped = ranks.map((rank) => active[rank]);
      const surviving = without(active, dropped);
      const grownRanks = sampleDistinct(createStream(seed, 'grow', layer, update), count, size - surviving.length);
      const grown = absentPositions(surviving, grownRanks);
      active = Float64Array.from([...surviving, ...grown]).sort();
      return { dropped, grown };
    });
    return { ...historyOf(shape, initial, updates), layer, name: `fc${layer + 1}` };
  });
}

function recordOf(seed: number): RecordedRun {
  const noise = createStream(seed, 'record');
  const numbers = Array.from({ length: UPDATES }, (_, at) => at);
  const falling = (start: number, end: number, offset: number) =>
    numbers.map((at) => (end + (start - end) * Math.exp(-at / 18)) * (0.95 + 0.1 * noise.uniform(at + offset)));
  const lossBefore = falling(0.9, 0.08, 0);
  return {
    updates: numbers.map((at) => at + 1),
    lossBefore,
    lossAfter: lossBefore.map((loss, at) => loss * (1 + 0.25 * Math.exp(-at / 25))),
    recoverySteps: numbers.map((at) => (at % 7 === 3 ? Number.NaN : 1 + Math.floor(12 * noise.uniform(at + 500)))),
    layers: SHAPES.map((shape, layer) => ({
      layer,
      name: `fc${layer + 1}`,
      dropThreshold: falling(0.02, 0.004, 100 * layer),
      gradientBefore: falling(2, 0.3, 200 + layer),
      gradientAfter: falling(2.3, 0.33, 300 + layer),
      histogram(update) {
        const count = Math.round(shape.outputs * shape.inputs * 0.1);
        const births = Int32Array.from({ length: count }, (_, at) => Math.floor(update * noise.uniform(at) ** 1.5));
        const classes = Uint8Array.from(births, (birth, at) =>
          Math.round(14 + 6 * noise.uniform(at + 9000) + 4 * Math.log10(1 + update - birth)),
        );
        return histogramByAge(classes, births, update);
      },
    })),
  };
}
