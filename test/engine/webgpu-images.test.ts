import { expect, test, vi } from 'vitest';
import { baseDefaults, type RunConfiguration } from '../../src-main/contract/index.ts';
import { createAugment, createDrawChanges, planAugmentation } from '../../src-main/datasets/augmentation/augment.ts';
import type { ImageShape } from '../../src-main/datasets/augmentation/image.ts';
import { mixImages } from '../../src-main/datasets/augmentation/mix.ts';
import type { KeptBatch } from '../../src-main/engine/engine.ts';
import type { ImagesToKeep } from '../../src-main/engine/kept-images.ts';
import { abilitiesOf } from '../../src-main/engine/webgpu/abilities.ts';
import { stepWords } from '../../src-main/engine/webgpu/batch.ts';
import { openCardImages, whyNotKept } from '../../src-main/engine/webgpu/card-images.ts';
import type { WebGpuAccess } from '../../src-main/engine/webgpu/index.ts';
import { createMemory } from '../../src-main/engine/webgpu/memory.ts';
import { submitPass } from '../../src-main/engine/webgpu/programs.ts';
import { createStream } from '../../src-main/numerics/random.ts';
import { randomNumbers, trialBatch, trialOpening } from './networks.ts';
import { expectSameBits, withEngine } from './support.ts';
import { openWebGpu, sharedDevice } from './webgpu-support.ts';

vi.setConfig({ testTimeout: 600_000 });

const IMAGES = 40;
const MEAN = [0.5, 0.25, 0.7];
const EVERYTHING: Partial<RunConfiguration> = { brightness: 0.6, contrast: 0.9, saturation: 1, cutout: 3 };

function randomImages(count: number, bytes: number): Uint8Array {
  const random = randomNumbers(7);
  return Uint8Array.from({ length: count * bytes }, () => Math.floor(random() * 256));
}

/** The bytes that the card makes of `samples`, and those that the processor makes. */
async function bothWays(shape: ImageShape, settings: Partial<RunConfiguration>, without: WebGpuAccess['without'] = []) {
  const count = 29;
  const bytes = shape[0] * shape[1] * shape[2];
  const configuration = { ...baseDefaults, ...settings };
  const pixels = randomImages(IMAGES, bytes);
  const random = randomNumbers(3);
  const samples = Uint32Array.from({ length: count }, () => Math.floor(random() * IMAGES));
  const draws = (sample: number) => createStream(5, 'augmentation', 2, sample);

  const mean = MEAN.slice(0, shape[2]);
  const augment = createAugment(shape, configuration, mean);
  const expected = new Uint8Array(count * bytes);
  samples.forEach((sample, at) =>
    augment(
      pixels.subarray(sample * bytes, (sample + 1) * bytes),
      expected.subarray(at * bytes, (at + 1) * bytes),
      draws(sample),
    ),
  );

  const device = await sharedDevice();
  const abilities = await abilitiesOf(device, device.adapterInfo, without);
  const memory = createMemory(device, 'images');
  const binder = { memory, step: memory.uniform(stepWords({ count }, 0, null), 'the step'), vectors: 8, abilities };
  const made = memory.allocate(bytes * 8, 'batch', 'the pixels');
  const augmentation = planAugmentation(configuration, mean);
  const images = openCardImages(binder, { count: IMAGES, pixels, augmentation, mixes: true }, shape, made);
  const draw = createDrawChanges(shape, configuration);
  const changes = Array.from(samples, (sample) => draw(draws(sample)));
  const run = async (batch: Pick<KeptBatch, 'changes' | 'mixed'>) => {
    submitPass(device, images.take({ count, images, samples, labels: new Uint8Array(count), ...batch }), 8);
    return new Uint8Array(await memory.read(made, Math.ceil((count * bytes) / 4))).subarray(0, count * bytes);
  };
  const actual = await run({ changes });
  const plain = await run({ changes: null });
  const partners = Uint32Array.from({ length: count }, (_, at) => (at * 5 + 2) % count);
  const wholeShare = 40_003;
  const mixed = { share: wholeShare / 2 ** 16, wholeShare, partners, labels: new Uint8Array(count) };
  const mixtures = { changed: await run({ changes, mixed }), plain: await run({ changes: null, mixed }) };
  memory.freeAll();
  const raw = Uint8Array.from(
    [...samples].flatMap((sample) => [...pixels.subarray(sample * bytes, (sample + 1) * bytes)]),
  );
  const mix = (from: Uint8Array) => {
    const to = new Uint8Array(from.length);
    mixImages(from, to, bytes, partners, wholeShare);
    return to;
  };
  return { actual, expected, plain, raw, mixtures, expectedMixtures: { changed: mix(expected), plain: mix(raw) } };
}

