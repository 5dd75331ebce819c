import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { npyBytes, tarGzBytes, zipBytes } from './support/archive-files.ts';
import { openCatalogue } from './support/catalogue.ts';
import { picture, picturePixels, writeTree } from './support/image-files.ts';
import { parquetBytes } from './support/parquet-files.ts';

async function setUp(files: Record<string, Uint8Array | string>) {
  const bench = await openCatalogue();
  return { ...bench, folder: await writeTree(join(bench.root, 'files'), files) };
}

/** Records of CIFAR: red is the label, green its place, blue 7. */
const cifarBytes = (labels: number[], labelBytes = 1) =>
  Buffer.concat(
    labels.map((label) =>
      Buffer.concat([
        Buffer.from(labelBytes === 2 ? [19, label] : [label]),
        Buffer.alloc(1024, label),
        Buffer.from(Array.from({ length: 1024 }, (_, at) => at % 256)),
        Buffer.alloc(1024, 7),
      ]),
    ),
  );

const cifar10 = (prefix = '') => ({
  ...Object.fromEntries(
    [1, 2, 3, 4, 5].map((number) => [`${prefix}data_batch_${number}.bin`, cifarBytes([number, 0])]),
  ),
  [`${prefix}test_batch.bin`]: cifarBytes([9]),
});

describe('CIFAR’s binary version', () => {
  test('folder and .tar.gz are the same data, channels last', async () => {
    const { folder, root, catalogue, importAs } = await setUp(cifar10());
    const { dataset, contentSha256 } = await importAs(folder, { name: 'cifar-10' });
    expect(dataset).toMatchObject({ shape: [32, 32, 3], trainCount: 10, testCount: 1, title: 'CIFAR-10' });
    const { train, test: held } = await catalogue.load('cifar-10');
    expect([...train.labels]).toEqual([1, 0, 2, 0, 3, 0, 4, 0, 5, 0]);
    expect([...held.labels]).toEqual([9]);
    expect([...train.pixels.subarray(0, 6)]).toEqual([1, 0, 7, 1, 1, 7]);
    await writeTree(root, { 'cifar.tar.gz': tarGzBytes(cifar10('cifar-10-batches-bin/')) });
    expect((await importAs(join(root, 'cifar.tar.gz'))).contentSha256).toBe(contentSha256);
  });

  test('CIFAR-100 is read by its fine labels', async () => {
    const { folder, catalogue, importAs } = await setUp({
      'train.bin': cifarBytes([99, 3], 2),
      'test.bin': cifarBytes([42], 2),
    });
    const { dataset } = await importAs(folder, { name: 'cifar-100' });
    expect(dataset.classes[99]).toBe('worm');
    expect([...(await catalogue.load('cifar-100')).train.labels]).toEqual([99, 3]);
  });

  test.each([
    ['cut short', { 'test_batch.bin': cifarBytes([1]).subarray(0, 3000) }, /test_batch\.bin: has 3000 bytes, no whole/],
    ['empty', { 'test_batch.bin': Buffer.alloc(0) }, /test_batch\.bin: has 0 bytes/],
    ['of a label outside the range', { 'test_batch.bin': cifarBytes([1, 10]) }, /image 1: is labelled 10, .* 0 to 9/],
  ])('a file %s is told by name', async (_, bad, message) => {
    const { folder, importAs, stored } = await setUp({ ...cifar10(), ...bad });
    await expect(importAs(folder)).rejects.toThrow(message);
    expect(await stored()).toEqual([]);
  });

  test('a bad label may be skipped, a missing file may not', async () => {
    const { folder, importAs } = await setUp({ ...cifar10(), 'test_batch.bin': cifarBytes([1, 10]) });
    const { dataset, skippedCount } = await importAs(folder, { onBadFile: 'skip' });
    expect([dataset.testCount, skippedCount]).toEqual([1, 1]);
    const entries = Object.entries(cifar10()).filter(([name]) => name !== 'data_batch_3.bin');
    const other = await setUp(Object.fromEntries(entries));
    await expect(other.importAs(other.folder, { onBadFile: 'skip' })).rejects.toThrow(/data_batch_3\.bin .*is missing/);
  });

  test('an archive whose entry leaves its folder, or that is damaged, is refused', async () => {
    const { root, importAs, stored } = await setUp({});
    const good = tarGzBytes(cifar10('x/'));
    await writeTree(root, {
      'evil.tar.gz': tarGzBytes({ ...cifar10('x/'), '../../evil.bin': Buffer.from('!') }),
      'cut.tar.gz': good.subarray(0, Math.floor(good.length / 2)),
      'other.tgz': tarGzBytes({ 'readme.txt': Buffer.from('hello') }),
    });
    await expect(importAs(join(root, 'evil.tar.gz'))).rejects.toThrow(/entry \.\.\/\.\.\/evil\.bin leaves the archive/);
    await expect(importAs(join(root, 'cut.tar.gz'))).rejects.toThrow(/cut\.tar\.gz: (cannot be unpacked|.*is missing)/);
    await expect(importAs(join(root, 'other.tgz'))).rejects.toThrow(/no file of CIFAR/);
    expect(await stored()).toEqual([]);
  });
});

