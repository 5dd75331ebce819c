import { describe, expect, it, vi } from 'vitest';
import { baseDefaults, type RunConfiguration } from '../../../src-main/contract/index.ts';
import { nodeBatchThreads } from '../../../src-main/training/batches/batch-thread.node.ts';
import {
  needsThread,
  splitTrainingData,
  type BatchOptions,
  type BatchStream,
  type TrainingOrder,
} from '../../../src-main/training/batches/batches.ts';
import { openDirectBatches } from '../../../src-main/training/batches/direct-batches.ts';
import { trainingStatistics } from '../../../src-main/training/normalisation.ts';
import { openThreadedBatches } from '../../../src-main/training/batches/threaded-batches.ts';
import { BUNDLED_WORKERS } from '../../../src-main/toolchain/testing/bundle.ts';
import { tinyData } from '../../fixtures/tiny-data.ts';

const data = tinyData(90);
const { training, validation } = splitTrainingData(90, 15, 1);
const AUGMENTED: Partial<RunConfiguration> = { augmentation: 'crop+flip', brightness: 0.3, cutout: 2 };

const spawn = nodeBatchThreads(BUNDLED_WORKERS.batch);
const openThreaded = (opening: BatchOptions) => openThreadedBatches(opening, spawn);

function trainingOpening(batchSize: number, settings = AUGMENTED, change: Partial<TrainingOrder> = {}): BatchOptions {
  const totalSteps = 3 * Math.ceil(training.length / batchSize);
  const augmentation = { ...baseDefaults, ...settings };
  const order = { samples: training, seed: 1, firstStep: 0, totalSteps, augmentation, mean: data.mean };
  return { split: data.train, shape: data.shape, batchSize, order: { kind: 'training', ...order, ...change } };
}

interface Copied {
  pixels: number[];
  labels: number[];
}

async function take(stream: BatchStream, count: number): Promise<Copied[]> {
  const taken: Copied[] = [];
  try {
    for (let at = 0; at < count; at++) {
      const { pixels, labels } = await stream.next();
      taken.push({ pixels: [...pixels], labels: [...labels] });
    }
  } finally {
    await stream.close();
  }
  return taken;
}

/** The images of an epoch, one by one in the order they were visited. */
const imagesOf = (batches: Copied[]): string[] =>
  batches.flatMap(({ pixels, labels }) =>
    labels.map((label, at) => `${label}:${pixels.slice(at * 64, (at + 1) * 64).join()}`),
  );

describe('training batches', () => {
  it('visit every training image once an epoch, unchanged where nothing is asked for', async () => {
    const batches = await take(openDirectBatches(trainingOpening(16, {})), 10);
    const raw = [...training].map((sample) => {
      const pixels = data.train.pixels.subarray(sample * 64, (sample + 1) * 64);
      return `${data.train.labels[sample]}:${[...pixels].join()}`;
    });
    expect(batches.map(({ labels }) => labels.length)).toEqual([16, 16, 16, 16, 11, 16, 16, 16, 16, 11]);
    const [first, second] = [imagesOf(batches.slice(0, 5)), imagesOf(batches.slice(5))];
    expect(first.toSorted()).toEqual(raw.toSorted());
    expect(second.toSorted()).toEqual(raw.toSorted());
    expect(second).not.toEqual(first);
  });

  it('carry labels beyond a byte, on this thread and from another', async () => {
    const labels = new Uint16Array(new SharedArrayBuffer(180));
    labels.forEach((_, sample) => (labels[sample] = 60_000 + sample));
    const opening = { ...trainingOpening(15), split: { ...data.train, labels } };
    for (const stream of [openDirectBatches(opening), openThreaded(opening)]) {
      const epoch = (await take(stream, 5)).flatMap((batch) => batch.labels);
      expect(epoch.toSorted()).toEqual([...training].map((sample) => 60_000 + sample).toSorted());
    }
  });

  it('hold the same images whatever the batch size and wherever they begin', async () => {
    const bySixteen = await take(openDirectBatches(trainingOpening(16)), 15);
    const bySeven = await take(openDirectBatches(trainingOpening(7)), 33);
    expect(imagesOf(bySeven)).toEqual(imagesOf(bySixteen));
    const resumed = await take(openDirectBatches(trainingOpening(16, AUGMENTED, { firstStep: 8 })), 7);
    expect(resumed).toEqual(bySixteen.slice(8));
  });

  it('change each image anew every epoch', async () => {
    const batches = await take(openDirectBatches(trainingOpening(75)), 3);
    const epochs = batches.map((batch) => new Set(imagesOf([batch])));
    const again = [...epochs[1]].filter((image) => epochs[0].has(image));
    expect(again.length).toBeLessThan(5);
  });
});

