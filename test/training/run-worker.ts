import { Worker } from 'node:worker_threads';
import {
  bytesOf,
  type CONTROL,
  type Amount,
  type ConfigurationInput,
  type SeriesPoint,
  type TrainerEvent,
  type TrainerResult,
  type TrainerStart,
} from '../../src-main/contract/index.ts';
import { loadCpuKernels } from '../../src-main/engine/cpu/kernels.node.ts';
import { BUNDLED_WORKERS } from '../../src-main/toolchain/testing/bundle.ts';
import { createSharedControl } from '../../src-main/training/control.ts';
import type { TrainingWorkerData } from '../../src-main/training/worker-protocol.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { standingTrainer } from '../support/standing.ts';
import { requireConfiguration } from '../support/methods.ts';

const root = new URL('../../', import.meta.url);

export interface WorkerRun {
  events: TrainerEvent[];
  /** Resolves with the first event that matches, past or future. */
  until(matches: (event: TrainerEvent) => boolean): Promise<TrainerEvent>;
  control(command: keyof typeof CONTROL): void;
  /** Tells it that this much more is stored. */
  stored(amount: Amount): void;
  /** Resolves when the worker thread has exited. */
  exited: Promise<void>;
}

/** Starts a real training worker on tiny data; with `standAt` it stands at that step until it is controlled. */
export async function startWorker(
  input: ConfigurationInput,
  {
    threads = 2,
    checkpoint = null as Uint8Array | null,
    trainCount = 400,
    testCount = 100,
    data = null as TrainerStart['data'] | null,
    standAt = null as number | null,
    /** Nothing that it says counts as stored until the test says so; all at once otherwise. */
    keepsBacklog = false,
  } = {},
): Promise<WorkerRun> {
  const configuration = requireConfiguration({ network: 'mlp-40-20', epochs: 4, batchSize: 32, ...input });
  const control = createSharedControl();
  const workerData: TrainingWorkerData = {
    start: {
      runId: 'test',
      configuration,
      threads,
      data: data ?? tinyData(trainCount, testCount),
      checkpoint,
    },
    // What `auto` takes is the lab's choice.
    engine: configuration.engine === 'auto' ? 'cpu' : configuration.engine,
    control: control.memory,
    kernels: await loadCpuKernels(new URL('out/kernels', root).pathname),
    kernelWorkerUrl: BUNDLED_WORKERS.kernel.href,
    batchWorkerUrl: BUNDLED_WORKERS.batch.href,
  };
  const entry = standAt === null ? BUNDLED_WORKERS.training : standingTrainer(standAt);
  const worker = new Worker(entry, { workerData });
  const events: TrainerEvent[] = [];
  const waiting = new Set<() => void>();
  worker.on('message', (event: TrainerEvent) => {
    events.push(event);
    if (!keepsBacklog) control.addStored({ messages: 1, bytes: bytesOf(event) });
    for (const look of waiting) look();
  });
  return {
    events,
    until: (matches) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find(matches);
          const failure = events.find((event) => event.type === 'failed');
          if (!found && failure) reject(new Error(failure.detail));
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    control: (command) => control.want(command),
    stored: (amount) => control.addStored(amount),
    exited: new Promise((resolve) => worker.once('exit', () => resolve())),
  };
}

const ends = new Set<TrainerEvent['type']>(['finished', 'failed', 'suspended']);

/** Starts a run that stands, once its mask update of this step has been told. */
export async function startStanding(
  input: ConfigurationInput,
  standAt: number,
  options: Omit<Parameters<typeof startWorker>[1] & object, 'standAt'> = {},
): Promise<WorkerRun> {
  const run = await startWorker(input, { ...options, standAt });
  await run.until((event) => event.type === 'mask-update' && event.step === standAt);
  return run;
}

/** Trains up to a mask update and suspends the run there. @returns what it told, and its checkpoint of that step */
export async function trainUntil(
  step: number,
  ...[input, options]: Parameters<typeof trainToEnd>
): Promise<{ events: TrainerEvent[]; checkpoint: Uint8Array }> {
  const run = await startStanding(input, step, options);
  run.control('suspend');
  await run.until((event) => event.type === 'suspended');
  await run.exited;
  const last = ofType(run.events, 'checkpoint').at(-1);
  if (last?.step !== step) throw new Error(`The run was suspended at step ${last?.step}, not at ${step}.`);
  return { events: run.events, checkpoint: last.bytes };
}

/** Trains to the end. @throws where the run failed */
export async function trainToEnd(
  input: ConfigurationInput,
  options?: Parameters<typeof startWorker>[1],
): Promise<{ events: TrainerEvent[]; result: TrainerResult }> {
  const run = await startWorker(input, options);
  const end = await run.until((event) => ends.has(event.type));
  await run.exited;
  if (end.type !== 'finished') throw new Error(end.type === 'failed' ? end.detail : `The run ended as ${end.type}.`);
  return { events: run.events, result: end.result };
}

export const ofType = <T extends TrainerEvent['type']>(events: TrainerEvent[], type: T) =>
  events.filter((event): event is Extract<TrainerEvent, { type: T }> => event.type === type);

/** The points of one metric as `[step, value]`; a later point of the same step stands for the earlier. */
export function seriesOf(events: TrainerEvent[], metric: string): [number, number][] {
  const points = ofType(events, 'points').flatMap((event): SeriesPoint[] => event.points);
  return [...new Map(points.filter((point) => point.metric === metric).map(({ step, value }) => [step, value]))];
}
