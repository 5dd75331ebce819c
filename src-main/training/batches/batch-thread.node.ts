import { Worker } from 'node:worker_threads';
import { DECODING_THREAD } from '../../datasets/decoding-thread.ts';
import type { SpawnBatchThread } from './threaded-batches.ts';
import type { BatchWorkerData } from '../worker-protocol.ts';

/** A thread that has been told to end may take this long to finish what it reads. */
const END_GRACE_MILLISECONDS = 2000;
const HEAP_LIMIT_MIB = 512;

/** Batch threads as Node worker threads; `entry` is where `batch.worker` lies in this build. */
export function nodeBatchThreads(entry: URL | string): SpawnBatchThread {
  return (opening, ring, onEnd) => {
    const workerData: BatchWorkerData = { opening, ring };
    const worker = new Worker(entry, {
      ...DECODING_THREAD,
      workerData,
      name: 'batches',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB },
    });
    worker.on('error', (error) => onEnd(error instanceof Error ? error.message : String(error)));
    const gone = new Promise<void>((resolve) =>
      worker.on('exit', (code) => {
        onEnd(`exit code ${code}`);
        resolve();
      }),
    );
    // A forgotten stream must not keep a process alive.
    worker.unref();
    return {
      async end() {
        worker.ref();
        const timer = setTimeout(() => void worker.terminate(), END_GRACE_MILLISECONDS);
        await gone;
        clearTimeout(timer);
      },
    };
  };
}
