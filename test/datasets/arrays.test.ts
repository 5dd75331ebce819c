import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { npyBytes, zipBytes } from './support/archive-files.ts';
import { openCatalogueBeside as setUp } from './support/catalogue.ts';
import { writeTree } from './support/image-files.ts';

describe('NumPy arrays', () => {
  // Two images of 2 × 2 to train on, one to test.
  const greys = [0, 51, 102, 153, 204, 255, 0, 255];
  const arrays = (images = npyBytes([2, 2, 2], greys), labels = npyBytes([2], [0, 1], { type: '<i8' })) => ({
    'x_train.npy': images,
    'y_train.npy': labels,
    // Black, which is of any scale.
    'x_test.npy': npyBytes([1, 2, 2], [0, 0, 0, 0]),
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
    [
      'of text',
      { 'x_train.npy': npyBytes([2, 2, 2], greys, { type: '|S3' }) },
      /x_train\.npy: holds text \(bytes\) \(\|S3\); only whole numbers/,
    ],
    ['of two channels', { 'x_train.npy': npyBytes([2, 2, 1, 2], greys) }, /x_train\.npy: is 2 × 2 × 1 × 2; images are/],
    ['of labels too few', { 'y_train.npy': npyBytes([1], [0]) }, /y_train\.npy: holds 1 labels for 2 images/],
    [
      'of a negative label',
      {
        'x_train.npy': npyBytes([3, 2, 2], [...greys, 1, 2, 3, 4]),
        'y_train.npy': npyBytes([3], [0, -1, 1], { type: '>i2' }),
      },
      /y_train\.npy, sample 1: is labelled -1, but the classes are 0 to 1/,
    ],
    [
      'without a pixel',
      { 'x_train.npy': npyBytes([2, 0, 3], []) },
      /x_train\.npy: is 2 × 0 × 3: its images have no pixel/,
    ],
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

  test('a test label beyond the classes is skipped', async () => {
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

describe('which arrays are taken', () => {
  const images = (count = 2) =>
    npyBytes(
      [count, 1, 1],
      Array.from({ length: count }, (_, at) => at),
    );
  const split = { 'x_train.npy': images(), 'y_train.npy': npyBytes([2], [0, 1]), 'x_test.npy': images() };

  test('the labels that were chosen, and their counterpart for the test images', async () => {
    const { folder, root, catalogue, importAs } = await setUp({
      ...split,
      'y_test.npy': npyBytes([2], [0, 1]),
      'fine_train.npy': npyBytes([2], [2, 1]),
      'fine_test.npy': npyBytes([2], [1, 2]),
    });
    const { dataset } = await importAs(folder, { labels: 'fine_train' });
    const { train, test: held } = await catalogue.load(dataset.id);
    expect([...train.labels, ...held.labels]).toEqual([2, 1, 1, 2]);
    expect((await importAs(folder)).dataset.classes).toEqual(['0', '1']);
    await writeTree(root, { 'one.npz': zipBytes({ 'x.npy': images(4), 'coarse.npy': npyBytes([4], [0, 0, 1, 1]) }) });
    expect((await importAs(join(root, 'one.npz'), { labels: 'coarse' })).dataset.trainCount).toBe(2);
  });

  test.each([
    [
      { 'y_test.npy': npyBytes([2], [0, 1]) },
      'nonsense',
      /There is no array nonsense of labels; the arrays are .*y_train/,
    ],
    [{ 'more_train.npy': npyBytes([2], [0, 1]) }, 'more_train', /labels of x_test are missing; .* are named more_test/],
    [{ 'fine.npy': npyBytes([2], [0, 1]) }, 'fine', /holds x_test too, .* with train in its name; fine has not/],
  ])('what cannot be obeyed is refused (%#)', async (more, labels, message) => {
    const { folder, importAs } = await setUp({ ...split, ...more });
    await expect(importAs(folder, { labels })).rejects.toThrow(message);
  });

  test.each([
    [
      { 'train_labels.npy': npyBytes([2], [1, 0]) },
      /labels of x_train: train_labels and y_train\. .*--labels train_labels \(2 different values from 0 to 1\); --labels y_train/,
    ],
    [
      { 'train_images.npy': images() },
      /hold the images of train: train_images and x_train\. .*--images train_images \(2 × 1 × 1\); --images x_train/,
    ],
    [{ 'X_train.npy': images() }, /hold the images of train: X_train and x_train\. .*--images X_train/],
  ])('where two would do, none is guessed (%#)', async (more, message) => {
    const { folder, importAs } = await setUp({ ...split, 'y_test.npy': npyBytes([2], [0, 1]), ...more });
    await expect(importAs(folder)).rejects.toThrow(message);
  });

  test.each([
    ['', '/'],
    ['data/', '/'],
    ['data/', '_'],
  ])('groups of an .npz are its splits (%j, %j)', async (folder, mark) => {
    const { root, catalogue, importAs } = await setUp({});
    const entries = {
      [`${folder}train${mark}x.npy`]: npyBytes([2, 1, 1], [1, 200]),
      [`${folder}train${mark}y.npy`]: npyBytes([2], [0, 1]),
      [`${folder}test${mark}x.npy`]: npyBytes([2, 1, 1], [3, 100]),
      [`${folder}test${mark}y.npy`]: npyBytes([2], [1, 0]),
      '__MACOSX/._x.npy': Buffer.from('resource fork'),
    };
    await writeTree(root, { 'groups.npz': zipBytes(entries) });
    const { dataset, notes } = await importAs(join(root, 'groups.npz'));
    const { train, test: held } = await catalogue.load(dataset.id);
    expect([...train.pixels, ...held.pixels, ...train.labels, ...held.labels]).toEqual([1, 200, 3, 100, 0, 1, 1, 0]);
    expect(notes).toEqual([]);
  });

  test('two entries of one name are refused', async () => {
    const { root, importAs } = await setUp({});
    const entries = { 'train/x.npy': images(), 'train_x.npy': images(), 'train_y.npy': npyBytes([2], [0, 1]) };
    await writeTree(root, { 'two.npz': zipBytes(entries) });
    await expect(importAs(join(root, 'two.npz'))).rejects.toThrow(/more than one entry is an array named train_x/);
  });

  test('one array alone is refused with the folder to import', async () => {
    const { folder, importAs } = await setUp({ ...split, 'y_test.npy': npyBytes([2], [0, 1]) });
    await expect(importAs(join(folder, 'x_train.npy'))).rejects.toThrow(`Import its folder, ${folder}, with images`);
  });
});

test('a training label that is none is skipped', async () => {
  const { folder, importAs } = await setUp({
    'x.npy': npyBytes([7, 1, 1], [0, 1, 2, 3, 4, 5, 6]),
    'y.npy': npyBytes([7], [0, 1, -1, 0, 1, 0, 1], { type: '>i2' }),
  });
  const { dataset, skipped } = await importAs(folder, { onBadFile: 'skip', testShare: 0.34 });
  expect([dataset.trainCount, dataset.testCount]).toEqual([4, 2]);
  expect(skipped).toEqual([
    { file: join(folder, 'y.npy, sample 2'), problem: 'is labelled -1, but the classes are 0 to 1' },
  ]);
});
