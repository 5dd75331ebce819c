import { isStreamed } from '../../contract/index.ts';
import { residentSamples } from '../../datasets/streaming/samples.ts';
import { createBatchMaker } from './batch-maker.ts';
import type { BatchOpening, BatchStream } from './batches.ts';
import { roomForLabels } from './label-room.ts';

/** Makes each batch on the caller's thread when it is asked for. @throws Error where the images are not in memory */
export function openDirectBatches(opening: BatchOpening): BatchStream {
  const { split, shape, batchSize } = opening;
  if (isStreamed(split)) throw new Error('This dataset is read from disk, which this place cannot do.');
  const bytes = shape[0] * shape[1] * shape[2];
  const maker = createBatchMaker(opening, residentSamples(split));
  const pixels = new Uint8Array(batchSize * bytes);
  const labels = roomForLabels(split.labels, batchSize);
  let number = maker.first;
  let waited = 0;
  return {
    async next() {
      if (number >= maker.end) throw new Error(`There is no batch ${number}: ${maker.end} is the end.`);
      const askedAt = performance.now();
      const count = await maker.make(number++, { pixels, labels });
      waited += performance.now() - askedAt;
      return { count, pixels: pixels.subarray(0, count * bytes), labels: labels.subarray(0, count) };
    },
    waitedSeconds: () => waited / 1000,
    close: () => Promise.resolve(),
  };
}
