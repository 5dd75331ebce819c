import { parentPort } from 'node:worker_threads';
import { runKernelThread, type ThreadBoot } from '../../src-main/engine/cpu/thread-loop.ts';

/** A worker thread that serves one engine after another: see kept-threads.ts. */
parentPort?.on('message', (boot: ThreadBoot) => {
  runKernelThread(boot);
  parentPort?.postMessage('free');
});
