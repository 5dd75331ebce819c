import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunPlan, SeriesPoint, UpdateRecord } from '../../src-main/contract/index.ts';
import { databaseFile, openDatabase } from '../../src-main/store/database.ts';
import { createMethods } from '../../src-main/store/methods-table.ts';
import type { StoreWrites } from '../../src-main/store/methods.ts';
import { magnitudeClasses } from '../../src-main/topology/magnitude-classes.ts';
import { maskFromPositions } from '../../src-main/topology/mask.ts';
import { machine, say, table, writeResult } from './support.ts';
import { requireConfiguration } from '../support/methods.ts';

const RUN = 'bench';
const METRICS = ['train-loss', 'train-accuracy', 'rs', 'density', 'learning-rate', 'gradient-norm'];
/** What a quick run sends in the quarter of a second between two flushes. */
const STEPS_A_BATCH = 250;
/** What a chart asks for at first. */
const MOST_POINTS = 2000;
/** How far a resumed run falls back. */
const STEPS_LOST = 1000;

/** As often a resumed run is timed; the best is told, since other work may share the processor. */
const RESUMED_TIMES = 5;
/** Mask updates of two layers, each of which drops a tenth and grows as many. */
const UPDATES = 2000;
const LAYER = { outputs: 64, inputs: 64, active: 400, changed: 40 };

interface Row {
  phase: string;
  milliseconds: number;
  cpuMilliseconds: number;
  note: string;
}

