import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCatalogueBeside as setUp } from './support/catalogue.ts';
import { picture, picturePixels } from './support/image-files.ts';
import { parquetBytes, type ParquetRow } from './support/parquet-files.ts';

const hubFiles = new URL('../fixtures/hub-parquet', import.meta.url);

type Label = ParquetRow['label'];
const rows = (labels: readonly Label[], first = 0) =>
  Promise.all(labels.map(async (label, at) => ({ bytes: await picture(first + at), label })));
const wrong = (label: Label) => ({ bytes: Buffer.from('no image'), label });
const told = (skipped: readonly { file: string; problem: string }[]) =>
  skipped.map(({ file, problem }) => `${file.split('/').at(-1)}: ${problem}`);

describe('Parquet', () => {
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
      /no column of labels by name.* columns are image, coarse\. Decide with --labels NAME: --labels coarse \(2 different values in 6 rows, such as 0 and 1\)/,
    );
    const { dataset } = await importAs(file, { labels: 'coarse', testShare: 0.34 });
    expect(dataset).toMatchObject({ trainCount: 4, testCount: 2, classes: ['0', '1'] });
  });

  test('labels that are stored as differences', async () => {
    const { folder, catalogue, importAs } = await setUp({
      'train.parquet': parquetBytes(await rows([2, 0, 1, 1]), { isDelta: true }),
      'test.parquet': parquetBytes(await rows([1, 2])),
    });
    const { dataset } = await importAs(folder);
    expect(dataset).toMatchObject({ trainCount: 4, testCount: 2, classes: ['0', '1', '2'] });
    const { train } = await catalogue.load(dataset.id);
    expect([...train.labels]).toEqual([2, 0, 1, 1]);
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

describe('what cannot be used in Parquet files', () => {
  test('a bad image and a bad label are left out and reported by file and row', async () => {
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

  test('a row before the first usable image is reported once', async () => {
    const { folder, importAs } = await setUp({
      'train.parquet': parquetBytes([...(await rows([7])), wrong(0), ...(await rows([0, 1]))], {
        names: ['cat', 'dog'],
      }),
      'test.parquet': parquetBytes(await rows([0]), { names: ['cat', 'dog'] }),
    });
    const { dataset, skipped, skippedCount } = await importAs(folder, { onBadFile: 'skip' });
    expect(told(skipped)).toEqual([
      expect.stringMatching(/row 0: is labelled 7, but the classes are cat to dog/),
      expect.stringMatching(/row 1: cannot be decoded/),
    ]);
    expect([skippedCount, dataset.trainCount]).toEqual([2, 2]);
  });

  test.each<[string, Label[], string[]]>([
    ['numbers', [0, null, 1], ['0', '1']],
    ['text', ['dog', null, 'cat'], ['cat', 'dog']],
  ])('a missing label is no class (%s)', async (_, labels, classes) => {
    const { folder, catalogue, importAs } = await setUp({
      'train.parquet': parquetBytes(await rows(labels)),
      'test.parquet': parquetBytes(await rows([labels[0]])),
    });
    await expect(importAs(folder)).rejects.toThrow(/train\.parquet, row 1: has no label/);
    const { dataset, skipped } = await importAs(folder, { onBadFile: 'skip' });
    expect(told(skipped)).toEqual(['train.parquet, row 1: has no label']);
    expect(dataset).toMatchObject({ classes, trainCount: 2, testCount: 1 });
    const { train } = await catalogue.load(dataset.id);
    expect([...train.labels]).toEqual([labels[0], labels[2]].map((label) => classes.indexOf(String(label))));
  });

  test('a missing label neither trains nor tests where the split is drawn', async () => {
    const { folder, importAs } = await setUp({
      'all.parquet': parquetBytes(await rows([0, 1, null, 0, 1, -1, 0, 1])),
    });
    const { dataset, skipped } = await importAs(folder, { onBadFile: 'skip', testShare: 0.34 });
    expect(told(skipped)).toEqual([
      'all.parquet, row 2: has no label',
      'all.parquet, row 5: is labelled -1, but the classes are 0 to 1',
    ]);
    expect([dataset.trainCount, dataset.testCount]).toEqual([4, 2]);
  });

  test('of several files those that are broken or have other columns', async () => {
    const { folder, importAs, stored } = await setUp({
      'train-0.parquet': parquetBytes(await rows([0, 1])),
      'train-1.parquet': parquetBytes(await rows([0, 1])).subarray(0, -20),
      'train-2.parquet': parquetBytes(await rows([0, 1]), { imageColumn: 'img' }),
      'train-3.parquet': parquetBytes(await rows([0, 1]), { labelColumn: 'coarse' }),
      'test.parquet': parquetBytes(await rows([0, 1])),
    });
    await expect(importAs(folder)).rejects.toThrow(/train-1\.parquet: is not a whole Parquet file/);
    expect(await stored()).toEqual([]);
    const { dataset, skipped } = await importAs(folder, { onBadFile: 'skip' });
    expect([dataset.trainCount, dataset.testCount]).toEqual([2, 2]);
    expect(told(skipped)).toEqual([
      expect.stringMatching(/^train-1\.parquet: is not a whole Parquet file/),
      'train-2.parquet: has no column of images named image; its columns are img, label',
      'train-3.parquet: has no column of labels named label; its columns are image, coarse',
    ]);
  });

  test('a test split of which nothing can be used is not replaced by another', async () => {
    const { folder, importAs } = await setUp({
      'train.parquet': parquetBytes(await rows([0, 1])),
      'test.parquet': 'hello',
    });
    await expect(importAs(folder, { onBadFile: 'skip' })).rejects.toThrow(
      /none of its Parquet files of test images can be used: .*test\.parquet is not a whole/,
    );
  });

  test('rows that are more than the machine could hold at once', async () => {
    const { folder, importAs } = await setUp({
      'train-0.parquet': parquetBytes(await rows([0, 1])),
      'train-1.parquet': parquetBytes(await rows([0, 1]), { declaredBytes: 2 ** 45 }),
      'test.parquet': parquetBytes(await rows([0, 1])),
    });
    await expect(importAs(folder)).rejects.toThrow(
      /train-1\.parquet, rows 0 to 1: has a row group of 32768\.0 GiB, .* write the file again with smaller ones/,
    );
    const { dataset, skippedCount } = await importAs(folder, { onBadFile: 'skip' });
    expect([dataset.trainCount, skippedCount]).toEqual([2, 1]);
  });
});

describe('names in Parquet files', () => {
  test('classes that share one are told apart by their numbers', async () => {
    const names = ['crane', 'dog', 'crane'];
    const { folder, catalogue, importAs } = await setUp({
      'train.parquet': parquetBytes(await rows([0, 1, 2]), { names }),
      'test.parquet': parquetBytes(await rows([2]), { names }),
    });
    const { dataset, notes } = await importAs(folder);
    expect(dataset.classes).toEqual(['crane (0)', 'dog', 'crane (2)']);
    expect(notes).toContain('2 classes are named crane; here they are crane (0), crane (2).');
    expect([...(await catalogue.load(dataset.id)).train.labels]).toEqual([0, 1, 2]);
  });

  test('a label of text is not guessed where classes share it', async () => {
    const names = ['crane', 'dog', 'crane'];
    const { folder, importAs } = await setUp({
      'train.parquet': parquetBytes(await rows(['dog', 'crane']), { names }),
      'test.parquet': parquetBytes(await rows(['dog']), { names }),
    });
    const { skipped } = await importAs(folder, { onBadFile: 'skip' });
    expect(told(skipped)).toEqual(['train.parquet, row 1: is labelled crane, but more than one class has that name']);
  });

  test.each([
    ['testdata/all.parquet', [4, 2]],
    ['valencia/all.parquet', [4, 2]],
    ['x/testimony.parquet', [4, 2]],
  ])('%s is no file of a test split', async (path, counts) => {
    const { folder, importAs } = await setUp({ [path]: parquetBytes(await rows([0, 1, 0, 1, 0, 1])) });
    for (const chosen of [join(folder, path), folder]) {
      const { dataset } = await importAs(chosen, { testShare: 0.34 });
      expect([dataset.trainCount, dataset.testCount]).toEqual(counts);
    }
  });

  test.each([
    ['train/0.parquet', 'test/0.parquet'],
    ['cifar-train.parquet', 'cifar-test.parquet'],
    ['training_0.parquet', 'validation_0.parquet'],
    ['trainset.parquet', 'testset.parquet'],
  ])('%s and %s are a split each', async (training, test) => {
    const { folder, importAs } = await setUp({
      [training]: parquetBytes(await rows([0, 1, 0])),
      [test]: parquetBytes(await rows([0])),
    });
    const { dataset } = await importAs(folder);
    expect([dataset.trainCount, dataset.testCount]).toEqual([3, 1]);
  });
});

describe('splits of Parquet files', () => {
  test.each([
    ['eval', 2],
    ['Dev-00000', 2],
  ])('%s stands in for a missing test split, and the report says so', async (name, testCount) => {
    const { folder, importAs } = await setUp({
      'Training-00000.parquet': parquetBytes(await rows([0, 1, 0])),
      [`${name}.parquet`]: parquetBytes(await rows([0, 1])),
    });
    const { dataset, notes } = await importAs(folder);
    expect([dataset.trainCount, dataset.testCount]).toEqual([3, testCount]);
    expect(notes).toEqual([expect.stringMatching(/^There is no test split: .* stands in for it\.$/)]);
  });

  test('what is no split to train on is left out and counted', async () => {
    const { folder, importAs } = await setUp({
      'train.parquet': parquetBytes(await rows([0, 1, 0, 1])),
      'unsupervised-0.parquet': parquetBytes(await rows([0, 1])),
    });
    const { dataset, changes } = await importAs(folder);
    expect(dataset.trainCount + dataset.testCount).toBe(4);
    expect(changes).toEqual([{ kind: 'left-out', what: 'Parquet files of the split unsupervised', count: 1 }]);
  });

  test('of several configurations one is chosen', async () => {
    const { folder, importAs } = await setUp({
      'plain/train-0.parquet': parquetBytes(await rows([0, 1, 0, 1])),
      'augmented/train-0.parquet': parquetBytes(await rows([0, 1, 0, 1, 0, 1])),
    });
    await expect(importAs(folder)).rejects.toThrow(/augmented and plain.*--config NAME/);
    const { dataset } = await importAs(folder, { config: 'plain' });
    expect(dataset.trainCount + dataset.testCount).toBe(4);
  });

  test('test rows without a label are not tested with; validation is, where it is chosen', async () => {
    const { folder, importAs } = await setUp({
      'train.parquet': parquetBytes(await rows([0, 1])),
      'test.parquet': parquetBytes(await rows([-1, -1])),
      'validation.parquet': parquetBytes(await rows([0, 1, 1])),
    });
    await expect(importAs(folder)).rejects.toThrow(
      /No row of the test split test has a label.*Beside it there is validation\. .*--test-split validation \(2 images to train on, 3 images to test with\); --test-split none/,
    );
    expect((await importAs(folder, { testSplits: ['validation'] })).dataset.testCount).toBe(3);
  });

  test('a Git LFS pointer is named as one', async () => {
    const { folder, importAs } = await setUp({ 'train.parquet': 'version https://git-lfs.github.com/spec/v1\n' });
    await expect(importAs(folder)).rejects.toThrow(/is a Git LFS pointer.*git lfs pull/);
  });
});

test('files as hubs write them: row groups, dictionaries, Snappy and Zstandard, optional columns', async () => {
  const { root, catalogue, importAs } = await setUp({});
  const folder = join(root, 'hub');
  await cp(hubFiles, folder, { recursive: true });
  await expect(importAs(folder)).rejects.toThrow(/train-00000-of-00001\.parquet, row 2: has no label/);
  const { dataset, skipped } = await importAs(folder, { onBadFile: 'skip' });
  expect(told(skipped)).toEqual([
    'train-00000-of-00001.parquet, row 2: has no label',
    'train-00000-of-00001.parquet, row 4: holds no image',
  ]);
  expect(dataset).toMatchObject({ classes: ['cat', 'dog'], trainCount: 5, testCount: 2, shape: [4, 5, 3] });
  const { train, test: held } = await catalogue.load(dataset.id);
  expect([...train.labels, ...held.labels]).toEqual([0, 1, 1, 1, 0, 0, 1]);
  expect(Buffer.from(train.pixels)).toEqual(Buffer.concat([0, 1, 3, 5, 6].map((number) => picturePixels(number))));
  expect(Buffer.from(held.pixels)).toEqual(Buffer.concat([10, 11].map((number) => picturePixels(number))));
});
