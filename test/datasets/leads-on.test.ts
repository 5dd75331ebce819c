import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportChoices } from '../../src-main/contract/index.ts';
import { DatasetError, systemRefusal, type Fault } from '../../src-main/datasets/dataset-error.ts';
import { npyBytes, tarBytes, zipBytes } from './support/archive-files.ts';
import { openCatalogueBeside as setUp } from './support/catalogue.ts';
import { idxBytes, idxFiles, ramp, smallDataset } from './support/idx-files.ts';
import { picture, writeTree } from './support/image-files.ts';
import { parquetBytes } from './support/parquet-files.ts';

/** What cannot be imported as it is: the message says what to do instead, and whose fault it is. */

type Files = Record<string, Uint8Array | string>;

const pictures = async (paths: readonly string[]): Promise<Files> =>
  Object.fromEntries(await Promise.all(paths.map(async (path, at) => [path, await picture(at)] as const)));

const LFS =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';

interface Case {
  files: Files | Promise<Files>;
  /** What is imported, below the folder of the files. */
  what?: string;
  choices?: Partial<ImportChoices>;
  message: RegExp;
}

const LEADS: Record<string, Case> = {
  'a single image': {
    files: pictures(['set/cat/1.png', 'set/dog/1.png']),
    what: 'set/cat/1.png',
    message: /1\.png: is a single image\. .* each class, such as \S+set where cat is one of the classes/,
  },
  'the images of one class': {
    files: pictures(['set/cat/1.png', 'set/cat/2.png', 'set/dog/1.png']),
    what: 'set/cat',
    message: /cat: holds 2 images of no class\. It may be one class of several: import \S+set, which holds cat and dog/,
  },
  'images beside no class folder': {
    files: pictures(['1.png', '2.png']),
    message: /holds 2 images of no class\. The class of an image is the name of its folder/,
  },
  'an empty class': {
    files: pictures(['cat/1.png', 'dog/1.png']).then((files) => ({ ...files, 'emu/about.txt': 'nothing' })),
    message: /emu: is a class without an image/,
  },
  'class folders one level too high': {
    files: pictures(['archive/cat/1.png', 'archive/dog/1.png']),
    message: /\S+archive holds cat and dog: import that one/,
  },
  'splits two levels too high': {
    files: pictures(['a/b/train/cat/1.png', 'a/b/train/dog/1.png', 'a/b/test/cat/1.png', 'a/b/test/dog/1.png']),
    message: /\S+a\/b holds test and train: import that one/,
  },
  'IDX files one level too high': {
    files: Object.fromEntries(Object.entries(idxFiles(smallDataset())).map(([name, bytes]) => [`raw/${name}`, bytes])),
    message: /holds no class folder with images\. \S+raw holds IDX files: import that one/,
  },
  'two datasets one level too high': {
    files: Object.fromEntries(
      ['mnist', 'kmnist'].flatMap((set) =>
        Object.entries(idxFiles(smallDataset())).map(([name, bytes]) => [`${set}/${name}`, bytes] as const),
      ),
    ),
    message: /Import one of \S+\/kmnist \(IDX files\) and \S+\/mnist \(IDX files\)/,
  },
  'an archive in a folder': {
    files: { 'cifar-10-binary.tar.gz': 'x' },
    message: /cifar-10-binary\.tar\.gz holds what may be a dataset: import that one/,
  },
  'files that are no images': {
    files: { 'cat/1.dat': 'x', 'cat/2.dat': 'x', 'dog/1.dat': 'x' },
    message: /hold 3 \.dat files, which are no images that are read; convert them to PNG/,
  },
  'files of a format that is not read': {
    files: { 'cat/1.tga': 'x', 'cat/2.tga': 'x', 'dog/1.tga': 'x' },
    message: /1\.tga: is an image of the format Targa, which is not read .*convert it to PNG/,
  },
  'a zip': {
    files: { 'all.zip': 'x' },
    what: 'all.zip',
    message: /all\.zip: is an archive that is not read\. Unpack it/,
  },
  'one IDX file': {
    files: idxFiles(smallDataset()),
    what: 'train-images-idx3-ubyte',
    message: /is one IDX file of several\. Import its folder, \S+files, with/,
  },
  'no folder': { files: {}, what: 'nowhere', message: /nowhere: there is no such folder or file/ },
  'a path through a file': {
    files: { 'a.txt': 'x' },
    what: 'a.txt/b',
    message: /a part of its path is a file\. Check/,
  },
  'a choice that is not used': {
    files: pictures(['cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/2.png']),
    choices: { labels: 'fine' },
    message: /leave out the choice of labels, fine/,
  },
  'a label table of another width than QMNIST’s': {
    files: { ...idxFiles(smallDataset()), 'train-labels-idx1-ubyte': idxBytes([20, 3], new Uint8Array(240), 0x0c) },
    message: /train-labels-idx1-ubyte: holds a table of 3 columns of 32-bit integers; of labels only QMNIST’s, of 8/,
  },
  'two CIFAR files of one name in an archive': {
    files: {
      'c.tar': tarBytes({ 'a/train.bin': ramp(3074), 'a/test.bin': ramp(3074), 'b/test.bin': ramp(3074) }),
    },
    what: 'c.tar',
    message: /has two files named test\.bin: a\/test\.bin and b\/test\.bin\. Unpack it, and import the folder of one/,
  },
  'an entry that is in an archive twice': {
    files: {
      'c.tar': Buffer.concat([
        tarBytes({ 'a/train.bin': ramp(3074) }).subarray(0, 512 + 3584),
        tarBytes({ 'a/train.bin': ramp(3074) }),
      ]),
    },
    what: 'c.tar',
    message: /has more than one entry named a\/train\.bin/,
  },
};

