import { parentPort, workerData } from 'node:worker_threads';
import type { TrainerEvent } from '../contract/index.ts';
import { openCpuEngine } from '../engine/cpu/cpu-engine.ts';
import { nodeThreads } from '../engine/cpu/kernels.node.ts';
import { readControl } from './control.ts';
import type { TrainingWorkerData } from './worker-protocol.ts';
import { train } from './trainer.ts';

/** Entry of a run's worker thread under Node: gives the trainer its port and its engine. */

if (!parentPort) throw new Error('training.worker.ts is the entry of a worker thread; it cannot be run by itself.');
const port = parentPort;
const { start, control, kernels, kernelWorkerUrl } = workerData as TrainingWorkerData;
const post = (event: TrainerEvent, transfer: ArrayBuffer[] = []) => port.postMessage(event, transfer);

try {
  const spawnThread = nodeThreads(new URL(kernelWorkerUrl));
  await train(start, {
    post,
    control: readControl(control),
    openEngine: (opening) => openCpuEngine(opening, { ...kernels, spawnThread }),
  });
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  post({ type: 'failed', message, detail: stack ?? message });
}
