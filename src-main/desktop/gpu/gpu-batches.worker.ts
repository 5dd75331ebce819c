import { parentPort, workerData } from 'node:worker_threads';
import { openSamples } from '../../datasets/streaming/open-samples.ts';
import { serveBatches, type BatchRequest, type ServedSplits } from '../../training/batches/served-batches.ts';

/** Entry of the thread in `gpu-batches.process` that reads a dataset from disk; it is told what to read at its start. */

if (!parentPort) throw new Error('gpu-batches.worker.ts is the entry of a worker thread; it cannot be run by itself.');
const port = parentPort;
const hear = serveBatches(workerData as ServedSplits, openSamples, (answer) => port.postMessage(answer));
port.on('message', (request: BatchRequest) => hear(request));
