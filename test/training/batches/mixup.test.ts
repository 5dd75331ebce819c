import { describe, expect, it } from 'vitest';
import { baseDefaults, type RunConfiguration } from '../../../src-main/contract/index.ts';
import type { Batch } from '../../../src-main/engine/engine.ts';
import { symmetricBeta } from '../../../src-main/numerics/beta.ts';
import { createStream } from '../../../src-main/numerics/random.ts';
import { nodeBatchThreads } from '../../../src-main/training/batches/batch-thread.node.ts';
import { needsThread, type BatchOptions, type BatchStream } from '../../../src-main/training/batches/batches.ts';
import { openDirectBatches } from '../../../src-main/training/batches/direct-batches.ts';
import { drawMixture, withPartners } from '../../../src-main/training/batches/mixup.ts';
import { openThreadedBatches } from '../../../src-main/training/batches/threaded-batches.ts';
import { BUNDLED_WORKERS } from '../../../src-main/toolchain/testing/bundle.ts';
import { tinyData } from '../../fixtures/tiny-data.ts';

const data = tinyData(50);
const BYTES = 64;
const ALPHA = 0.4;
const AUGMENTED: Partial<RunConfiguration> = { augmentation: 'crop+flip', brightness: 0.3 };

function opening(settings: Partial<RunConfiguration>, firstStep = 0): BatchOptions {
  const augmentation = { ...baseDefaults, ...settings };
  const samples = Uint32Array.from({ length: 50 }, (_, sample) => sample);
  const order = { samples, seed: 9, firstStep, totalSteps: 8, augmentation, mean: data.mean };
  return { split: data.train, shape: data.shape, batchSize: 16, order: { kind: 'training', ...order } };
}

const spawn = nodeBatchThreads(BUNDLED_WORKERS.batch);
const direct = withPartners(openDirectBatches);
const threaded = withPartners((each) => openThreadedBatches(each, spawn));

async function take(stream: BatchStream, count: number): Promise<Batch[]> {
  const taken: Batch[] = [];
  for (let at = 0; at < count; at++) {
    const batch = await stream.next();
    taken.push({ ...batch, pixels: batch.pixels.slice(), labels: batch.labels.slice() });
  }
  await stream.close();
  return taken;
}

describe('what is drawn for a batch', () => {
  it('a share of Beta(alpha, alpha), the larger side of it, and an order of the batch', () => {
    for (let step = 0; step < 200; step++) {
      const { share, partners } = drawMixture(3, ALPHA, step, 16);
      const drawn = symmetricBeta(createStream(3, 'mixup share', step), ALPHA);
      expect(share / 65_536).toBeCloseTo(Math.max(drawn, 1 - drawn), 4);
      expect([...partners].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, at) => at));
    }
  });

  it('is another one for each step and seed', () => {
    const shares = [drawMixture(1, 1, 0, 4), drawMixture(1, 1, 1, 4), drawMixture(2, 1, 0, 4)].map(
      ({ share }) => share,
    );
    expect(new Set(shares).size).toBe(3);
  });
});

describe('mixed batches', () => {
  it('are the augmented ones, each image with its partner, and say which labels were mixed in', async () => {
    const plain = await take(direct(opening(AUGMENTED)), 8);
    const mixed = await take(direct(opening({ ...AUGMENTED, mixup: ALPHA })), 8);
    expect(mixed.map(({ count }) => count)).toEqual([16, 16, 16, 2, 16, 16, 16, 2]);
    for (const [step, batch] of mixed.entries()) {
      const { share, partners } = drawMixture(9, ALPHA, step, batch.count);
      const before = plain[step];
      const expected = before.pixels.map((own, at) => {
        const other = before.pixels[partners[Math.floor(at / BYTES)] * BYTES + (at % BYTES)];
        return Math.floor((own * share + other * (65_536 - share)) / 65_536 + 0.5);
      });
      expect(batch.pixels).toEqual(expected);
      expect(batch.labels).toEqual(before.labels);
      expect(batch.mixed).toEqual({
        share: share / 65_536,
        labels: Uint8Array.from(partners, (partner) => before.labels[partner]),
      });
      expect(before.mixed).toBeUndefined();
    }
  });

  it.each([
    ['augmented', { ...AUGMENTED, mixup: ALPHA }],
    ['mixed alone', { mixup: 2 }],
  ])('are the same from another thread and where a run is resumed: %s', async (_, settings) => {
    expect(needsThread(opening(settings))).toBe(true);
    const whole = await take(direct(opening(settings)), 8);
    expect(await take(threaded(opening(settings)), 8)).toEqual(whole);
    expect(await take(direct(opening(settings, 5)), 3)).toEqual(whole.slice(5));
  });

  it('are never those of an evaluation', async () => {
    const mixing = opening({ mixup: 1 });
    const samples = Uint32Array.of(4, 7, 9);
    const [batch] = await take(direct({ ...mixing, order: { kind: 'fixed', samples } }), 1);
    expect(batch.mixed).toBeUndefined();
    expect(batch.pixels.subarray(0, BYTES)).toEqual(data.train.pixels.slice(4 * BYTES, 5 * BYTES));
  });
});
