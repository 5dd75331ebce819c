import { Worker } from 'node:worker_threads';
import { CONTROL, type TrainerEvent, type TrainerResult } from '../contract/index.ts';
import type { TrainingWorkerData } from '../training/worker-protocol.ts';

/** Weights, masks and images lie outside the heap, so this bounds only what a fault could fill. */
const HEAP_LIMIT_MIB = 2048;
/** A trainer that has said its last word may take this long to end its threads. */
const EXIT_GRACE_MILLISECONDS = 3000;
/** A cancelled trainer still evaluates what it reached; beyond this it is taken to hang. */
const CANCEL_GRACE_MILLISECONDS = 30_000;

/** How a trainer ended. `stopped`: the lab ended it without waiting for a result. */
export type TrainerEnd =
  | { kind: 'finished' | 'cancelled'; result: TrainerResult }
  | { kind: 'suspended' }
  | { kind: 'stopped' }
  | { kind: 'failed'; message: string; detail: string };

export type TrainerWish = keyof typeof CONTROL;

/** One run's worker thread. */
export interface TrainerProcess {
  /** Heeded within a step. */
  ask(wish: TrainerWish): void;
  /** Ends the thread at once; what was not checkpointed is lost. */
  stop(): void;
  /** Settles once the thread is gone; never rejects. */
  ended: Promise<TrainerEnd>;
}

export const createControlCell = (): SharedArrayBuffer => new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);

/** Also wakes a trainer that waits in a pause. */
export function setWish(cell: SharedArrayBuffer, wish: TrainerWish): void {
  const control = new Int32Array(cell);
  Atomics.store(control, 0, CONTROL[wish]);
  Atomics.notify(control, 0);
}

/** Starts a trainer; `onEvent` hears all it says before its end, in order. */
export function startTrainer(
  url: URL,
  data: TrainingWorkerData,
  onEvent: (event: TrainerEvent) => void,
): TrainerProcess {
  const worker = new Worker(url, {
    name: `espalier-run-${data.start.runId}`,
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB },
    stdout: true,
    stderr: true,
  });
  // Whatever a library prints must not mix with the documents on standard output.
  for (const stream of [worker.stdout, worker.stderr])
    stream.on('data', (chunk: Buffer) => process.stderr.write(chunk));

  let end: TrainerEnd | null = null;
  let timer: NodeJS.Timeout | null = null;
  const endWithin = (milliseconds: number, ending: TrainerEnd): void => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      end ??= ending;
      void worker.terminate();
    }, milliseconds);
  };
  const settle = (ending: TrainerEnd): void => {
    end ??= ending;
    endWithin(EXIT_GRACE_MILLISECONDS, ending);
  };

  worker.on('message', (event: TrainerEvent) => {
    if (end) return;
    if (event.type === 'finished') settle({ kind: event.outcome, result: event.result });
    else if (event.type === 'suspended') settle({ kind: 'suspended' });
    else if (event.type === 'failed') settle({ kind: 'failed', message: event.message, detail: event.detail });
    else onEvent(event);
  });
  worker.on('messageerror', (error) => {
    settle({ kind: 'failed', message: 'A message of the training thread could not be read.', detail: String(error) });
  });
  worker.on('error', (error: Error) => settle(describeCrash(error)));

  const ended = new Promise<TrainerEnd>((resolve) => {
    worker.on('exit', (code) => {
      if (timer) clearTimeout(timer);
      const message = `The training thread ended without a result (exit code ${code}).`;
      resolve(end ?? { kind: 'failed', message, detail: message });
    });
  });
  return {
    ask(wish) {
      if (end) return;
      setWish(data.start.control, wish);
      if (wish === 'cancel') endWithin(CANCEL_GRACE_MILLISECONDS, { kind: 'stopped' });
    },
    stop() {
      end ??= { kind: 'stopped' };
      void worker.terminate();
    },
    ended,
  };
}

function describeCrash(error: Error): TrainerEnd {
  const { code } = error as NodeJS.ErrnoException;
  const message =
    code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? `The training thread ran out of memory (its heap may take ${HEAP_LIMIT_MIB} MiB).`
      : `The training thread stopped: ${error.message}`;
  return { kind: 'failed', message, detail: error.stack ?? message };
}
