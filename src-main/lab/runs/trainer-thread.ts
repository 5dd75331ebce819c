import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { TrainerEvent } from '../../contract/index.ts';
import { YOUNG_GENERATION_MIB } from '../../store/young-generation.ts';
import { createSharedControl } from '../../training/control.ts';
import type { TrainingWorkerData } from '../../training/worker-protocol.ts';
import type { TrainerListeners, TrainerThread } from './trainer-process.ts';

/** Weights, masks and images are outside the heap, so this bounds only what a fault could fill. */
const HEAP_LIMIT_MIB = 2048;

/** Starts a trainer in a worker thread of Node. */
export function startTrainerThread(
  url: URL,
  data: Omit<TrainingWorkerData, 'control'>,
  listeners: TrainerListeners,
): TrainerThread {
  const control = createSharedControl();
  const worker = new Worker(url, {
    name: `espalier-run-${data.start.runId}`,
    workerData: { ...data, control: control.memory } satisfies TrainingWorkerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB, maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    // Native libraries read the process's environment, not a thread's copy of it.
    env: SHARE_ENV,
    stdout: true,
    stderr: true,
  });
  // Whatever a library prints must not mix with the documents on standard output.
  for (const stream of [worker.stdout, worker.stderr])
    stream.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  worker.on('message', (event: TrainerEvent) => listeners.onEvent(event));
  worker.on('messageerror', (error) =>
    listeners.onCrash('A message of the training thread could not be read.', String(error)),
  );
  worker.on('error', (error: Error) => listeners.onCrash(crashMessage(error), error.stack ?? error.message));
  worker.on('exit', (code) => listeners.onExit(`exit code ${code}`));
  return {
    setCommand: (command) => control.want(command),
    addStored: (amount) => control.addStored(amount),
    terminate: () => void worker.terminate(),
  };
}

const crashMessage = (error: Error): string =>
  (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? `The training thread ran out of memory (its heap may take ${HEAP_LIMIT_MIB} MiB).`
    : `The training thread stopped: ${error.message}`;
