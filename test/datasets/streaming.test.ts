import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  defaultImportChoices,
  isStreamed,
  type ImageSplit,
  type StreamedSplit,
} from '../../src-main/contract/index.ts';
import { createDatasetCatalogue } from '../../src-main/datasets/catalogue.ts';
import type { KnownDataset, PackagedDataset } from '../../src-main/datasets/known-datasets.ts';
import type { SourceData } from '../../src-main/datasets/source-data.ts';
import { forEachAtOnce } from '../../src-main/datasets/streaming/at-once.ts';
import { fileName, packNames } from '../../src-main/datasets/streaming/file-names.ts';
import { openSamples } from '../../src-main/datasets/streaming/open-samples.ts';
import { cachedSamples } from '../../src-main/datasets/streaming/sample-cache.ts';
import type { Samples } from '../../src-main/datasets/streaming/samples.ts';
import { BUNDLED_WORKERS } from '../../src-main/toolchain/testing/bundle.ts';
import { idxFiles, smallDataset, writeFolder } from './support/idx-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const BYTES = 5 * 4 * 3;
const image = (index: number) => Uint8Array.from({ length: BYTES }, (_, at) => (index * 31 + at * 7) % 256);

/** Images of 5 × 4 pixels in one file, 100 bytes after its start. */
async function pixelFile(count: number): Promise<StreamedSplit> {
  const file = join(await temporaryFolder(), 'pixels');
  await writeFile(file, Buffer.concat([Buffer.alloc(100), ...Array.from({ length: count }, (_, at) => image(at))]));
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  return { count, labels, images: { kind: 'pixels', file, position: 100 } };
}

/** The same images as PNG files, which lose nothing. */
async function imageFiles(count: number): Promise<StreamedSplit> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'één klas'));
  const names = Array.from({ length: count }, (_, at) => `één klas/${at}.png`);
  for (const [at, name] of names.entries()) {
    await sharp(image(at), { raw: { width: 4, height: 5, channels: 3 } })
      .png()
      .toFile(join(folder, name));
  }
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  return { count, labels, images: { kind: 'files', folder, resize: 'cover', ...packNames(names) } };
}

async function read(samples: Samples, ...indices: number[]): Promise<number[][]> {
  const pixels = new Uint8Array(indices.length * BYTES);
  await samples.read(Uint32Array.from(indices), pixels);
  return indices.map((_, at) => [...pixels.subarray(at * BYTES, (at + 1) * BYTES)]);
}

const expected = (...indices: number[]) => indices.map((index) => [...image(index)]);

describe.each([
  ['one file of pixels', pixelFile],
  ['image files', imageFiles],
] as const)('%s', (_, make) => {
  it.each([
    ['without a cache', 0],
    ['with a cache for a few', 3 * BYTES],
    ['with a cache for all', 100 * BYTES],
  ])('gives the images asked for in any order, again and again, %s', async (_, cacheBytes) => {
    const samples = await openSamples(await make(12), [5, 4, 3], cacheBytes);
    for (const indices of [[3, 1, 2], [0], [11, 3, 11, 7, 1], [2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 10, 0]]) {
      expect(await read(samples, ...indices)).toEqual(expected(...indices));
    }
    await samples.close();
  });
});

describe('what cannot be read is named', () => {
  it('a file of pixels that is not there, or ends too early', async () => {
    const split = await pixelFile(12);
    const { images } = split;
    if (images.kind !== 'pixels') throw new Error('unreachable');
    const samples = await openSamples(split, [5, 4, 3], 0);
    await truncate(images.file, 100 + 11 * BYTES + 1);
    await expect(read(samples, 1, 11)).rejects.toThrow(`${images.file}: ends too early.`);
    expect(await read(samples, 10)).toEqual(expected(10));
    await samples.close();
    const gone = { ...split, images: { ...images, file: `${images.file}-gone` } };
    await expect(openSamples(gone, [5, 4, 3], 0)).rejects.toThrow(`${images.file}-gone: cannot be opened (ENOENT`);
  });

  it('an image that is damaged, or gone', async () => {
    const split = await imageFiles(3);
    if (split.images.kind !== 'files') throw new Error('unreachable');
    const file = join(split.images.folder, 'één klas/1.png');
    const samples = await openSamples(split, [5, 4, 3], 0);
    await writeFile(file, 'no image');
    await expect(read(samples, 0, 1, 2)).rejects.toThrow(`${file}: cannot be decoded`);
    expect(await read(samples, 2)).toEqual(expected(2));
    const gone = { ...split, images: { ...split.images, ...packNames(['a', 'b', 'nothing.png']) } };
    await expect(read(await openSamples(gone, [5, 4, 3], 0), 2)).rejects.toThrow(
      'nothing.png: cannot be read (ENOENT)',
    );
  });
});