test.each(Object.entries(LEADS))('%s', async (_, { files, what = '', choices, message }) => {
  const { folder, importAs, stored } = await setUp(await files);
  await mkdir(folder, { recursive: true });
  const failure: unknown = await importAs(join(folder, what), choices).catch((error: unknown) => error);
  expect((failure as Error).message).toMatch(message);
  expect(failure).toBeInstanceOf(DatasetError);
  expect((failure as DatasetError).fault).toBe('input');
  expect(await stored()).toEqual([]);
});

describe('a Git LFS pointer is named as one, whatever it stands for', () => {
  const arrays = { 'y.npy': npyBytes([2], [0, 1]) };
  test.each<[string, Files, string]>([
    ['an image', { 'cat/1.png': LFS, 'cat/2.png': LFS, 'dog/1.png': LFS }, ''],
    ['an IDX file', { ...idxFiles(smallDataset()), 'train-labels-idx1-ubyte': LFS }, ''],
    ['a compressed IDX file', { ...idxFiles(smallDataset(), true), 't10k-images-idx3-ubyte.gz': LFS }, ''],
    ['a .npy file', { ...arrays, 'x.npy': LFS }, ''],
    ['an .npz file', { 'a.npz': LFS }, 'a.npz'],
    ['an array in an .npz file', { 'a.npz': zipBytes({ ...arrays, 'x.npy': Buffer.from(LFS) }) }, 'a.npz'],
    ['a Parquet file in a folder', { 'train.parquet': LFS }, ''],
    ['a Parquet file', { 'train.parquet': LFS }, 'train.parquet'],
    ['a .tar.gz file', { 'cifar-10-binary.tar.gz': LFS }, 'cifar-10-binary.tar.gz'],
    ['a zip file', { 'a.zip': LFS }, 'a.zip'],
    ['a CIFAR file', { 'train.bin': LFS, 'test.bin': LFS }, ''],
    [
      'a CIFAR file in an archive',
      { 'c.tar': tarBytes({ 'train.bin': Buffer.from(LFS), 'test.bin': ramp(3074) }) },
      'c.tar',
    ],
  ])('%s', async (_, files, what) => {
    const { folder, importAs } = await setUp(files);
    const failure: unknown = await importAs(join(folder, what)).catch((error: unknown) => error);
    expect((failure as Error).message).toMatch(/: is a Git LFS pointer, not the file itself: run git lfs pull/);
    expect((failure as DatasetError).fault).toBe('input');
  });
});

describe('whose fault a system’s error is', () => {
  const error = (code: string) => Object.assign(new Error(`${code}: so`), { code, syscall: 'open' });
  test.each<[string, 'read' | 'written', Fault]>([
    ['ENOENT', 'read', 'input'],
    ['ENOTDIR', 'read', 'input'],
    ['EISDIR', 'read', 'input'],
    ['ELOOP', 'read', 'input'],
    ['ENAMETOOLONG', 'read', 'input'],
    ['EACCES', 'read', 'machine'],
    ['EPERM', 'read', 'machine'],
    ['EIO', 'read', 'machine'],
    ['EMFILE', 'read', 'machine'],
    ['ENOSPC', 'written', 'machine'],
    ['EDQUOT', 'written', 'machine'],
    ['EFBIG', 'written', 'machine'],
    ['EROFS', 'written', 'machine'],
    ['ENOENT', 'written', 'machine'],
  ])('%s where a file is to be %s: %s', (code, doing, fault) => {
    const refusal = systemRefusal('/a', error(code), doing);
    expect(refusal.fault).toBe(fault);
    expect(refusal.message).toMatch(
      fault === 'input' ? /^\/a: is .*\. Check its path\.$/ : /^\/a: cannot be .*\. Check/,
    );
  });
});

