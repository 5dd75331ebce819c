import { openStore, type Store } from '../../src-main/store/client.ts';
import type { StoreWrites } from '../../src-main/store/methods.ts';
import { METRICS, RUN } from './long-run.ts';

const STORE_WORKER = new URL('../../src-main/store/store.worker.ts', import.meta.url);
/** What a chart of the window asks for (`src-renderer/charts/SeriesChart.svelte`). */
const MOST_POINTS = 2000;
const CHECKPOINT_BYTES = 2 ** 20;

export interface Resumption {
  milliseconds: number;
  cpuMilliseconds: number;
  points: number;
  updates: number;
}

/** A checkpoint of the run at `step`, of bytes that nobody decodes here. */
export function saveCheckpoint(writes: Pick<StoreWrites, 'saveCheckpoint'>, step: number): void {
  const position = { step, epoch: 1, seconds: 1, updates: 1, rs: 0.5, best: null };
  writes.saveCheckpoint(RUN, position, new Uint8Array(CHECKPOINT_BYTES).fill(step & 255));
}

/**
 * From the resumption of a run until the window that shows it has all it draws: what `lab/runs/run-training.ts` asks of
 * the store (the checkpoint, the way back to it in slices, the run's row), and then the window, all at once (six charts,
 * the timeline of masks, the log). Through the store's own thread, as in the app.
 */
export async function timeResumption(folder: string): Promise<Resumption> {
  const store = await openStore({ workerUrl: STORE_WORKER, folder, access: 'write' });
  try {
    return await resumeAndDraw(store);
  } finally {
    await store.close();
  }
}

async function resumeAndDraw({ read, write }: Store): Promise<Resumption> {
  const startedAt = performance.now();
  const cpuAt = process.cpuUsage();
  await write.changeRuns([RUN], { status: 'running' });
  const checkpoint = await read.checkpoint(RUN);
  if (checkpoint === null) throw new Error('The run has no checkpoint to go back to.');
  const { step, seconds, rs, best } = checkpoint;
  while (await write.rewind(RUN, step));
  await write.changeRuns([RUN], { steps: step, seconds, rs, best });
  const [timeline, , ...charts] = await Promise.all([
    read.maskTimeline(RUN),
    read.log(RUN),
    ...METRICS.map((metric) => read.series({ runIds: [RUN], metric, maxPoints: MOST_POINTS })),
  ]);
  const milliseconds = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuAt);
  for (const [{ lastStep }] of charts) {
    if (lastStep === null || lastStep > step) throw new Error(`A chart ends at ${lastStep}, behind step ${step}.`);
  }
  return {
    milliseconds,
    cpuMilliseconds: (user + system) / 1000,
    points: charts.reduce((sum, [{ steps }]) => sum + steps.length, 0),
    updates: timeline.steps.length,
  };
}
