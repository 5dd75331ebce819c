import type { TrainerStart } from '../contract/index.ts';

/** `workerData` of a training worker: what the lab knows and a worker thread cannot find out by itself. */
export interface TrainingWorkerData {
  start: TrainerStart;
  /** One `Int32Array` cell holding a `CONTROL` value, read at every step. */
  control: SharedArrayBuffer;
  kernels: { module: WebAssembly.Module; simd: 'relaxed' | 'plain' };
  /** URL of the compute thread's entry, `engine/cpu/kernel.worker`. */
  kernelWorkerUrl: string;
}
