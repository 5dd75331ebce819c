import type { Engine } from '../engine/engine.ts';
import type { BatchOpening } from './batches/batches.ts';
import { createInFlight } from './in-flight.ts';
import type { OpenEngineBatches } from './batches/kept-batches.ts';

export interface Evaluation {
  loss: number;
  accuracy: number;
}

/**
 * Mean loss and accuracy over the chosen samples, or over all of them, none of them augmented.
 * @param stopped asked between batches; where it says so, the answer is null
 */
export async function evaluateSplit(
  engine: Engine,
  images: Omit<BatchOpening, 'order'>,
  chosen: Uint32Array | 'all',
  openBatches: OpenEngineBatches,
  stopped: () => boolean,
): Promise<Evaluation | null> {
  const samples = chosen === 'all' ? Uint32Array.from({ length: images.split.count }, (_, at) => at) : chosen;
  const batches = openBatches({ ...images, order: { kind: 'fixed', samples } });
  let lossSum = 0;
  let correct = 0;
  const inFlight = createInFlight(engine);
  try {
    for (let seen = 0; seen < samples.length;) {
      if (stopped()) return null;
      const batch = await batches.next();
      const { count } = batch;
      seen += count;
      await inFlight.add(engine.evaluate(batch), (result) => {
        lossSum += result.loss * count;
        correct += result.correct;
      });
    }
    await inFlight.settleAll();
  } finally {
    await batches.close();
  }
  return { loss: lossSum / samples.length, accuracy: correct / samples.length };
}
