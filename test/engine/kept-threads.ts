import { Worker } from 'node:worker_threads';
import type { SpawnThread } from '../../src-main/engine/cpu/threads.ts';

const free: Worker[] = [];

/**
 * Kernel threads that serve the next engine of the test file when one closes. A conformance file opens hundreds, each for
 * a few milliseconds of arithmetic; a thread of its own takes 50 ms of the processor to start. How threads start, fail
 * and end is tested with real ones (cpu.test.ts).
 */
export const keptThreads: SpawnThread = (boot, onEnd) => {
  const worker = free.pop() ?? new Worker(new URL('./kept-thread.ts', import.meta.url));
  const ended = new Promise<void>((resolve) => {
    const end = (reason: string): void => {
      onEnd(reason);
      resolve();
    };
    const onError = (error: unknown): void => end(error instanceof Error ? error.message : String(error));
    const onExit = (code: number): void => end(`exit code ${code}`);
    worker.on('error', onError).on('exit', onExit);
    worker.once('message', () => {
      worker.off('error', onError).off('exit', onExit);
      free.push(worker);
      resolve();
    });
  });
  worker.postMessage(boot);
  // A forgotten engine must not keep a process alive.
  worker.unref();
  return { terminate: () => ended };
};
