import type { StreamedData, TrainingData } from '../contract/index.ts';
import { createChannelCounter, type ChannelStatistics } from '../datasets/statistics.ts';
import { createStream, permutation } from '../numerics/random.ts';
import type { OpenBatches } from './batches/batches.ts';

/** Images of a streamed dataset from which mean and deviation are taken. */
const STREAMED_SAMPLE = 2048;
const STREAMED_BATCH = 64;

/**
 * Mean and deviation per channel of what a run trains on: its training data without the validation samples, unchanged
 * by augmentation. Exact for images in memory, of a seeded sample for those on disk.
 * @param training indices of the samples that train
 */
export async function trainingStatistics(
  data: TrainingData | StreamedData,
  training: Uint32Array,
  seed: number,
  openBatches: OpenBatches,
): Promise<ChannelStatistics> {
  const { shape } = data;
  const greys = createChannelCounter(shape[2]);
  if ('mean' in data) {
    const { train, mean, deviation } = data;
    if (training.length === train.count) return { mean, deviation };
    const bytes = shape[0] * shape[1] * shape[2];
    for (const sample of training) greys.add(train.pixels.subarray(sample * bytes, (sample + 1) * bytes));
    return greys.statistics();
  }
  const order = permutation(createStream(seed, 'statistics sample'), training.length).subarray(0, STREAMED_SAMPLE);
  const samples = order.map((index) => training[index]).sort();
  const batchSize = Math.min(STREAMED_BATCH, samples.length);
  const batches = openBatches({ split: data.train, shape, batchSize, order: { kind: 'fixed', samples } });
  try {
    for (let seen = 0; seen < samples.length;) {
      const batch = await batches.next();
      greys.add(batch.pixels);
      seen += batch.count;
    }
  } finally {
    await batches.close();
  }
  return greys.statistics();
}
