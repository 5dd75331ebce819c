import type { ImageSplit } from '../contract/index.ts';
import type { Engine } from '../engine/engine.ts';
import { createBatchReader } from './batches.ts';

export interface Evaluation {
  loss: number;
  accuracy: number;
}

/**
 * Mean loss and accuracy over the chosen samples, or over all of them.
 * @param stopped asked between batches; where it says so, the answer is null
 */
export async function evaluateSplit(
  engine: Engine,
  data: ImageSplit,
  samples: Uint32Array | 'all',
  batchSize: number,
  stopped: () => boolean,
): Promise<Evaluation | null> {
  const indices = samples === 'all' ? Uint32Array.from({ length: data.count }, (_, at) => at) : samples;
  const read = createBatchReader(data, batchSize);
  let lossSum = 0;
  let correct = 0;
  for (let from = 0; from < indices.length; from += batchSize) {
    if (stopped()) return null;
    const batch = read(indices.subarray(from, from + batchSize));
    const result = await engine.evaluate(batch);
    lossSum += result.loss * batch.count;
    correct += result.correct;
  }
  return { loss: lossSum / indices.length, accuracy: correct / indices.length };
}
