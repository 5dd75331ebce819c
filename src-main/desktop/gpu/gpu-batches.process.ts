import { Worker } from 'node:worker_threads';
import { DECODING_THREAD } from '../../datasets/decoding-thread.ts';
import type { BatchAnswer, BatchRequest } from '../../training/batches/served-batches.ts';

/**
 * Entry of the process that reads a dataset from disk for a run in the hidden window, whose sandbox reads no files. It
 * is told what to read by the app alone; the window's end of the port can only ask for batches of it. The work is done
 * in a thread (whose entry is the only argument), because a process of Electron cannot be started without native addons.
 */

process.parentPort.once('message', ({ data, ports: [port] }) => {
  const thread = new Worker(process.argv[2], { ...DECODING_THREAD, name: 'batches', workerData: data as unknown });
  thread.on('message', (answer: BatchAnswer) => port.postMessage(answer));
  thread.on('error', (error) => {
    console.error(error);
    process.exit(1);
  });
  port.on('message', (event) => thread.postMessage(event.data as BatchRequest));
  port.on('close', () => process.exit(0));
  port.start();
});
