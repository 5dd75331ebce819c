import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CIFAR_10_CLASSES } from '../../src-main/datasets/cifar-classes.ts';
import { PickleProblem, unpickle } from '../../src-main/datasets/readers/cifar/unpickle.ts';
import { tarGzBytes } from './support/archive-files.ts';
import { openCatalogueBeside as setUp } from './support/catalogue.ts';
import { picture, writeTree } from './support/image-files.ts';
import { PickledArray, pickle, type Picklable } from './support/pickle-files.ts';

/** Reds are the label, greens their index, blues the number of the image. */
const planesOf = (label: number, number: number) =>
  Uint8Array.from({ length: 3072 }, (_, at) => [label, at % 256, number][Math.floor(at / 1024)]);

const arrayOf = (labels: readonly number[], options: PickledArray['options'] = {}) =>
  new PickledArray([labels.length, 3072], Buffer.concat(labels.map(planesOf)), options);

const batch = (labels: readonly number[], more: Record<string, Picklable> = {}) =>
  pickle({
    batch_label: 'training batch 1 of 5',
    labels,
    data: arrayOf(labels),
    filenames: labels.map((label, at) => `${label}_s_${at}.png`),
    ...more,
  });

const LABELS = [[3, 0], [1, 9], [4], [5, 5, 5], [0]];
const META = pickle({ num_cases_per_batch: 10_000, label_names: [...CIFAR_10_CLASSES], num_vis: 3072 });

const pythonTen = (folder = '') => ({
  ...Object.fromEntries(LABELS.map((labels, at) => [`${folder}data_batch_${at + 1}`, batch(labels)])),
  [`${folder}test_batch`]: batch([9, 1]),
  [`${folder}batches.meta`]: META,
});
const binary = (labels: readonly number[]) =>
  Buffer.concat(labels.map((label, at) => Buffer.concat([Buffer.from([label]), planesOf(label, at)])));
const binaryTen = () => ({
  ...Object.fromEntries(LABELS.map((labels, at) => [`data_batch_${at + 1}.bin`, binary(labels)])),
  'test_batch.bin': binary([9, 1]),
});

