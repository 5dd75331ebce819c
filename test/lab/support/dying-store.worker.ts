import '../../../src-main/store/store.worker.ts';
import { parentPort } from 'node:worker_threads';
import type { StoreRequest } from '../../../src-main/store/protocol.ts';

/** The real store, whose thread ends without a word at the fifth batch of points. */

let batches = 0;
parentPort?.on('message', (request: StoreRequest) => {
  if (request.kind === 'write' && request.method === 'appendBatches') batches++;
  if (batches === 5) process.exit(1);
});
