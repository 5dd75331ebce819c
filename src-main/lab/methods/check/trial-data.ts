import type { DatasetDescription, ImageSplit, TrainingData } from '../../../contract/index.ts';
import { createStream } from '../../../numerics/random.ts';

const SIDE = 8;
const CLASSES = 4;
const TRAIN_COUNT = 64;
const TEST_COUNT = 16;

/** Noisy copies of one random picture for each class: something to learn, in a moment. */
export function trialData(): TrainingData {
  const pixelCount = SIDE * SIDE;
  const prototypes = createStream(1, 'prototypes');
  const split = (count: number, part: number): ImageSplit => {
    const noise = createStream(2, 'noise', part);
    const pixels = new Uint8Array(new SharedArrayBuffer(count * pixelCount));
    const labels = new Uint8Array(new SharedArrayBuffer(count));
    for (let sample = 0; sample < count; sample++) {
      labels[sample] = sample % CLASSES;
      for (let at = 0; at < pixelCount; at++) {
        const prototype = prototypes.normal(labels[sample] * pixelCount + at);
        const value = 128 + 25 * prototype + 50 * noise.normal(sample * pixelCount + at);
        pixels[sample * pixelCount + at] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
    return { count, pixels, labels };
  };
  const [train, test] = [split(TRAIN_COUNT, 0), split(TEST_COUNT, 1)];
  return { shape: [SIDE, SIDE, 1], classes: CLASSES, mean: [0.5], deviation: [0.22], train, test };
}

/** The same for plans. */
export const trialDataset: DatasetDescription = {
  id: 'trial',
  title: 'Generated',
  state: 'ready',
  hint: null,
  source: '',
  licence: null,
  trainCount: TRAIN_COUNT,
  testCount: TEST_COUNT,
  shape: [SIDE, SIDE, 1],
  classes: Array.from({ length: CLASSES }, (_, at) => String(at)),
  origin: null,
  official: null,
};