describe('CIFAR’s Python version', () => {
  test('folder and .tar.gz are the same data as the binary version, channels last', async () => {
    const { folder, root, importAs, catalogue } = await setUp({ ...pythonTen(), 'readme.html': '' });
    const { dataset, contentSha256, kind } = await importAs(folder, { name: 'part' });
    expect([kind, dataset.shape, dataset.trainCount, dataset.testCount]).toEqual([
      'CIFAR-10, Python version',
      [32, 32, 3],
      9,
      2,
    ]);
    const { train } = await catalogue.load('part');
    expect([...train.labels]).toEqual(LABELS.flat());
    expect([...train.pixels.subarray(3072, 3078)]).toEqual([0, 0, 1, 0, 1, 1]);
    await writeTree(root, {
      ...prefixed('binary/', binaryTen()),
      'py.tar.gz': tarGzBytes(pythonTen('cifar-10-batches-py/')),
    });
    expect((await importAs(join(root, 'binary'))).contentSha256).toBe(contentSha256);
    expect((await importAs(join(root, 'py.tar.gz'))).contentSha256).toBe(contentSha256);
  });

  test('CIFAR-100 is read by its fine labels and their names, and the coarse ones are told of', async () => {
    const held = (labels: readonly number[]) =>
      pickle({
        filenames: [],
        batch_label: 'x',
        fine_labels: labels,
        coarse_labels: labels.map(() => 0),
        data: arrayOf(labels),
      });
    const names = Array.from({ length: 100 }, (_, at) => `class ${at}`);
    const { folder, importAs, catalogue } = await setUp({
      train: held([99, 3, 42]),
      test: held([7]),
      meta: pickle({ fine_label_names: names, coarse_label_names: ['all'] }),
    });
    const { dataset, changes } = await importAs(folder);
    expect(dataset.classes).toEqual(names);
    expect([...(await catalogue.load(dataset.id)).train.labels]).toEqual([99, 3, 42]);
    expect(changes).toContainEqual({
      kind: 'left-out',
      what: 'coarse labels (superclasses) beside the fine ones',
      count: 4,
    });
  });

  test('class folders named train, test and meta are no CIFAR-100', async () => {
    const files: Record<string, Buffer> = {};
    for (const folder of ['train/a', 'train/b', 'test/a', 'test/b', 'meta/a'])
      files[`${folder}/1.png`] = await picture(1);
    const { folder, importAs } = await setUp(files);
    expect((await importAs(folder)).kind).toBe('class folders of images');
  });

  test('arrays may have their first index fastest, or come from numpy 2', async () => {
    const labels = [3, 7];
    const rows = labels.map(planesOf);
    const columns = Uint8Array.from({ length: 6144 }, (_, at) => rows[at % 2][Math.floor(at / 2)]);
    const first = await setUp({ ...pythonTen(), test_batch: batch(labels) });
    const { contentSha256 } = await first.importAs(first.folder);
    for (const data of [
      new PickledArray([2, 3072], columns, { isFortran: true }),
      arrayOf(labels, { code: '|u1', core: 'numpy._core.multiarray' }),
    ]) {
      const other = await setUp({ ...pythonTen(), test_batch: batch(labels, { data }) });
      expect((await other.importAs(other.folder)).contentSha256).toBe(contentSha256);
    }
  });

  const [whole] = [batch([1, 2])];
  test.each<[string, string, Buffer, RegExp]>([
    [
      'cut short',
      'data_batch_3',
      whole.subarray(0, -900),
      /data_batch_3: ends within a value at byte \d+ \(it is cut short\)/,
    ],
    ['empty', 'test_batch', Buffer.alloc(0), /test_batch: ends within a value at byte 0/],
    [
      'that calls something else',
      'test_batch',
      Buffer.from('\x80\x02cposix\nsystem\nU\x04true\x85R.', 'latin1'),
      /test_batch: names "posix\.system", .*; it is not called/,
    ],
    [
      'that names a hidden thing',
      'test_batch',
      Buffer.from('\x80\x02c__proto__\n__proto__\n.', 'latin1'),
      /names "__proto__\.__proto__"/,
    ],
    [
      'with an operation that is not known',
      'test_batch',
      Buffer.from('\x80\x02]\x81.', 'latin1'),
      /uses the operation 0x81 at byte 3, .*; it is not run/,
    ],
    ['of protocol 0', 'test_batch', Buffer.from("(dp0\nS'a'\n.", 'latin1'), /uses the operation 0x70 at byte 2/],
    ['of protocol 5', 'test_batch', Buffer.from('\x80\x05.', 'latin1'), /is a pickle of protocol 5; 2 to 4 are read/],
    [
      'of floats',
      'test_batch',
      batch([1], { data: arrayOf([1], { code: 'f8' }) }),
      /holds an array of numpy’s type "f8", not of bytes/,
    ],
    [
      'whose array claims more',
      'test_batch',
      batch([1], { data: new PickledArray([2 ** 31 - 1, 3072], planesOf(1, 1)) }),
      /holds an array of 2147483647 × 3072 with 3,072 bytes/,
    ],
    [
      'of other images',
      'test_batch',
      batch([1], { data: new PickledArray([1, 784], new Uint8Array(784)) }),
      /holds an array of 1 × 784 as data; an image has 3072 bytes/,
    ],
    [
      'without labels',
      'test_batch',
      pickle({ data: arrayOf([1]) }),
      /test_batch: has no entry labels; those it has are data/,
    ],
    ['with fewer labels', 'test_batch', batch([1, 2], { labels: [1] }), /has 1 labels \(labels\) for 2 images/],
    ['with labels of text', 'test_batch', batch([1], { labels: ['frog'] }), /has a label that is no number/],
    [
      'with a label of no class',
      'test_batch',
      batch([1, 10]),
      /test_batch, image 1: is labelled 10, but the classes are 0 to 9/,
    ],
    ['with a label below 0', 'test_batch', batch([1, 2], { labels: [1, -1] }), /test_batch, image 1: is labelled -1/],
    ['of a list', 'test_batch', pickle([1, 2]), /test_batch: holds no dictionary/],
    [
      'of no names',
      'batches.meta',
      pickle({ label_names: [] }),
      /batches\.meta: has no list of 2 to 256 names of classes \(label_names\)/,
    ],
    ['of other names', 'batches.meta', pickle({ label_names: [1, 2] }), /has a name of a class that is no text/],
  ])('a file %s is told by name', async (_, name, bytes, message) => {
    const { folder, importAs, stored } = await setUp({ ...pythonTen(), [name]: bytes });
    await expect(importAs(folder)).rejects.toThrow(message);
    expect(await stored()).toEqual([]);
  });

  test.each(['data_batch_2', 'batches.meta'])('without %s the rest is not imported', async (missing) => {
    const { folder, importAs } = await setUp(
      Object.fromEntries(Object.entries(pythonTen()).filter(([name]) => name !== missing)),
    );
    await expect(importAs(folder)).rejects.toThrow(`${missing} of CIFAR-10 is missing. Unpack the whole archive.`);
  });

  test.each([
    ['Python', pythonTen],
    ['binary', binaryTen],
  ] as const)('the files of the %s version may take so much memory together', async (_, files) => {
    const { folder, importAs } = await setUp({ ...files() });
    // Each alone is below it.
    await expect(importAs(folder, { mostGibibytes: 0.001 })).resolves.toBeDefined();
    const large = await setUp(
      Object.fromEntries(
        Object.entries(files()).map(([name, bytes]) => [name, Buffer.concat([bytes, Buffer.alloc(200_000)])]),
      ),
    );
    await expect(large.importAs(large.folder, { mostGibibytes: 0.001 })).rejects.toThrow(
      /the files of its dataset have [\d,]+ bytes to be read into memory; at most 1,073,741 bytes are/,
    );
  });
});

