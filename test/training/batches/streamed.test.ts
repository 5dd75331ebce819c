import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  METRICS,
  type ConfigurationInput,
  type ImageSplit,
  type StreamedData,
} from '../../../src-main/contract/index.ts';
import { packNames } from '../../../src-main/datasets/streaming/file-names.ts';
import { buildNetwork } from '../../../src-main/networks/accounting.ts';
import { prunableLayers, maskShape } from '../../../src-main/networks/specification.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src-main/training/checkpoint.ts';
import { tinyData } from '../../fixtures/tiny-data.ts';
import { ofType, seriesOf, startWorker, trainToEnd, trainUntil } from '../run-worker.ts';
import { requireConfiguration } from '../../support/methods.ts';

const resident = tinyData(400);
type SplitName = 'train' | 'test';
const { shape, classes } = resident;

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'espalier-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** The tiny dataset, or another, with its pixels in two files. */
async function asPixelFiles(data = resident): Promise<StreamedData> {
  const root = await folder();
  const stream = async (name: SplitName) => {
    const { count, labels, pixels } = data[name];
    const file = join(root, name);
    await writeFile(file, pixels);
    return { count, labels, images: { kind: 'pixels' as const, file, position: 0 } };
  };
  return { shape, classes, train: await stream('train'), test: await stream('test') };
}

/** The tiny dataset as class folders of PNG files. */
async function asImageFiles(): Promise<StreamedData & { root: string }> {
  const root = await folder();
  const stream = async (name: SplitName) => {
    const { count, labels, pixels }: ImageSplit = resident[name];
    const names = Array.from(labels, (label, sample) => `${name}/${label}/${sample}.png`);
    for (let label = 0; label < classes; label++) await mkdir(join(root, name, String(label)), { recursive: true });
    for (const [sample, file] of names.entries()) {
      const image = pixels.slice(sample * 64, (sample + 1) * 64);
      await sharp(image, { raw: { width: 8, height: 8, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(join(root, file));
    }
    return {
      count,
      labels,
      images: { kind: 'files' as const, folder: root, resize: 'cover' as const, ...packNames(names) },
    };
  };
  return { shape, classes, train: await stream('train'), test: await stream('test'), root };
}

const run: ConfigurationInput = {
  method: 'rigl',
  sparsity: 0.8,
  updateEvery: 5,
  pruneRate: 0.5,
  augmentation: 'crop+flip',
};

/** Every evaluation starts a thread, which a busy machine takes its time for. */
describe('a dataset that stays on disk', { timeout: 120_000 }, () => {
  it('trains bit for bit as the same images in memory do', async () => {
    const whole = await trainToEnd(run);
    for (const data of [await asPixelFiles(), await asImageFiles()]) {
      const { events, result } = await trainToEnd(run, { data });
      expect(result.weightsHash).toBe(whole.result.weightsHash);
      expect(result.final).toEqual(whole.result.final);
      for (const metric of [METRICS.trainLoss, METRICS.validationAccuracy]) {
        expect(seriesOf(events, metric)).toEqual(seriesOf(whole.events, metric));
      }
    }
  });

  it('resumes bit for bit', async () => {
    const data = await asPixelFiles();
    const long = { ...run, epochs: 8, checkpointEvery: 0 };
    const whole = await trainToEnd(long, { data });
    const first = await trainUntil(15, long, { data });
    const second = await trainToEnd(long, { data, checkpoint: first.checkpoint });
    expect(second.result.weightsHash).toBe(whole.result.weightsHash);
  });

  it('goes on with the mean and deviation that it began with, wherever its images are by then', async () => {
    // More than the 2,048 samples that are measured on disk.
    const whole = tinyData(3000);
    const streamed = await asPixelFiles(whole);
    const long = { ...run, epochs: 3, checkpointEvery: 1 };
    const { events, result } = await trainToEnd(long, { data: whole });
    const checkpoint = ofType(events, 'checkpoint')[0].bytes;
    const second = await trainToEnd(long, { data: streamed, checkpoint });
    expect(second.result.weightsHash).toBe(result.weightsHash);

    // Checkpoints of before have none: the run measures again, as it did then.
    const { progress, ...rest } = decodeCheckpoint(checkpoint, () =>
      prunableLayers(buildNetwork(requireConfiguration({ network: 'mlp-40-20', ...long }), whole)).map(maskShape),
    );
    const { statistics, ...older } = progress;
    expect(statistics).toMatchObject({
      mean: [expect.any(Number) as number],
      deviation: [expect.any(Number) as number],
    });
    const third = await trainToEnd(long, { data: whole, checkpoint: encodeCheckpoint({ ...rest, progress: older }) });
    expect(third.result.weightsHash).toBe(result.weightsHash);
  });

  it('goes on only on the images that it was trained on', async () => {
    const data = { ...(await asPixelFiles()), contentSha256: 'a'.repeat(64) };
    const { checkpoint } = await trainUntil(5, { ...run, epochs: 8 }, { data });
    const other = await startWorker(
      { ...run, epochs: 8 },
      { data: { ...data, contentSha256: 'b'.repeat(64) }, checkpoint },
    );
    await expect(other.until((event) => event.type === 'finished')).rejects.toThrow(
      /holds other images than this run was trained on \(SHA-256 bbbbbbbbbbbb… instead of aaaaaaaaaaaa…\)/,
    );
    await other.exited;
    const { result } = await trainToEnd({ ...run, epochs: 8 }, { data, checkpoint });
    expect(result.epochs).toBe(8);
  });

  it('fails with the name of an image that cannot be decoded', async () => {
    const data = await asImageFiles();
    const damaged = join(data.root, 'train', String(resident.train.labels[7]), '7.png');
    await writeFile(damaged, 'no image at all');
    const failing = await startWorker(run, { data });
    await expect(failing.until((event) => event.type === 'finished')).rejects.toThrow(`${damaged}: cannot be decoded`);
    await failing.exited;
  });
});
