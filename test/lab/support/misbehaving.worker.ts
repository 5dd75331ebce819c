import { parentPort, workerData } from 'node:worker_threads';
import { CONTROL, type TrainerEvent } from '../../../src-main/contract/index.ts';
import { BUNDLED_WORKERS } from '../../../src-main/toolchain/testing/bundle.ts';
import type { TrainingWorkerData } from '../../../src-main/training/worker-protocol.ts';

/** A training worker whose run's name says how it fails; any other name trains for real. */

const { start, control } = workerData as TrainingWorkerData;

const misdeeds: Record<string, () => void> = {
  'throws at once': () => {
    throw new Error('the reason of the throw');
  },
  'throws later': () => {
    parentPort?.postMessage({ type: 'log', level: 'info', text: 'still well' });
    setTimeout(() => {
      throw new TypeError('a later reason');
    }, 50);
  },
  'rejects unheard': () => {
    void Promise.reject(new Error('an unheard reason'));
  },
  'exits without a word': () => process.exit(3),
  'ends without a word': () => parentPort?.unref(),
  'fills its heap': () => {
    const heap: number[][] = [];
    for (;;) heap.push(new Array<number>(1_000_000).fill(heap.length + 0.5));
  },
  'says it failed': () => {
    parentPort?.postMessage({ type: 'failed', message: 'the trainer’s own reason', detail: 'with its stack' });
  },
  'writes nonsense': () => {
    const points = [{ metric: 'loss', step: 0.5, value: 1 }];
    parentPort?.postMessage({ type: 'points', points });
    const cell = new Int32Array(control);
    setInterval(() => Atomics.load(cell, 0) === CONTROL.cancel && process.exit(0), 50);
  },
};

if (start.configuration.name === 'loses its last points' && parentPort) {
  const post = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (event: TrainerEvent, transfer) => {
    if (event.type === 'finished') post({ type: 'points', points: [{ metric: 'loss', step: 0.5, value: 1 }] });
    post(event, transfer);
  };
}

// As a long evaluation of the test split would: suspended before it is through.
if (start.configuration.name === 'takes its time to cancel' && parentPort) {
  const post = parentPort.postMessage.bind(parentPort);
  const cell = new Int32Array(control);
  parentPort.postMessage = (event: TrainerEvent, transfer) => {
    if (event.type !== 'finished') return post(event, transfer);
    Atomics.wait(cell, 0, CONTROL.cancel, 1000);
    if (Atomics.load(cell, 0) === CONTROL.suspend) post({ type: 'suspended' });
    else post(event, transfer);
  };
}

const misdeed = misdeeds[start.configuration.name];
if (misdeed) misdeed();
else await import(BUNDLED_WORKERS.training.href);