describe('NumPy arrays', () => {
  // Two images of 2 × 2 to train on, one to test.
  const greys = [0, 51, 102, 153, 204, 255, 0, 255];
  const arrays = (images = npyBytes([2, 2, 2], greys), labels = npyBytes([2], [0, 1], { type: '<i8' })) => ({
    'x_train.npy': images,
    'y_train.npy': labels,
    'x_test.npy': npyBytes([1, 2, 2], [9, 8, 7, 6]),
    'y_test.npy': npyBytes([1, 1], [1], { type: '>i2' }),
  });

  test.each([
    ['bytes', npyBytes([2, 2, 2], greys)],
    [
      'floats from 0 to 1',
      npyBytes(
        [2, 2, 2],
        greys.map((grey) => grey / 255),
        { type: '<f4' },
      ),
    ],
    ['floats from 0 to 255', npyBytes([2, 2, 2], greys, { type: '<f8' })],
    ['whole numbers, big-endian', npyBytes([2, 2, 2], greys, { type: '>i2' })],
    // Fastest first index: values at (0,0,0), (1,0,0), (0,1,0), (1,1,0), (0,0,1) ...
    ['Fortran order', npyBytes([2, 2, 2], [0, 204, 102, 0, 51, 255, 153, 255], { isFortran: true })],
    ['channels last', npyBytes([2, 2, 2, 1], greys)],
    ['channels first', npyBytes([2, 1, 2, 2], greys)],
  ])('%s, in a folder and in one .npz', async (_, images) => {
    const { folder, root, catalogue, importAs } = await setUp(arrays(images));
    const { dataset, contentSha256 } = await importAs(folder);
    expect(dataset).toMatchObject({ shape: [2, 2, 1], classes: ['0', '1'], trainCount: 2, testCount: 1 });
    const { train } = await catalogue.load(dataset.id);
    expect([...train.pixels]).toEqual(greys);
    expect([...train.labels]).toEqual([0, 1]);
    await writeTree(root, { 'all.npz': zipBytes(arrays(images)) });
    expect((await importAs(join(root, 'all.npz'))).contentSha256).toBe(contentSha256);
  });

  test('colours first come out last', async () => {
    const { folder, catalogue, importAs } = await setUp({
      ...arrays(npyBytes([2, 3, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
      'x_test.npy': npyBytes([1, 3, 1, 2], [0, 0, 0, 0, 0, 0]),
    });
    const { dataset } = await importAs(folder);
    expect([...(await catalogue.load(dataset.id)).train.pixels]).toEqual([1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12]);
  });

  test('one set is split by seed', async () => {
    const count = 10;
    const { folder, importAs } = await setUp({
      'images.npy': npyBytes(
        [count, 1, 1],
        Array.from({ length: count }, (_, at) => at),
      ),
      'labels.npy': npyBytes(
        [count],
        Array.from({ length: count }, (_, at) => at % 2),
      ),
    });
    const { dataset, notes } = await importAs(folder, { testShare: 0.4 });
    expect(dataset).toMatchObject({ trainCount: 6, testCount: 4 });
    expect(notes[0]).toMatch(/40% of every class by seed 1/);
  });

  test.each([
    [
      'cut short',
      { 'x_train.npy': npyBytes([2, 2, 2], greys).subarray(0, -1) },
      /x_train\.npy: declares 2 × 2 × 2 .*truncated/,
    ],
    ['no array', { 'x_train.npy': 'hello world, hello' }, /x_train\.npy: is not an array of NumPy/],
    ['of text', { 'x_train.npy': npyBytes([2, 2, 2], greys, { type: '|S3' }) }, /holds values of type \|S3/],
    [
      'of values beyond a byte',
      { 'x_train.npy': npyBytes([2, 2, 2], [300, ...greys.slice(1)], { type: '>i2' }) },
      /holds 300; pixels run/,
    ],
    ['of two channels', { 'x_train.npy': npyBytes([2, 2, 1, 2], greys) }, /x_train\.npy: is 2 × 2 × 1 × 2; images are/],
    ['of labels too few', { 'y_train.npy': npyBytes([1], [0]) }, /y_train\.npy: holds 1 labels for 2 images/],
    ['of a negative label', { 'y_train.npy': npyBytes([2], [0, -1], { type: '>i2' }) }, /labels sample 1 as -1/],
    [
      'of a test label beyond the classes',
      { 'y_test.npy': npyBytes([1], [5]) },
      /y_test\.npy, sample 0: is labelled 5/,
    ],
  ])('a file %s is told by name', async (_, bad, message) => {
    const { folder, importAs, stored } = await setUp({ ...arrays(), ...bad });
    await expect(importAs(folder)).rejects.toThrow(message);
    expect(await stored()).toEqual([]);
  });

  test('an .npz whose entry leaves it, or that is damaged, is refused', async () => {
    const { root, importAs } = await setUp({
      'evil.npz': '',
    });
    await writeTree(root, {
      'evil.npz': zipBytes({ ...arrays(), '../evil.npy': npyBytes([1], [1]) }),
      'cut.npz': zipBytes(arrays()).subarray(0, 200),
    });
    await expect(importAs(join(root, 'evil.npz'))).rejects.toThrow(/entry \.\.\/evil\.npy leaves the archive/);
    await expect(importAs(join(root, 'cut.npz'))).rejects.toThrow(/cut\.npz: cannot be unpacked/);
  });
});

describe('Parquet', () => {
  const rows = (labels: number[], first = 0) =>
    Promise.all(labels.map(async (label, at) => ({ bytes: await picture(first + at), label })));
  const files = async () => ({
    'data/train-00000-of-00002.parquet': parquetBytes(await rows([0, 1]), { names: ['cat', 'dog'] }),
    'data/train-00001-of-00002.parquet': parquetBytes(await rows([1], 2), { names: ['cat', 'dog'] }),
    'data/test-00000-of-00001.parquet': parquetBytes(await rows([0], 3), { names: ['cat', 'dog'] }),
  });

  test('as dataset hubs publish images: shards in order, splits and class names', async () => {
    const { folder, catalogue, importAs } = await setUp(await files());
    const { dataset, kind } = await importAs(folder);
    expect(kind).toBe('Parquet files of images');
    expect(dataset).toMatchObject({ classes: ['cat', 'dog'], trainCount: 3, testCount: 1, shape: [4, 5, 3] });
    const { train } = await catalogue.load(dataset.id);
    expect([...train.labels]).toEqual([0, 1, 1]);
    expect(Buffer.from(train.pixels)).toEqual(Buffer.concat([0, 1, 2].map((number) => picturePixels(number))));
  });

  test('one file is split by seed; the column of labels can be chosen', async () => {
    const { folder, importAs } = await setUp({
      'all.parquet': parquetBytes(await rows([0, 1, 0, 1, 0, 1]), { labelColumn: 'coarse' }),
    });
    const file = join(folder, 'all.parquet');
    await expect(importAs(file)).rejects.toThrow(
      /has no column of labels .* columns are image, coarse\. Name the column/,
    );
    const { dataset } = await importAs(file, { labels: 'coarse', testShare: 0.34 });
    expect(dataset).toMatchObject({ trainCount: 4, testCount: 2, classes: ['0', '1'] });
  });

  test.each([
    [
      'without images',
      async () => parquetBytes(await rows([0, 1]), { hasImages: false }),
      /no column of images.*columns are label/,
    ],
    ['cut short', async () => parquetBytes(await rows([0, 1])).subarray(0, -20), /is not a whole Parquet file/],
    ['that is none', () => Promise.resolve(Buffer.from('hello')), /is not a whole Parquet file/],
    [
      'with a label outside the range',
      async () => parquetBytes(await rows([0, 7]), { names: ['cat', 'dog'] }),
      /row 1: is labelled 7/,
    ],
    [
      'with an image that cannot be decoded',
      async () => parquetBytes([...(await rows([0, 1])), { bytes: Buffer.from('no image'), label: 1 }]),
      /row 2: cannot be decoded/,
    ],
  ])('a file %s is told by name', async (_, bad, message) => {
    const { folder, importAs, stored } = await setUp({
      ...(await files()),
      'data/train-00000-of-00002.parquet': await bad(),
    });
    await expect(importAs(folder)).rejects.toThrow(message);
    expect(await stored()).toEqual([]);
  });
});

describe('skipping what cannot be used', () => {
  test('in Parquet files: a bad image and a bad label are left out and reported by file and row', async () => {
    const rows = [
      { bytes: await picture(0), label: 0 },
      { bytes: Buffer.from('no image'), label: 1 },
      { bytes: await picture(2), label: 7 },
      { bytes: await picture(3), label: 1 },
    ];
    const good = await Promise.all([0, 1].map(async (label) => ({ bytes: await picture(label), label })));
    const { folder, importAs } = await setUp({
      'train.parquet': parquetBytes(rows, { names: ['cat', 'dog'] }),
      'test.parquet': parquetBytes(good, { names: ['cat', 'dog'] }),
    });
    const { dataset, skipped, skippedCount } = await importAs(folder, { onBadFile: 'skip' });
    expect([dataset.trainCount, dataset.testCount, skippedCount]).toEqual([2, 2, 2]);
    expect(skipped.map(({ file, problem }) => `${file}: ${problem}`).sort()).toEqual([
      expect.stringMatching(/train\.parquet, row 1: cannot be decoded/),
      expect.stringMatching(/train\.parquet, row 2: is labelled 7/),
    ]);
  });

  test('in arrays: a test label beyond the classes', async () => {
    const { folder, importAs } = await setUp({
      'x_train.npy': npyBytes([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]),
      'y_train.npy': npyBytes([2], [0, 1]),
      'x_test.npy': npyBytes([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]),
      'y_test.npy': npyBytes([2], [1, 5]),
    });
    const { dataset, skipped } = await importAs(folder, { onBadFile: 'skip' });
    expect(dataset.testCount).toBe(1);
    expect(skipped).toEqual([
      {
        file: expect.stringMatching(/y_test\.npy, sample 1$/) as string,
        problem: expect.stringContaining('labelled 5') as string,
      },
    ]);
  });
});

test('a file of another kind is refused with what could be imported', async () => {
  const { folder, importAs } = await setUp({ 'notes.docx': 'text' });
  await expect(importAs(join(folder, 'notes.docx'))).rejects.toThrow(
    /does not read\. Espalier imports folders of images/,
  );
});