describe('an imported dataset larger than memory may hold', () => {
  it('is left in its file and gives the same images and labels', async () => {
    const root = await temporaryFolder();
    const source = await writeFolder(join(root, 'source'), idxFiles(smallDataset()));
    const importWorker = BUNDLED_WORKERS.import;
    const open = (residentBytes: number) => createDatasetCatalogue({ dataFolder: root, importWorker, residentBytes });
    const { dataset } = await open(0).importFrom(source, defaultImportChoices);
    // 28 images of 20 bytes and a label.
    const inMemory = await open(28 * 21).open(dataset.id);
    const onDisk = await open(28 * 21 - 1).open(dataset.id);
    expect(onDisk).toMatchObject({ shape: inMemory.shape, classes: inMemory.classes });
    for (const name of ['train', 'test'] as const) {
      const [resident, streamed] = [inMemory[name], onDisk[name]];
      if (isStreamed(resident) || !isStreamed(streamed)) throw new Error(`${name} is where it should not be`);
      expect(streamed.labels).toEqual(resident.labels);
      const samples = await openSamples(streamed, [5, 4, 1], 0);
      const pixels = new Uint8Array(resident.pixels.length);
      await samples.read(
        Uint32Array.from({ length: streamed.count }, (_, at) => at),
        pixels,
      );
      await samples.close();
      expect([...pixels]).toEqual([...resident.pixels]);
    }
  });
});

describe('a known dataset on its first use', () => {
  const packaged = (read: PackagedDataset['read']): KnownDataset => {
    const about = {
      id: 'shapes',
      title: 'Shapes',
      source: 'a test',
      licence: 'none',
      shape: [5, 4, 1] as [number, number, number],
    };
    const counts = { trainCount: 20, testCount: 8, importable: false, officialFiles: [], missingHint: '' };
    const classes = ['0', '1', '2'];
    return { ...about, ...counts, classes, packaged: { locate: () => Promise.resolve('here'), read } };
  };
  const grey = (count: number): ImageSplit => ({
    count,
    pixels: new Uint8Array(new SharedArrayBuffer(count * 20)).fill(7),
    labels: new Uint8Array(new SharedArrayBuffer(count)),
  });
  const shapes = (): SourceData => ({ shape: [5, 4, 1], classes: ['0', '1', '2'], train: grey(20), test: grey(8) });
  const openKnown = async (read: PackagedDataset['read'], residentBytes: number) =>
    createDatasetCatalogue({
      dataFolder: await temporaryFolder(),
      importWorker: BUNDLED_WORKERS.import,
      residentBytes,
      known: [packaged(read)],
    });

  it('is prepared once for all who ask, and streamed where it is larger than memory may hold', async () => {
    let prepared = 0;
    const read = () => Promise.resolve(shapes()).finally(() => prepared++);
    const large = await openKnown(read, 28 * 21 - 1);
    const opened = await Promise.all([large.open('shapes'), large.open('shapes'), large.load('shapes')]);
    expect(opened.map(({ train }) => isStreamed(train))).toEqual([true, true, false]);
    expect(prepared).toBe(1);
    expect(isStreamed((await large.open('shapes')).train)).toBe(true);
    const small = await openKnown(read, 28 * 21);
    expect(isStreamed((await small.open('shapes')).train)).toBe(false);
  });

  it('nobody waits for it who has lost interest, and the others get it all the same', async () => {
    let give: (data: SourceData) => void = () => {};
    const given = new Promise<SourceData>((resolve) => (give = resolve));
    const catalogue = await openKnown(() => given, 0);
    const leaving = new AbortController();
    const [first, second] = [catalogue.open('shapes', { signal: leaving.signal }), catalogue.open('shapes')];
    leaving.abort();
    await expect(first).rejects.toThrow(/cancelled/);
    give(shapes());
    expect((await second).train.count).toBe(20);
  });
});

describe('the cache', () => {
  function counted(count: number) {
    const reads: number[] = [];
    const samples: Samples = {
      read(indices, pixels) {
        indices.forEach((index, at) => pixels.set(image(index), at * BYTES));
        reads.push(...indices);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
    return { reads, cached: (kept: number) => cachedSamples(samples, count, BYTES, kept * BYTES) };
  }

  it('keeps the first that come, and asks for the others each time', async () => {
    const { reads, cached } = counted(10);
    const samples = cached(4);
    await read(samples, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(reads.splice(0)).toHaveLength(10);
    for (let epoch = 0; epoch < 3; epoch++) {
      expect(await read(samples, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)).toEqual(expected(9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
      expect(reads.splice(0)).toEqual([9, 8, 7, 6, 5, 4]);
    }
  });

  it('with room for all asks once', async () => {
    const { reads, cached } = counted(10);
    const samples = cached(10);
    for (let epoch = 0; epoch < 2; epoch++) await read(samples, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(reads).toHaveLength(10);
  });
});

describe('names in shared memory', () => {
  it('come back as they were', () => {
    const names = ['a.png', '', 'каталог/снимок 1.jpeg', '日本/犬.webp'];
    const packed = packNames(names);
    expect(names.map((_, at) => fileName(packed, at))).toEqual(names);
    expect(packed.names.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('work at once', () => {
  it('never exceeds its limit, does all, and tells the first error once all have ended', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    const work = async (index: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      if (index === 5) throw new Error('five');
      done.push(index);
    };
    await expect(forEachAtOnce(20, 4, work)).rejects.toThrow('five');
    expect(most).toBe(4);
    expect(running).toBe(0);
    expect(done).toHaveLength(19);
  });
});