describe('what is left out is counted', () => {
  const left = (what: string, count: number) => ({ kind: 'left-out', what, count });
  const SYSTEM = 'system files and folders such as .DS_Store and __MACOSX';

  test('system files at every level of split folders, and files beside classes', async () => {
    const { folder, importAs } = await setUp({
      ...(await pictures(['seg_train/seg_train/a/1.png', 'seg_train/seg_train/b/1.png', 'seg_test/seg_test/a/1.png'])),
      ...(await pictures(['seg_test/seg_test/b/1.png', 'seg_train/seg_train/odd.png'])),
      '.DS_Store': 'x',
      'seg_train/.DS_Store': 'x',
      'seg_train/seg_train/Thumbs.db': 'x',
      'seg_train/seg_train/a/._1.png': 'x',
      'seg_train/seg_train/__MACOSX/a/._1.png': 'x',
      'seg_test/seg_test/b/.ipynb_checkpoints/1.png': 'x',
      'labels.csv': 'x',
    });
    const { dataset, changes } = await importAs(folder);
    expect([dataset.trainCount, dataset.testCount]).toEqual([2, 2]);
    expect(changes).toEqual([
      left(SYSTEM, 6),
      left('files beside class folders', 1),
      left('images beside class folders, which are of no class', 1),
    ]);
  });

  test('each once where splits are within classes', async () => {
    const { folder, importAs } = await setUp({
      ...(await pictures(['a/train/1.png', 'a/test/1.png', 'b/train/1.png', 'b/test/1.png', 'a/odd.png'])),
      ...{ 'a/.DS_Store': 'x', 'a/train/.DS_Store': 'x', 'b/test/.DS_Store': 'x' },
    });
    const { changes } = await importAs(folder);
    expect(changes).toHaveLength(2);
    expect(changes).toEqual(expect.arrayContaining([left('files beside the splits of a class', 1), left(SYSTEM, 3)]));
  });

  test('in an .npz, a .tar and folders of Parquet files', async () => {
    const arrays = { 'x.npy': npyBytes([4, 1, 1], [0, 1, 2, 255]), 'y.npy': npyBytes([4], [0, 1, 0, 1]) };
    const cifar = (labels: number[]) =>
      Buffer.concat(labels.map((label) => Buffer.concat([Buffer.from([0, label]), Buffer.from(ramp(3072))])));
    const rows = await Promise.all([0, 1, 0, 1].map(async (label) => ({ bytes: await picture(label), label })));
    const { root, importAs } = await setUp({});
    await writeTree(root, {
      'a.npz': zipBytes({ ...arrays, '__MACOSX/._x.npy': Buffer.from('x'), 'about.txt': Buffer.from('x') }),
      'c.tar': tarBytes({
        'c/train.bin': cifar([1, 2, 3]),
        'c/test.bin': cifar([1, 2]),
        'c/._test.bin': Buffer.from('x'),
        'c/readme.html': Buffer.from('x'),
      }),
      'p/data/train/0.parquet': parquetBytes(rows),
      'p/data/train/._0.parquet': 'x',
      'p/data/.DS_Store': 'x',
    });
    const others = left('files and folders beside those that are read', 1);
    expect((await importAs(join(root, 'a.npz'))).changes).toEqual([left(SYSTEM, 1), others]);
    const coarse = left('coarse labels (superclasses) beside the fine ones', 5);
    expect((await importAs(join(root, 'c.tar'))).changes).toEqual([left(SYSTEM, 1), others, coarse]);
    expect((await importAs(join(root, 'p'))).changes).toEqual([left(SYSTEM, 2)]);
  });
});

test('QMNIST: the first column of its label tables is the class, the others are counted', async () => {
  const { train, test: held } = smallDataset();
  const table = (labels: Uint8Array): Buffer => {
    const values = Buffer.alloc(labels.length * 32);
    labels.forEach((label, row) =>
      [label, 4, 2000 + row, 7, 30 + label, row, 0, 0].forEach((value, at) =>
        values.writeInt32BE(value, row * 32 + at * 4),
      ),
    );
    return idxBytes([labels.length, 8], values, 0x0c);
  };
  const { folder, catalogue, importAs } = await setUp({
    'qmnist-train-images-idx3-ubyte': idxBytes([20, 5, 4], train.pixels),
    'qmnist-train-labels-idx2-int': table(train.labels),
    'qmnist-test-images-idx3-ubyte': idxBytes([8, 5, 4], held.pixels),
    'qmnist-test-labels-idx2-int': table(held.labels),
  });
  const { dataset, changes } = await importAs(folder);
  expect(dataset).toMatchObject({ trainCount: 20, testCount: 8, classes: ['0', '1', '2'] });
  expect(changes).toEqual([
    { kind: 'left-out', what: 'columns of label tables beside the class, such as the writer', count: 14 },
  ]);
  expect([...(await catalogue.load(dataset.id)).train.labels]).toEqual([...train.labels]);
});

test('Parquet files behind links, as hubs’ caches have them', async () => {
  const rows = await Promise.all([0, 1, 0, 1].map(async (label) => ({ bytes: await picture(label), label })));
  const { root, folder, importAs } = await setUp({ 'refs/main': 'x' });
  await writeTree(root, { 'blobs/4d7a': parquetBytes(rows) });
  const link = join(folder, 'data/train-00000-of-00001.parquet');
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(root, 'blobs/4d7a'), link);
  expect((await importAs(folder)).dataset.trainCount).toBe(2);
});

test('a folder that is called like a known dataset is not taken for it, and its report says so', async () => {
  const { root, importAs } = await setUp({});
  const folder = await writeTree(join(root, 'cifar-10'), await pictures(['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png']));
  const { dataset, notes } = await importAs(folder);
  expect(dataset.id).toMatch(/^images-/);
  expect(notes).toContain('It is called like CIFAR-10, which has 50,000 training images, but is not it.');
});