/** A run of many steps in the store's own thread: appending it, opening its charts, resuming it, and its bytes. */
export function benchStore({ json, steps }: { json: boolean; steps: number }): void {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'));
  try {
    const database = openDatabase({ folder, access: 'write' });
    const { reads, writes, tidy } = createMethods(
      database,
      { folder, access: 'write', nativeBinding: undefined },
      null,
    );
    const rows: Row[] = [];
    const timed = <T>(phase: string, work: () => T, note: (result: T) => string = () => ''): Row => {
      const startedAt = performance.now();
      const cpuAt = process.cpuUsage();
      const result = work();
      const { user, system } = process.cpuUsage(cpuAt);
      const milliseconds = performance.now() - startedAt;
      const row = { phase, milliseconds, cpuMilliseconds: (user + system) / 1000, note: note(result) };
      rows.push(row);
      say(`${phase}: ${milliseconds.toFixed(0)} ms`);
      return row;
    };
    const openCharts = (range: { fromStep?: number; toStep?: number } = {}): number =>
      METRICS.reduce((sum, metric) => {
        const [series] = reads.series({ runIds: [RUN], metric, maxPoints: MOST_POINTS, neighbours: true, ...range });
        return sum + series.steps.length;
      }, 0);
    const drawn = (points: number): string => `${points} points drawn`;
    const append = (first: number, end: number): void => {
      for (let from = first; from < end; from += STEPS_A_BATCH) {
        writes.appendBatches([{ runId: RUN, points: pointsOf(from, Math.min(end, from + STEPS_A_BATCH)), lines: [] }]);
      }
    };

    writes.createRuns([newRun()]);
    timed(
      'append',
      () => {
        append(0, steps);
        database.pragma('wal_checkpoint(TRUNCATE)');
      },
      () => `${(statSync(databaseFile(folder)).size / 2 ** 20).toFixed(1)} MiB`,
    );
    timed('open six charts', openCharts, drawn);
    timed('zoom to a tenth', () => openCharts({ fromStep: steps * 0.4 + 7, toStep: steps * 0.5 + 3 }), drawn);
    timed('zoom to a hundredth', () => openCharts({ fromStep: steps * 0.4 + 7, toStep: steps * 0.41 + 3 }), drawn);
    timed(
      'verify',
      () => reads.verifyRun(RUN),
      ({ damage }) => `${damage.length} damaged`,
    );
    const resumed = Array.from({ length: RESUMED_TIMES }, () => {
      append(steps - STEPS_LOST, steps);
      const again = timed(
        `resume from ${STEPS_LOST} steps ago and open six charts`,
        () => {
          writes.rewind(RUN, steps - STEPS_LOST);
          return openCharts();
        },
        drawn,
      );
      rows.pop();
      return again;
    });
    rows.push(resumed.reduce((best, row) => (row.milliseconds < best.milliseconds ? row : best)));
    timed('rewind half', () => writes.rewind(RUN, Math.floor(steps / 2)));
    timed('open six charts after it', openCharts, drawn);
    timed(
      'remove what was rewound, in slices',
      () => {
        let slices = 0;
        while (tidy()) slices++;
        return slices;
      },
      (slices) => `${slices} slices`,
    );
    appendUpdates(writes);
    let longest = 0;
    timed(
      `rewind ${UPDATES} mask updates, in slices`,
      () => {
        for (let isMore = true; isMore;) {
          const startedAt = performance.now();
          isMore = writes.rewind(RUN, 0);
          longest = Math.max(longest, performance.now() - startedAt);
        }
      },
      () => `${longest.toFixed(0)} ms the longest slice`,
    );
    timed('rewind all', () => writes.rewind(RUN, -1));
    database.close();

    const result = { machine: machine(), steps, metrics: METRICS.length, rows };
    const file = writeResult('store', result);
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else {
      const cells = rows.map((row) => [
        ...[row.phase, row.milliseconds.toFixed(0), row.cpuMilliseconds.toFixed(0), row.note],
      ]);
      process.stdout.write(
        `${result.machine}\n${steps} steps of ${METRICS.length} metrics\n\n${table(['phase', 'ms', 'of a processor', ''], cells)}\n\n` +
          `written to ${file}\n`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function appendUpdates(writes: StoreWrites): void {
  const { outputs, inputs, active, changed } = LAYER;
  const initial = Float64Array.from({ length: active }, (_, index) => index * 10);
  const mask = maskFromPositions(outputs, inputs, initial);
  writes.startMasks(RUN, [
    { name: 'fc1', inputShape: null, mask },
    { name: 'fc2', inputShape: null, mask },
  ]);
  const magnitudes = (): UpdateRecord['layers'][number] => ({
    ...{ dropThreshold: 0.1, gradientNorm: 1 },
    magnitudes: magnitudeClasses(new Float32Array(active).fill(0.5)),
  });
  let [dropped, grown] = [initial.slice(0, changed), initial.slice(0, changed).map((position) => position + 1)];
  for (let update = 1; update <= UPDATES; update++) {
    writes.appendMaskUpdate(RUN, {
      ...{ update, step: update, rs: 0.5 },
      layers: [0, 1].map((layer) => ({ layer, dropped, grown })),
      record: { lossBefore: 1, lossAfter: 1, layers: [magnitudes(), magnitudes()] },
    });
    [dropped, grown] = [grown, dropped];
  }
}

function pointsOf(from: number, to: number): SeriesPoint[] {
  const points: SeriesPoint[] = [];
  for (let step = from; step < to; step++) {
    METRICS.forEach((metric, at) =>
      points.push({ metric, step, value: Math.sin(step / 1000 + at) + Math.sin(step * at) }),
    );
  }
  return points;
}

const plan: RunPlan = {
  layers: [],
  prunableWeights: 1000,
  activeWeights: 50,
  parameters: 1010,
  stepsPerEpoch: 10,
  totalSteps: 100,
  updates: 4,
  trainFlopsPerSample: 1,
  denseTrainFlopsPerSample: 2,
  flops: { trainRatio: 0.5, inferenceRatio: 0.05 },
  expectedRs: 0.2,
  maxRs: 0.3,
};

const newRun = () => ({
  id: RUN,
  name: 'Bench',
  study: null,
  configuration: requireConfiguration({}),
  plan,
  engine: 'cpu',
  threads: 1,
  createdAt: 0,
  rs: 0.05,
});
