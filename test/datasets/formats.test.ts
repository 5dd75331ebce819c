import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportChoices } from '../../src-main/contract/index.ts';
import { tarGzBytes } from './support/archive-files.ts';
import { openCatalogueBeside as setUp } from './support/catalogue.ts';
import { idxBytes, idxFiles, smallDataset } from './support/idx-files.ts';
import { writeTree } from './support/image-files.ts';

/** Records of CIFAR: red is the label, green its index, blue 7. */
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
    const { dataset, contentSha256 } = await importAs(folder, { name: 'part' });
    expect(dataset).toMatchObject({ shape: [32, 32, 3], trainCount: 10, testCount: 1 });
    const { train, test: held } = await catalogue.load('part');
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
    const { dataset } = await importAs(folder, { name: 'part' });
    expect(dataset.classes[99]).toBe('worm');
    expect([...(await catalogue.load('part')).train.labels]).toEqual([99, 3]);
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

test('a file of another kind is refused with what could be imported', async () => {
  const { folder, importAs } = await setUp({ 'notes.docx': 'text' });
  await expect(importAs(join(folder, 'notes.docx'))).rejects.toThrow(
    /does not read\. Espalier imports folders of images/,
  );
});

describe('choices that cannot be obeyed', () => {
  const idx = idxFiles(smallDataset());

  test.each([
    ['a size', { size: [32, 32] }, /holds IDX files, images of 5 × 4 × 1\. .*: leave out the choice of size/],
    ['channels', { channels: 'rgb' }, /leave out the choice of channels/],
    ['both', { size: [32, 32], channels: 'rgb' }, /leave out the choice of size and channels/],
    [
      'a value range',
      { valueRange: [0, 15] },
      /Only arrays and images of 16 bits may need it said: leave out the choice of value range/,
    ],
    ['labels', { labels: 'fine' }, /have one label for each image\. .*leave out the choice of labels, fine/],
  ] as const)('%s, are refused for images that are stored as numbers', async (_, choices, message) => {
    const { folder, importAs, stored } = await setUp(idx);
    await expect(importAs(folder, choices as Partial<ImportChoices>)).rejects.toThrow(message);
    expect(await stored()).toEqual([]);
  });

  test('what the images are already may be chosen', async () => {
    const { folder, importAs } = await setUp(idx);
    expect((await importAs(folder, { size: [5, 4], channels: 'grey' })).dataset.shape).toEqual([5, 4, 1]);
  });

  test('of CIFAR too', async () => {
    const cifar = await setUp(cifar10());
    await expect(cifar.importAs(cifar.folder, { channels: 'grey' })).rejects.toThrow(/images of 32 × 32 × 3/);
  });
});

test('IDX files: a test label that training does not know stops, or is skipped and reported', async () => {
  const { test: held } = smallDataset();
  const labels = Uint8Array.from(held.labels, (label, at) => (at === 5 ? 3 : label));
  const { folder, catalogue, importAs, stored } = await setUp({
    ...idxFiles(smallDataset()),
    't10k-labels-idx1-ubyte': idxBytes([8], labels),
  });
  await expect(importAs(folder)).rejects.toThrow(/t10k-labels-idx1-ubyte, image 5: is labelled 3, .* 0 to 2/);
  expect(await stored()).toEqual([]);
  const { dataset, skipped } = await importAs(folder, { onBadFile: 'skip' });
  expect(skipped).toHaveLength(1);
  const { test: read } = await catalogue.load(dataset.id);
  expect([...read.labels]).toEqual([...held.labels].filter((_, at) => at !== 5));
  expect([...read.pixels]).toEqual([...held.pixels].filter((_, at) => Math.floor(at / 20) !== 5));
});
