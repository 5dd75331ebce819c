import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findIdxFiles, readIdxFolder, type IdxFiles } from '../../src-main/datasets/idx-folder.ts';
import { idxBytes, idxFiles, ramp, smallDataset, writeFolder } from './support/idx-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const empty = (...names: string[]) => Object.fromEntries(names.map((name) => [name, new Uint8Array(1)]));

const inOrder = ({ train, test }: IdxFiles) => [...train, ...test].flatMap(({ images, labels }) => [images, labels]);

describe('finding the four files', () => {
  test.each([
    [['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte']],
    [['train-images.idx3-ubyte', 'train-labels.idx1-ubyte', 'test-images.idx3-ubyte.gz', 'test-labels.idx1-ubyte']],
    [
      [
        'emnist-digits-train-images-idx3-ubyte.gz',
        'emnist-digits-train-labels-idx1-ubyte.gz',
        'emnist-digits-test-images-idx3-ubyte.gz',
        'emnist-digits-test-labels-idx1-ubyte.gz',
      ],
    ],
  ])('%s', async (names) => {
    const folder = await writeFolder(await temporaryFolder(), empty(...names, 'README.md', 'train-images.png'));
    const files = await findIdxFiles(folder);
    expect(inOrder(files)).toEqual(names.map((name) => join(folder, name)));
  });

  test('prefers the plain file where both are there', async () => {
    const names = Object.keys(idxFiles(smallDataset()));
    const folder = await writeFolder(await temporaryFolder(), empty(...names, ...names.map((name) => `${name}.gz`)));
    expect(inOrder(await findIdxFiles(folder))).toEqual(names.map((name) => join(folder, name)));
  });

  test.each(Object.keys(idxFiles(smallDataset())))('says that %s is missing', async (missing) => {
    const names = Object.keys(idxFiles(smallDataset())).filter((name) => name !== missing);
    const folder = await writeFolder(await temporaryFolder(), empty(...names));
    await expect(findIdxFiles(folder)).rejects.toThrow(`or ${missing}) beside the others`);
  });

  test('refuses to choose between two sets', async () => {
    const names = Object.keys(idxFiles(smallDataset()));
    const folder = await writeFolder(await temporaryFolder(), empty(...names, 'letters-train-images-idx3-ubyte'));
    await expect(findIdxFiles(folder)).rejects.toThrow(/more than one may be trained on\. .*--train-split train/);
  });

  test('an empty folder, no folder, a file', async () => {
    const folder = await writeFolder(await temporaryFolder(), empty('a.png'));
    await expect(findIdxFiles(folder)).rejects.toThrow(/there are no IDX files in this folder/);
    await expect(findIdxFiles(join(folder, 'none'))).rejects.toThrow(/is not there/);
    await expect(findIdxFiles(join(folder, 'a.png'))).rejects.toThrow(/is a file/);
  });
});

describe('the files checked against each other', () => {
  const folderWith = async (change: Record<string, Uint8Array>) =>
    writeFolder(await temporaryFolder(), { ...idxFiles(smallDataset()), ...change });

  const table: [string, Record<string, Uint8Array>, RegExp][] = [
    [
      'more labels than images',
      { 'train-labels-idx1-ubyte': idxBytes([21], ramp(21, 3)) },
      /train-labels-idx1-ubyte: holds 21 labels for 20 images/,
    ],
    [
      'labels of the other split',
      { 't10k-labels-idx1-ubyte': idxBytes([20], ramp(20, 3)) },
      /t10k-labels-idx1-ubyte: holds 20 labels for 8 images/,
    ],
    [
      'test images of another size',
      { 't10k-images-idx3-ubyte': idxBytes([8, 4, 5], ramp(160)) },
      /t10k-images-idx3-ubyte: holds images of 4 × 5, but the training images are 5 × 4/,
    ],
    [
      'a test label that training does not know',
      { 't10k-labels-idx1-ubyte': idxBytes([8], Uint8Array.of(0, 1, 2, 0, 1, 3, 0, 1)) },
      /t10k-labels-idx1-ubyte: labels image 5 as 3, but the classes are 0 to 2/,
    ],
    [
      'one class only',
      { 'train-labels-idx1-ubyte': idxBytes([20], new Uint8Array(20).fill(7)) },
      /train-labels-idx1-ubyte: labels every image 7/,
    ],
  ];

  test.each(table)('%s', async (_, change, message) => {
    await expect(readIdxFolder(await folderWith(change), null)).rejects.toThrow(message);
  });

  test('a label beyond the known classes', async () => {
    await expect(readIdxFolder(await folderWith({}), ['cat', 'dog'])).rejects.toThrow(
      /train-labels-idx1-ubyte: labels image 2 as 2, but the classes are 0 to 1/,
    );
  });
});