const prefixed = (prefix: string, files: Record<string, Buffer>) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [prefix + name, bytes]));

describe('pickles', () => {
  test('of later protocols are read where they hold the same', () => {
    // What Python 3 writes for {'labels': [1, 2], b'x': b'y', 't': (1, None, True, -3)}, protocol 4.
    const four =
      '8004952e000000000000007d94288c066c6162656c73945d94284b014b0265430178944301799' +
      '48c017494284b014e884afdffffff7494752e';
    const found = unpickle(new Uint8Array(Buffer.from(four, 'hex'))) as Map<string, unknown>;
    expect(Object.fromEntries(found)).toEqual({
      labels: [1, 2],
      x: new Uint8Array(Buffer.from('y')),
      t: [1, null, true, -3],
    });
  });

  test.each<[string, string, RegExp]>([
    ['a value missing', '\x80\x02a.', /is damaged: a value is missing/],
    ['no beginning of a list', '\x80\x02]e.', /a list has no beginning/],
    ['a reference to nothing', '\x80\x02h\x07.', /refers to a value that is not there, 7/],
    ['entries of a list', '\x80\x02]K\x01K\x02s.', /sets entries of no dictionary/],
    ['items of a dictionary', '\x80\x02}K\x01a.', /adds to what is no list/],
    ['a state of a list', '\x80\x02])b.', /sets the state of a value that is no array/],
    ['a call of a list', '\x80\x02])R.', /calls a value/],
    ['an array made otherwise', '\x80\x02cnumpy\nndarray\n)R.', /calls numpy’s ndarray in a way/],
    ['a name without an end', `\x80\x02c${'x'.repeat(1000)}`, /has no end of a name/],
    ['bytes that are not there', '\x80\x02T\xff\xff\xff\xff', /ends within a value/],
    ['a number of many bytes', '\x80\x02\x8a\xff', /a whole number of 255 bytes/],
    ['millions of values', `\x80\x02(${'N'.repeat(4_100_000)}`, /has more than 4,000,000 values/],
    ['millions of lists', `\x80\x02${'N'.repeat(1_000_000)}${'(1'.repeat(1_000_000)}`, /ends within a value/],
  ])('with %s are refused in words', (_, text, message) => {
    const read = () => unpickle(Buffer.from(text, 'latin1'));
    expect(read).toThrow(PickleProblem);
    expect(read).toThrow(message);
  });
});
