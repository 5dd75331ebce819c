import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseDefaults, type RunPlan, type SeriesPoint } from '../../src-main/contract/index.ts';
import { databaseFile, openDatabase } from '../../src-main/store/database.ts';
import { createMethods } from '../../src-main/store/methods-table.ts';
import { machine, say, table, writeResult } from './support.ts';

const RUN = 'bench';
const METRICS = ['train-loss', 'train-accuracy', 'rs', 'density', 'learning-rate', 'gradient-norm'];
/** What a quick run sends in the quarter of a second between two flushes. */
const STEPS_A_BATCH = 250;
/** What a chart asks for at first. */
const MOST_POINTS = 2000;
/** How far a resumed run falls back. */
const STEPS_LOST = 1000;

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
    const rows: { phase: string; milliseconds: number; cpuMilliseconds: number; note: string }[] = [];
    const timed = <T>(phase: string, work: () => T, note: (result: T) => string = () => ''): void => {
      const startedAt = performance.now();
      const cpuAt = process.cpuUsage();
      const result = work();
      const { user, system } = process.cpuUsage(cpuAt);
      const milliseconds = performance.now() - startedAt;
      rows.push({ phase, milliseconds, cpuMilliseconds: (user + system) / 1000, note: note(result) });
      say(`${phase}: ${rows.at(-1)?.milliseconds.toFixed(0)} ms`);
    };
    const openCharts = (range: { fromStep?: number; toStep?: number } = {}): number =>
      METRICS.reduce((sum, metric) => {
        const [series] = reads.series({ runIds: [RUN], metric, maxPoints: MOST_POINTS, neighbours: true, ...range });
        return sum + series.steps.length;
      }, 0);
    const drawn = (points: number): string => `${points} points drawn`;

    writes.createRuns([newRun()]);
    timed(
      'append',
      () => {
        for (let from = 0; from < steps; from += STEPS_A_BATCH) {
          writes.appendBatches([
            { runId: RUN, points: pointsOf(from, Math.min(steps, from + STEPS_A_BATCH)), lines: [] },
          ]);
        }
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
    timed(`rewind ${STEPS_LOST} steps`, () => writes.rewind(RUN, steps - STEPS_LOST));
    timed('open six charts again', openCharts, drawn);
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
  configuration: baseDefaults,
  plan,
  engine: 'cpu',
  threads: 1,
  createdAt: 0,
  rs: 0.05,
});
