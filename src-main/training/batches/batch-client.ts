import type { Batch } from '../../engine/engine.ts';
import type { OpenBatches } from './batches.ts';
import type { BatchAnswer, BatchRequest, ServedSplits } from './served-batches.ts';

/** Batches that another process makes; see `served-batches.ts`. */
export interface BatchClient {
  openBatches: OpenBatches;
  hear(answer: BatchAnswer): void;
}

interface Stream {
  answers: BatchAnswer[];
  wake(): void;
}

/** @param splits of the run's data, by which a stream's split is told */
export function createBatchClient(splits: ServedSplits, post: (request: BatchRequest) => void): BatchClient {
  const streams = new Map<number, Stream>();
  let opened = 0;

  return {
    hear(answer) {
      const stream = streams.get(answer.stream);
      // Of a closed stream, what was on its way.
      if (!stream) return;
      stream.answers.push(answer);
      stream.wake();
    },

    openBatches({ split, ...opening }) {
      const id = ++opened;
      const stream: Stream = { answers: [], wake: () => undefined };
      streams.set(id, stream);
      post({ type: 'open', stream: id, opening: { ...opening, split: split === splits.train ? 'train' : 'test' } });
      let waited = 0;
      let isUsing = false;
      return {
        async next(): Promise<Batch> {
          if (isUsing) post({ type: 'used', stream: id });
          isUsing = false;
          const askedAt = performance.now();
          while (stream.answers.length === 0) await new Promise<void>((resolve) => (stream.wake = resolve));
          waited += performance.now() - askedAt;
          const [answer] = stream.answers;
          if (answer.type === 'ended') throw new Error(answer.message);
          stream.answers.shift();
          isUsing = true;
          const { count, pixels, labels } = answer;
          return { count, pixels, labels };
        },
        waitedSeconds: () => waited / 1000,
        close() {
          if (streams.delete(id)) post({ type: 'close', stream: id });
          return Promise.resolve();
        },
      };
    },
  };
}
