import { workerData } from 'node:worker_threads';
import { openSamples } from '../../datasets/streaming/open-samples.ts';
import { createBatchMaker } from './batch-maker.ts';
import { ringProducer } from './batch-ring.ts';
import { CACHE_BYTES } from './served-batches.ts';
import type { BatchWorkerData } from '../worker-protocol.ts';

/** Entry of the thread that makes a run's batches ahead of the training thread. */

const { opening, ring } = workerData as BatchWorkerData;
// What is read once need not be kept.
const cacheBytes = opening.order.kind === 'training' ? CACHE_BYTES : 0;
const producer = ringProducer(ring);

try {
  const samples = await openSamples(opening.split, opening.shape, cacheBytes);
  try {
    const maker = createBatchMaker(opening, samples);
    for (let number = maker.first; number < maker.end; number++) {
      const target = producer.room();
      if (!target) break;
      producer.hand(await maker.make(number, target));
    }
  } finally {
    await samples.close();
  }
} catch (error) {
  producer.fail(error instanceof Error ? error.message : String(error));
}
