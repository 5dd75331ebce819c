import { parentPort, workerData } from 'node:worker_threads';
import type { ImportEvent, ImportTask } from '../../../src-main/datasets/import/protocol.ts';

/** The real import thread, whose comparison of image files only ever ends by being cancelled. */

if ((workerData as ImportTask).task === 'check') {
  const post = (event: ImportEvent): void => parentPort?.postMessage(event);
  let done = 0;
  const progress = { text: 'Comparing the image files', unit: 'images', total: 1000, secondsLeft: null } as const;
  const timer = setInterval(() => post({ type: 'progress', progress: { ...progress, done: done++ } }), 100);
  parentPort?.once('message', () => {
    clearInterval(timer);
    post({ type: 'cancelled' });
    parentPort?.close();
  });
} else await import('../../../src-main/datasets/import/import.worker.ts');
