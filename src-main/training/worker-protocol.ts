import type { EngineName, TrainerStart } from '../contract/index.ts';
import type { BatchRing } from './batches/batch-ring.ts';
import type { BatchOpening } from './batches/batches.ts';

/** `workerData` of a training worker: what the lab knows and a worker thread cannot find out by itself. */
export interface TrainingWorkerData {
  start: TrainerStart;
  /** The one to train on; the lab has chosen where the configuration says `auto`. */
  engine: EngineName;
  /** Of `createSharedControl`; read at every step. */
  control: SharedArrayBuffer;
  kernels: { module: WebAssembly.Module; simd: 'relaxed' | 'plain' };
  /** URL of the compute thread's entry, `engine/cpu/kernel.worker`. */
  kernelWorkerUrl: string;
  /** URL of the entry of the thread that prepares batches, `training/batches/batch.worker`. */
  batchWorkerUrl: string;
}

/** `workerData` of a batch thread. */
export interface BatchWorkerData {
  opening: BatchOpening;
  ring: BatchRing;
}
