import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { TrainerEvent } from '../../src-main/contract/index.ts';
import { readControl } from '../../src-main/training/control.ts';
import type { TrainingWorkerData } from '../../src-main/training/worker-protocol.ts';
import { STANDING } from './standing.ts';

/**
 * Makes this thread's trainer stand still at a step that a test names, until the lab wants anything but training. It
 * stands where it has told of a mask update or a checkpoint of that step. A thread that trains nothing is left alone.
 * @param say whether standard error is told that it stands
 */
export function standAtStep(step: number, say: boolean): void {
  if (!parentPort || !isTrainer(workerData)) return;
  const port = parentPort;
  const post = port.postMessage.bind(port);
  const control = readControl(workerData.control);
  let hasStood = false;
  port.postMessage = (event: TrainerEvent, transfer) => {
    post(event, transfer);
    if (hasStood || (event.type !== 'mask-update' && event.type !== 'checkpoint') || event.step !== step) return;
    hasStood = true;
    // Written past the thread's own stream, which would wait for this thread to go on.
    if (say) writeSync(2, `${STANDING} ${step}.\n`);
    // Shared memory blocks this thread until then.
    void control.until(() => control.wanted() !== 'run');
  };
}

const isTrainer = (data: unknown): data is TrainingWorkerData =>
  typeof data === 'object' && data !== null && 'start' in data && 'kernelWorkerUrl' in data;
