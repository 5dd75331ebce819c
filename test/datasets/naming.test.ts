import { describe, expect, test } from 'vitest';
import { contentsOf } from '../../src-main/datasets/naming/contents.ts';
import { litterOf, outermostLitterOf } from '../../src-main/datasets/naming/litter.ts';
import { splitRoleOf, withoutPartNumber, type SplitRole } from '../../src-main/datasets/naming/splits.ts';
import { splitFilesOf } from '../../src-main/datasets/readers/parquet-configurations.ts';

/** One list of words for every reader: what names say of splits, contents and system files. */

describe('what a split is for, by its name', () => {
  test.each<[SplitRole | null, string[]]>([
    ['train', ['train', 'Training', 'train-images', 'seg_train', 'training_set', 'x_train', 'trainval', 'train-0001']],
    ['test', ['test', 't10k', 't10k-images', 'test_set', 'seg_test', 'X_test', 'y_test', 'TEST']],
    ['validation', ['val', 'valid', 'validation', 'dev', 'eval', 'x_val', 'val_images', 'holdout', 'Validation Set']],
    ['unlabelled', ['unsupervised', 'x_unsupervised', 'unlabeled', 'seg_pred']],
    ['other', ['extra', 'test_val']],
    [null, ['cat', 'station', 'testimony', 'valencia', 'devil', 'trainer', 'x', 'images', 'data']],
  ])('%s: %j', (role, names) => {
    for (const name of names) expect([name, splitRoleOf(name, 'part')]).toEqual([name, role]);
  });

  test('where a name may also be that of a class, it has to say nothing else', () => {
    for (const name of ['train station', 'test tube', 'training-shoe']) expect(splitRoleOf(name, 'whole')).toBeNull();
    for (const name of ['seg_train', 'train_images', 'Train Set']) expect(splitRoleOf(name, 'whole')).toBe('train');
  });

  test.each([
    ['train-00001-of-00002', 'train'],
    ['train_3', 'train'],
    ['train.part2', 'train'],
    ['train[:80%]', 'train'],
    ['0', '0'],
  ])('%s is a part of %s', (name, whole) => expect(withoutPartNumber(name)).toBe(whole));
});

test.each([
  ['x_train', { contents: 'images', split: 'train', rest: 'x' }],
  ['XTrain', { contents: 'images', split: 'train', rest: 'x' }],
  ['val_images', { contents: 'images', split: 'val', rest: 'images' }],
  ['x_unsupervised', { contents: 'images', split: 'unsupervised', rest: 'x' }],
  ['y', { contents: 'labels', split: '', rest: 'y' }],
  ['coarse_labels', { contents: 'labels', split: '', rest: 'coarse labels' }],
  ['fine_train', { contents: null, split: 'train', rest: 'fine' }],
  ['order', { contents: 'order', split: '', rest: 'order' }],
  ['train_idx', { contents: 'order', split: 'train', rest: 'idx' }],
  ['class_names', { contents: null, split: '', rest: 'class names' }],
  ['image_id', { contents: null, split: '', rest: 'image id' }],
])('an array or column called %s: %j', (name, said) => expect(contentsOf(name)).toMatchObject(said));

test.each([
  [true, ['._a.png', '.DS_Store', '__MACOSX', '@eaDir', 'Thumbs.db', '.ipynb_checkpoints', 'desktop.ini', '.hidden']],
  [false, ['a.png', 'Thumbs.png', 'MACOSX', 'eaDir', 'train', '_a']],
])('left out: %s of %j', (isLitter, names) => {
  for (const name of names) expect([name, litterOf(name) !== null]).toEqual([name, isLitter]);
});

test('what is in a system folder is not counted besides it', () => {
  expect(['a/b.png', 'a/.DS_Store', '__MACOSX/a/._b.png', '__MACOSX'].map(outermostLitterOf)).toEqual([
    null,
    'itself',
    'within',
    'itself',
  ]);
});

test.each([
  [
    ['data/train-0.parquet', 'data/test-0.parquet'],
    ['train', 'test'],
    ['', ''],
  ],
  [
    ['plain/train/0.parquet', 'plain/test/0.parquet'],
    ['train', 'test'],
    ['', ''],
  ],
  [
    ['plain/train/0.parquet', 'big/train/0.parquet'],
    ['train', 'train'],
    ['plain', 'big'],
  ],
  [
    ['data/plain/train-0.parquet', 'data/big/test-0.parquet'],
    ['train', 'test'],
    ['plain', 'big'],
  ],
  [
    ['data/plain/train/0.parquet', 'data/big/x/test/0.parquet'],
    ['train', 'test'],
    ['plain', 'big/x'],
  ],
  [
    ['train/plain/0.parquet', 'train/big/0.parquet'],
    ['train', 'train'],
    ['plain', 'big'],
  ],
  [
    ['0.parquet', 'more/1.parquet'],
    ['0', '1'],
    ['', 'more'],
  ],
])('Parquet files %j are of the splits %j in %j', (paths, splits, configs) => {
  const files = splitFilesOf(
    '/set',
    paths.map((path) => `/set/${path}`),
  );
  expect(files.map(({ split }) => split)).toEqual(splits);
  expect(files.map(({ config }) => config)).toEqual(configs);
});
