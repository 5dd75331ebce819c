import { parentPort, workerData } from 'node:worker_threads';
import type { TrainerEvent } from '../../src-main/contract/index.ts';
import { LostDeviceError } from '../../src-main/engine/engine.ts';
import type { TrainingWorkerData } from '../../src-main/training/worker-protocol.ts';

/** Makes this thread's trainer lose its device as soon as it has written a checkpoint, if it starts from none. */
if (parentPort && isFirstTrainer(workerData)) {
  const port = parentPort;
  const post = port.postMessage.bind(port);
  port.postMessage = (event: TrainerEvent, transfer) => {
    post(event, transfer);
    if (event.type === 'checkpoint') throw new LostDeviceError('The graphics device was lost');
  };
}

function isFirstTrainer(data: unknown): data is TrainingWorkerData {
  return (
    typeof data === 'object' &&
    data !== null &&
    'kernelWorkerUrl' in data &&
    (data as TrainingWorkerData).start.checkpoint === null
  );
}