describe('a thread that prepares them', () => {
  it.each([
    ['augmented', trainingOpening(16)],
    ['as they are', trainingOpening(16, {})],
    ['from the middle on', trainingOpening(16, AUGMENTED, { firstStep: 7 })],
    ['in a fixed order', { ...trainingOpening(16), order: { kind: 'fixed' as const, samples: validation } }],
  ])('gives bit for bit the batches of the training thread: %s', async (_, opening) => {
    const steps = opening.order.kind === 'fixed' ? 1 : 15 - opening.order.firstStep;
    expect(await take(openThreaded(opening), steps)).toEqual(await take(openDirectBatches(opening), steps));
  });

  it('works ahead: what is ready is not waited for', async () => {
    // The first word of the ring counts the batches that were made.
    let made: Int32Array = new Int32Array(1);
    const stream = openThreadedBatches(trainingOpening(16), (opening, ring, onEnd) => {
      made = new Int32Array(ring.memory, 0, 1);
      return spawn(opening, ring, onEnd);
    });
    await stream.next();
    // The first is in use, and there is room for two more.
    await vi.waitUntil(() => Atomics.load(made, 0) === 3, { timeout: 60_000 });
    const before = stream.waitedSeconds();
    await stream.next();
    await stream.next();
    expect(stream.waitedSeconds()).toBe(before);
    await stream.close();
  });

  it('is gone once closed, whether it waits, works or has just been started', async () => {
    const ended: string[] = [];
    const open = () =>
      openThreadedBatches(trainingOpening(16), (opening, ring, onEnd) =>
        spawn(opening, ring, (reason) => {
          ended.push(reason);
          onEnd(reason);
        }),
      );
    const waiting = open();
    await waiting.next();
    const started = open();
    for (const stream of [waiting, started]) await stream.close();
    expect(ended).toHaveLength(2);
  });

  it('is noticed where it ends by itself', async () => {
    const dying = nodeBatchThreads(new URL('data:text/javascript,process.exit(3)'));
    const stream = openThreadedBatches(trainingOpening(16), dying);
    await expect(stream.next()).rejects.toThrow('The thread that prepares batches ended: exit code 3.');
    await stream.close();
  });
});

describe('where batches are made', () => {
  it('on the training thread for images in memory, in another one where they are changed', () => {
    expect(needsThread(trainingOpening(16, {}))).toBe(false);
    expect(needsThread(trainingOpening(16))).toBe(true);
    expect(needsThread({ ...trainingOpening(16), order: { kind: 'fixed', samples: validation } })).toBe(false);
  });
});

describe('normalisation', () => {
  const statisticsOf = (of = tinyData(90), samples = training) => trainingStatistics(of, samples, 1, openDirectBatches);

  it('is that of the samples that train', async () => {
    const values = [...training].flatMap((sample) => [...data.train.pixels.subarray(sample * 64, (sample + 1) * 64)]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const found = await statisticsOf();
    expect(found.mean[0]).toBeCloseTo(mean / 255, 12);
    expect(found.deviation[0]).toBeCloseTo(Math.sqrt(variance) / 255, 12);
  });

  it('knows nothing of the validation and test samples', async () => {
    const other = tinyData(90);
    for (const sample of validation) other.train.pixels.fill(255, sample * 64, (sample + 1) * 64);
    other.test.pixels.fill(255);
    expect(await statisticsOf(other)).toEqual(await statisticsOf());
    other.train.pixels.fill(255, training[0] * 64, (training[0] + 1) * 64);
    expect(await statisticsOf(other)).not.toEqual(await statisticsOf());
  });

  it('is that of the dataset where all of it trains', async () => {
    const all = Uint32Array.from({ length: 90 }, (_, at) => at);
    expect(await statisticsOf(data, all)).toEqual({ mean: data.mean, deviation: data.deviation });
  });
});