// prettier-ignore
test.each<[string, ImageShape, Partial<RunConfiguration>]>([
  ['crop with black', [8, 8, 1], { augmentation: 'crop', cropPadding: 3 }],
  ['crop with a mirror, beyond the mirror', [5, 7, 3], { augmentation: 'crop+flip', cropFill: 'reflect', cropPadding: 9 }],
  ['flip', [7, 5, 2], { augmentation: 'flip' }],
  ['crop that is stretched', [32, 32, 3], { augmentation: 'resized-crop+flip' }],
  ['cutout', [9, 6, 3], { cutout: 4 }],
  ['brightness', [8, 8, 1], { brightness: 1 }],
  ['contrast of grey images', [6, 9, 1], { contrast: 1 }],
  ['contrast of images with two channels', [3, 5, 2], { contrast: 0.5 }],
  ['saturation', [5, 5, 3], { saturation: 0.8 }],
  ['saturation leaves grey images', [5, 5, 1], { saturation: 0.8 }],
  ['all of it', [11, 13, 3], { ...EVERYTHING, augmentation: 'crop+flip', cropFill: 'reflect' }],
  ['all of it, stretched', [12, 10, 3], { ...EVERYTHING, augmentation: 'resized-crop+flip', cropLeastArea: 0.1 }],
])('the card augments and mixes bit for bit as the processor does: %s', async (_, shape, settings) => {
  const { actual, expected, plain, raw, mixtures, expectedMixtures } = await bothWays(shape, settings);
  expect(actual).toEqual(expected);
  expect(plain).toEqual(raw);
  expect(mixtures).toEqual(expectedMixtures);
  expect(mixtures.plain).not.toEqual(raw);
  if (settings.saturation !== 0.8 || shape[2] === 3) expect(actual).not.toEqual(raw);
  // The contrast's sums come by subgroups, or through workgroup memory.
  if (settings.contrast) expect((await bothWays(shape, settings, ['subgroups'])).actual).toEqual(expected);
});

const FEATURES = 12;
const trial = () => trialOpening({ widths: [FEATURES, 16, 4], density: 0.5, seed: 8, largestBatch: 24 });
const STEP = { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 3 };
const toKeep = (): ImagesToKeep => ({ count: IMAGES, pixels: randomImages(IMAGES, FEATURES), augmentation: null });

test('a batch that names images trains and evaluates bit for bit like one that brings them', async () => {
  const opening = trial();
  const kept = toKeep();
  const labelsOf = (samples: Uint32Array) => Uint8Array.from(samples, (sample) => sample % 4);
  const batches = [0, 1, 2].map((start) =>
    Uint32Array.from({ length: 24 - start }, (_, at) => (at * 7 + start) % IMAGES),
  );
  const train = (byName: boolean) =>
    withEngine(openWebGpu, opening, async (engine) => {
      const given = await engine.keepImages!(kept);
      if (!('images' in given)) throw new Error(given.reason);
      const batchOf = (samples: Uint32Array) => {
        const common = { count: samples.length, labels: labelsOf(samples) };
        if (byName) return { ...common, images: given.images, samples, changes: null };
        const pixels = [...samples].flatMap((sample) => [
          ...kept.pixels.subarray(sample * FEATURES, (sample + 1) * FEATURES),
        ]);
        return { ...common, pixels: Uint8Array.from(pixels) };
      };
      const results = [];
      for (const samples of batches) results.push(await engine.trainStep(batchOf(samples), STEP));
      results.push(await engine.evaluate(batchOf(batches[0])));
      return { results, weights: await engine.activeWeights(0) };
    });
  const [byName, byPixels] = [await train(true), await train(false)];
  expect(byName.results).toEqual(byPixels.results);
  expectSameBits(byName.weights, byPixels.weights);
});

test('images stay on the card up to a gibibyte; beyond, the reason says so', async () => {
  const device = await sharedDevice();
  const memory = createMemory(device, 'images');
  const abilities = await abilitiesOf(device, device.adapterInfo);
  const binder = { memory, step: memory.uniform(stepWords({ count: 1 }, 0, null), 'the step'), vectors: 8, abilities };
  expect(whyNotKept(2 ** 30, 3072, binder)).toBeNull();
  expect(whyNotKept(2 ** 30 + 1, 3072, binder)).toBe('1,025 MiB are more than the 1,024 MiB that may stay there');
  expect(whyNotKept(2 ** 25, 2 ** 24, binder)).toBe('16777216 values an image are too many');
  memory.freeAll();
});

test('images that are not there are refused, with the numbers', async () => {
  const opening = trial();
  await withEngine(openWebGpu, opening, async (engine) => {
    const given = await engine.keepImages!(toKeep());
    if (!('images' in given)) throw new Error(given.reason);
    const { images } = given;
    const batch = { count: 1, images, samples: Uint32Array.of(IMAGES), changes: null, labels: Uint8Array.of(0) };
    await expect(engine.evaluate(batch)).rejects.toThrow('names image 40, but the engine keeps 40');
    const others = { ...batch, samples: Uint32Array.of(3), images: { count: IMAGES } };
    await expect(engine.evaluate(others)).rejects.toThrow('another engine keeps');
    await expect(engine.keepImages!({ ...toKeep(), count: 41 })).rejects.toThrow('have 492 bytes, not 480');
    const { loss } = await engine.evaluate(trialBatch(opening, 24, 1));
    expect(loss).toBeGreaterThan(0);
  });
});
