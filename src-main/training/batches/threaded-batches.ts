import type { BatchOpening, BatchStream } from './batches.ts';
import { createBatchRing, failRing, ringConsumer, type BatchRing } from './batch-ring.ts';

export interface BatchThread {
  /** Settles once the thread is gone; ends it where it does not end by itself. */
  end(): Promise<void>;
}

/** Starts a thread that fills the ring with the opening's batches; `onEnd` hears when it ends, for whatever reason. */
export type SpawnBatchThread = (opening: BatchOpening, ring: BatchRing, onEnd: (reason: string) => void) => BatchThread;

/** How long the caller's thread blocks before it listens for the end of the other one. */
const PATIENCE_MILLISECONDS = 100;

/** Batches that another thread makes ahead. */
export function openThreadedBatches(opening: BatchOpening, spawn: SpawnBatchThread): BatchStream {
  const [height, width, channels] = opening.shape;
  const ring = createBatchRing(
    opening.batchSize,
    height * width * channels,
    opening.split.labels.BYTES_PER_ELEMENT === 2 ? 2 : 1,
  );
  const consumer = ringConsumer(ring);
  const thread = spawn(opening, ring, (reason) => failRing(ring, `The thread that prepares batches ended: ${reason}.`));
  let waited = 0;

  return {
    async next() {
      const ready = consumer.take();
      if (ready) return ready;
      const askedAt = performance.now();
      try {
        for (;;) {
          consumer.wait(PATIENCE_MILLISECONDS);
          // Asked first: what was handed over before the failure is still good.
          const failure = consumer.failure();
          const batch = consumer.take();
          if (batch) return batch;
          if (failure !== null) throw new Error(failure);
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      } finally {
        waited += performance.now() - askedAt;
      }
    },
    waitedSeconds: () => waited / 1000,
    async close() {
      consumer.close();
      await thread.end();
    },
  };
}
