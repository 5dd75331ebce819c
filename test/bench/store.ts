import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseFile, openDatabase } from '../../src-main/store/database.ts';
import { createMethods, type MethodTables } from '../../src-main/store/methods-table.ts';
import { appendPoints, appendUpdates, METRICS, newRun, RUN, startMasks, UPDATES } from './long-run.ts';
import { saveCheckpoint, timeResumption, type Resumption } from './resume.ts';
import { machine, median, say, table, writeResult } from './support.ts';

/** What a chart asks for at first. */
const MOST_POINTS = 2000;
/** How far a resumed run falls back. */
const STEPS_LOST = 1000;
/** As often a resumed run is timed; best and median are shown, since other work may share the processor. */
const RESUMED_TIMES = 5;
/** What a resumed run of a million steps of six metrics may take until its window has what it draws. */
const RESUMED_WITHIN_MILLISECONDS = 200;

interface Row {
  phase: string;
  milliseconds: number;
  cpuMilliseconds: number;
  note: string;
}

/** A run of many steps in the store: appending it, opening its charts, resuming it, and its bytes. */
export async function benchStore({ json, steps }: { json: boolean; steps: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'));
  try {
    const rows: Row[] = [];
    within(folder, rows, (bench) => fillAndOpen(bench, folder, steps));
    const back = await resumeAgainAndAgain(folder, rows, steps);
    within(folder, [], ({ writes }) => saveCheckpoint(writes, Math.floor(steps / 2)));
    const half = await timeResumption(folder);
    rows.push(rowOf('resume from half and draw', half));
    within(folder, rows, takeAway);

    const resumed = {
      best: Math.min(...back.map(({ milliseconds }) => milliseconds)),
      median: median(back.map(({ milliseconds }) => milliseconds)),
      fromHalf: half.milliseconds,
      within: RESUMED_WITHIN_MILLISECONDS,
    };
    const result = { machine: machine(), steps, metrics: METRICS.length, updates: UPDATES, rows, resumed };
    const file = writeResult('store', result);
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else process.stdout.write(`${describe(result)}\n\nwritten to ${file}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Bench extends Pick<MethodTables, 'reads' | 'writes' | 'tidy'> {
  timed<T>(phase: string, work: () => T, note?: (result: T) => string): void;
}

/** The store's methods in this thread, so that processor time is theirs alone; each phase becomes a row. */
function within(folder: string, rows: Row[], work: (bench: Bench) => void): void {
  const database = openDatabase({ folder, access: 'write' });
  const methods = createMethods(database, { folder, access: 'write', nativeBinding: undefined }, null);
  const timed: Bench['timed'] = (phase, measured, note = () => '') => {
    const startedAt = performance.now();
    const cpuAt = process.cpuUsage();
    const result = measured();
    const { user, system } = process.cpuUsage(cpuAt);
    const milliseconds = performance.now() - startedAt;
    rows.push({ phase, milliseconds, cpuMilliseconds: (user + system) / 1000, note: note(result) });
    say(`${phase}: ${milliseconds.toFixed(0)} ms`);
  };
  work({ ...methods, timed });
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

function fillAndOpen({ reads, writes, timed }: Bench, folder: string, steps: number): void {
  const size = (): string => `${(statSync(databaseFile(folder)).size / 2 ** 20).toFixed(1)} MiB`;
  const openCharts = (range: { fromStep?: number; toStep?: number } = {}): number =>
    METRICS.reduce((sum, metric) => {
      const neighbours = range.fromStep !== undefined;
      const [series] = reads.series({ runIds: [RUN], metric, maxPoints: MOST_POINTS, neighbours, ...range });
      return sum + series.steps.length;
    }, 0);
  const drawn = (points: number): string => `${points} points drawn`;

  writes.createRuns([newRun()]);
  startMasks(writes);
  timed('append points', () => appendPoints(writes, 0, steps), size);
  timed(`append ${UPDATES} mask updates`, () => appendUpdates(writes, steps), size);
  timed('open six charts', openCharts, drawn);
  timed('zoom to a tenth', () => openCharts({ fromStep: steps * 0.4 + 7, toStep: steps * 0.5 + 3 }), drawn);
  timed('zoom to a hundredth', () => openCharts({ fromStep: steps * 0.4 + 7, toStep: steps * 0.41 + 3 }), drawn);
  timed(
    'verify',
    () => reads.verifyRun(RUN),
    ({ damage }) => `${damage.length} damaged`,
  );
}

/** Each time from a checkpoint that lies some steps back, after which the steps were trained again. */
async function resumeAgainAndAgain(folder: string, rows: Row[], steps: number): Promise<Resumption[]> {
  const resumptions: Resumption[] = [];
  for (let time = 0; time < RESUMED_TIMES; time++) {
    within(folder, [], ({ writes }) => {
      if (time > 0) {
        appendPoints(writes, steps - STEPS_LOST + 1, steps);
        appendUpdates(writes, steps, steps - STEPS_LOST);
      }
      saveCheckpoint(writes, steps - STEPS_LOST);
    });
    const resumption = await timeResumption(folder);
    say(`resume ${STEPS_LOST} steps back and draw: ${resumption.milliseconds.toFixed(0)} ms`);
    resumptions.push(resumption);
  }
  const best = resumptions.reduce((one, other) => (other.milliseconds < one.milliseconds ? other : one));
  rows.push(rowOf(`resume ${STEPS_LOST} steps back and draw, best of ${RESUMED_TIMES}`, best));
  return resumptions;
}

function takeAway({ writes, tidy, timed }: Bench): void {
  timed(
    'remove what was rewound, in slices',
    () => {
      let slices = 0;
      while (tidy()) slices++;
      return slices;
    },
    (slices) => `${slices} slices`,
  );
  let [slices, longest] = [0, 0];
  timed(
    'rewind the rest, in slices',
    () => {
      for (let isMore = true; isMore; slices++) {
        const startedAt = performance.now();
        isMore = writes.rewind(RUN, -1);
        longest = Math.max(longest, performance.now() - startedAt);
      }
    },
    () => `${slices} slices, ${longest.toFixed(0)} ms the longest`,
  );
}

const rowOf = (phase: string, { milliseconds, cpuMilliseconds, points, updates }: Resumption): Row => ({
  ...{ phase, milliseconds, cpuMilliseconds },
  note: `${points} points drawn, ${updates} updates listed`,
});

interface Result {
  machine: string;
  steps: number;
  rows: Row[];
  resumed: { best: number; median: number; fromHalf: number; within: number };
}

function describe({ machine: name, steps, rows, resumed }: Result): string {
  const cells = rows.map(({ phase, milliseconds, cpuMilliseconds, note }) => [
    ...[phase, milliseconds.toFixed(0), cpuMilliseconds.toFixed(0), note],
  ]);
  const { best, median: middle, fromHalf, within: limit } = resumed;
  return (
    `${name}\n${steps} steps of ${METRICS.length} metrics, ${UPDATES} mask updates of two layers\n\n` +
    `${table(['phase', 'ms', 'of a processor', ''], cells)}\n\n` +
    `From resuming ${STEPS_LOST} steps back until the window has what it draws: ${best.toFixed(0)} ms the best, ` +
    `${middle.toFixed(0)} ms the median of ${RESUMED_TIMES}; from half the run ${fromHalf.toFixed(0)} ms. To compare ` +
    `with ${limit} ms, on a machine that does nothing else.`
  );
}
