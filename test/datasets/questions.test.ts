import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import {
  defaultImportChoices,
  describeQuestion,
  type ImportChoices,
  type ImportQuestion,
} from '../../src-main/contract/index.ts';
import { UndecidedImportError } from '../../src-main/datasets/naming/undecided-import.ts';
import { npyBytes, zipBytes } from './support/archive-files.ts';
import { openCatalogueBeside as setUp, type CatalogueBench } from './support/catalogue.ts';
import { idxFiles, smallDataset } from './support/idx-files.ts';
import { picture } from './support/image-files.ts';
import { parquetBytes } from './support/parquet-files.ts';

/** What may be understood in several ways: never guessed, and every answer that is offered can be given. */

type Files = Record<string, Uint8Array>;

const rows = (labels: readonly number[], first = 0) =>
  Promise.all(labels.map(async (label, at) => ({ bytes: await picture(first + at), label })));
const parquet = async (count: number, options = {}) =>
  parquetBytes(await rows(Array.from({ length: count }, (_, at) => at % 2)), options);
const images = (count: number) =>
  npyBytes(
    [count, 2, 2],
    Array.from({ length: count * 4 }, (_, at) => at % 256),
  );
const labels = (count: number) =>
  npyBytes(
    [count],
    Array.from({ length: count }, (_, at) => at % 2),
  );
const pictures = async (paths: readonly string[]): Promise<Files> =>
  Object.fromEntries(await Promise.all(paths.map(async (path, at) => [path, await picture(at)] as const)));
const digits = (split: string, of: 'train' | 't10k' = 'train'): Files =>
  Object.fromEntries(
    Object.entries(idxFiles(smallDataset()))
      .filter(([name]) => name.startsWith(of))
      .map(([name, bytes]) => [name.replace(of, split), bytes]),
  );

interface Case {
  files: () => Files | Promise<Files>;
  /** Choices that were made. */
  choices?: Partial<ImportChoices>;
  decides: string[];
  problem: RegExp;
  answers: Partial<ImportChoices>[];
  outcomes: string[];
  /** Whether every answer shows images. */
  isShown?: boolean;
}

const ofSplit = (train: string[], test: string[]) => ({ trainSplits: train, testSplits: test });

const SKIP = { onBadFile: 'skip' } as const;
const grey = (value: number, options = {}) => picture(value, { channels: 1, ...options });
const deep = (values: number[]): Uint8Array =>
  encode({ height: 4, width: 5, channels: 1, depth: 16, data: Uint16Array.from({ length: 20 }, (_, at) => values[at % values.length]) }); // prettier-ignore
const floats = (values: number[]) => npyBytes([values.length, 1, 1], values, { type: '<f4' });
const alternating = (count: number) => labels(count);

/** Images that differ, files that cannot be used, values of no known scale, choices that cannot be obeyed. */
const MADE_ALIKE: Record<string, Case> = {
  'images of grey and of colour': {
    files: async () => ({
      ...(await pictures(['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png'])),
      'b/3.png': await grey(3),
    }),
    decides: ['channels'],
    problem: /^It has 1 channel \(grey\), but the first image has 3 channels \(colour\)/,
    answers: [{ channels: 'grey' }, { channels: 'rgb' }, SKIP],
    outcomes: [
      '1 channel; made grey (luma of ITU-R BT.601): 4 of 5 images',
      '3 channels; made red, green and blue: 1 of 5 images',
      'left out: 1 of 5 images, and all else that cannot be used',
    ],
  },
  'images that are all transparent': {
    files: async () =>
      Object.fromEntries(
        await Promise.all(
          ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png'].map(
            async (path, at) => [path, await picture(at, { channels: 4 })] as const,
          ),
        ),
      ),
    decides: ['channels'],
    problem: /^It has 4 channels \(colour with transparency\)/,
    answers: [{ channels: 'grey' }, { channels: 'rgb' }],
    outcomes: [
      '1 channel; made grey (luma of ITU-R BT.601): 4 of 4 images; transparency left out: 4 of 4 images',
      '3 channels; transparency left out: 4 of 4 images',
    ],
  },
  'rows of grey and of colour': {
    files: async () => ({
      'train.parquet': parquetBytes([...(await rows([0, 1, 0])), { bytes: await grey(4), label: 1 }]),
    }),
    decides: ['channels'],
    problem: /^It has 1 channel \(grey\), but the first image has 3 channels/,
    answers: [{ channels: 'grey' }, { channels: 'rgb' }, SKIP],
    outcomes: ['1 channel; made grey (luma of ITU-R BT.601): 3 of 4 images'],
  },
  'images of several sizes': {
    files: async () => ({
      ...{ 'a/1.png': await grey(1), 'b/3.png': await grey(9), 'b/4.png': await grey(10) },
      ...Object.fromEntries(
        await Promise.all(
          ['a/2.png', 'a/3.png', 'b/1.png', 'b/2.png'].map(
            async (path, at) => [path, await grey(at, { height: 8, width: 8 })] as const,
          ),
        ),
      ),
    }),
    decides: ['size'],
    problem: /but the first image is \d × \d; choose a size for all/,
    answers: (['stretch', 'cover', 'contain'] as const)
      .flatMap((resize): Partial<ImportChoices>[] => [
        { size: [4, 5], resize },
        { size: [8, 8], resize },
      ])
      .concat(SKIP),
    outcomes: ['resized: 4 of 7 images', 'resized: 3 of 7 images'],
  },
  'images of 16 bits after one of 8': {
    files: async () => ({
      ...{ 'train/a/1.png': await grey(1), 'train/a/2.png': deep([0, 17, 800, 4000, 4095]) },
      ...{ 'train/b/1.png': await grey(2), 'test/a/1.png': await grey(3), 'test/b/1.png': await grey(4) },
    }),
    decides: ['valueRange'],
    problem: /^It has 16 bits a channel, but the first image 8/,
    answers: [{ valueRange: [0, 4095] }, { valueRange: [0, 65_535] }, SKIP],
    outcomes: [
      'of 16 bits: 1 of 5 images; 5 distinct values of them become 5 grey levels',
      'of 16 bits: 1 of 5 images; 5 distinct values of them become 3 grey levels',
    ],
  },
  'images of 16 bits of which one is damaged': {
    files: async () => ({
      ...{ 'train/a/1.png': await grey(1), 'train/a/2.png': deep([0, 17, 800, 4000, 4095]) },
      // Its header is whole, its pixels are not.
      'train/b/1.png': deep([1, 2, 3, 4, 5]).slice(0, 45),
      ...{ 'test/a/1.png': await grey(3), 'test/b/1.png': await grey(4) },
    }),
    decides: ['valueRange'],
    problem: /^It has 16 bits a channel, but the first image 8/,
    answers: [{ valueRange: [0, 4095] }, { valueRange: [0, 65_535] }, SKIP],
    outcomes: ['of 16 bits: 2 of 5 images; 5 distinct values of them become 5 grey levels'],
  },
  'values of which one is far from all others': {
    files: () => ({
      'images.npy': floats([...Array.from({ length: 1999 }, (_, at) => at / 1000), 1e6]),
      'labels.npy': alternating(2000),
    }),
    decides: ['valueRange'],
    problem: /^Its values run from 0 to 1000000, 2,000 distinct ones, and would become fewer than 64 grey levels/,
    answers: [{ valueRange: [0.002, 1.997] }, { valueRange: [0.02, 1.979] }, { valueRange: [0, 1e6] }],
    outcomes: [
      'where the middle 99.8% of the values are: 2,000 distinct values become 256 grey levels; 1 value beyond becomes black or white',
    ],
  },
  'arrays of which one is on another scale': {
    files: () => ({
      ...{ 'x_train.npy': floats([0, 0.5, 1, 0.25]), 'y_train.npy': alternating(4) },
      ...{ 'x_test.npy': floats([0, 51, 204, 255]), 'y_test.npy': alternating(4) },
    }),
    decides: ['valueRange'],
    problem: /^Its values run from 0 to 255, but those of \S+x_train\.npy from 0 to 1\. Both have to be on one scale/,
    answers: [{ valueRange: [0, 1] }, { valueRange: [0, 255] }],
    outcomes: ['as in x_train.npy: 7 distinct values become 4 grey levels; 3 values beyond become black or white'],
  },
  'a file that cannot be used': {
    files: async () => ({
      ...(await pictures(['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png'])),
      'b/3.png': Buffer.from('x'),
    }),
    decides: ['onBadFile'],
    problem: /^It cannot be decoded .*Mend the file, or skip bad files/,
    answers: [SKIP],
    outcomes: ['all other images are imported, and the report names what was skipped'],
    isShown: false,
  },
  'arrays larger than they may be': {
    files: () => ({
      'images.npy': npyBytes([40, 200, 200], new Array<number>(1_600_000).fill(7)),
      'labels.npy': alternating(40),
    }),
    choices: { mostGibibytes: 0.001 },
    decides: ['mostGibibytes'],
    problem: /^It holds 40 × 200 × 200 values, .*at most 1,073,741 bytes are\./,
    answers: [{ mostGibibytes: 0.5 }],
    outcomes: [''],
    isShown: false,
  },
  'a choice that images as numbers cannot obey': {
    files: () => idxFiles(smallDataset()),
    choices: { size: [32, 32], channels: 'rgb' },
    decides: [],
    problem: /^It holds IDX files, .*leave out the choice of size and channels/,
    answers: [{ size: null, channels: 'as-is' }],
    outcomes: ['all else stays as chosen'],
    isShown: false,
  },
  'files that cannot stay where they are': {
    files: () => ({ 'images.npy': images(4), 'labels.npy': labels(4) }),
    choices: { keepFiles: true },
    decides: [],
    problem: /^It holds NumPy arrays, .*Only class folders of images can stay in their files/,
    answers: [{ keepFiles: false }],
    outcomes: [''],
    isShown: false,
  },
  'a name that Espalier has taken': {
    files: () => pictures(['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png']),
    choices: { name: 'mnist' },
    decides: ['name'],
    problem: /^mnist comes with Espalier/,
    answers: [{ name: 'mnist-2' }, { name: null }],
    outcomes: ['a name that is free'],
    isShown: false,
  },
};

const CASES: Record<string, Case> = {
  'folders of two training splits': {
    files: () => pictures(['train/a/1.png', 'train/b/1.png', 'training/a/2.png', 'training/b/2.png', 'test/a/3.png']),
    decides: ['trainSplits', 'testSplits'],
    problem: /more than one may be trained on/,
    answers: [ofSplit(['train'], ['test']), ofSplit(['training'], ['test']), ofSplit(['train', 'training'], ['test'])],
    outcomes: ['2 images to train on, 1 image to test with', '', '4 images to train on, 1 image to test with'],
  },
  'folders of a test and a validation split alone': {
    files: () => pictures(['val/a/1.png', 'val/b/1.png', 'eval/a/2.png', 'eval/b/2.png']),
    decides: ['trainSplits', 'testSplits'],
    problem: /none of them is named as the one to train on/,
    answers: [ofSplit(['eval'], ['val']), ofSplit(['val'], ['eval'])],
    outcomes: ['2 images to train on, 2 images to test with', ''],
  },
  'classes that hold the same folders': {
    files: () => pictures(['north/cat/1.png', 'north/dog/1.png', 'south/cat/1.png', 'south/dog/1.png']),
    decides: ['trainSplits', 'testSplits'],
    problem: /all hold the same folders, cat and dog, so these may be the classes/,
    answers: [{ trainSplits: [] }],
    outcomes: ['2 classes, 4 images'],
  },
  'a Parquet file of two columns of images': {
    files: async () => ({ 'train.parquet': await parquet(4, { otherImages: ['mask'] }) }),
    decides: ['images'],
    problem: /More than one column holds images: image and mask/,
    answers: [{ images: 'image' }, { images: 'mask' }],
    outcomes: ['4 rows of this file', '4 rows of this file'],
  },
  'a Parquet file of two columns of labels': {
    files: async () => ({
      'train.parquet': await parquet(4, { labelColumn: 'fine_label', otherLabels: ['coarse_label', 'label_id'] }),
    }),
    decides: ['labels'],
    problem: /More than one column may hold the labels: fine_label and coarse_label/,
    answers: [{ labels: 'fine_label' }, { labels: 'coarse_label' }],
    outcomes: ['2 different values in 4 rows, such as 0 and 1', ''],
    isShown: false,
  },
  'Parquet files of two test splits': {
    files: async () => ({
      'train.parquet': await parquet(4),
      'test-a.parquet': await parquet(2),
      'test-b.parquet': await parquet(3),
    }),
    decides: ['testSplits'],
    problem: /More than one split may be tested with: test-a and test-b/,
    answers: [{ testSplits: ['test-a'] }, { testSplits: ['test-b'] }, { testSplits: [] }],
    outcomes: ['4 images to train on, 2 images to test with', '', '4 images to train on, a share of them to test with'],
  },
  'Parquet files of two configurations, two folders deep': {
    files: async () => ({
      'data/plain/train/0.parquet': await parquet(4),
      'data/plain/test/0.parquet': await parquet(2),
      'data/big/train-0.parquet': await parquet(6),
    }),
    decides: ['config'],
    problem: /in 2 folders, big and plain, which may be configurations/,
    answers: [{ config: 'big' }, { config: 'plain' }],
    outcomes: ['splits train, 6 images', 'splits test and train, 6 images'],
  },
  'arrays of two kinds of images': {
    files: () => ({ 'x_train.npy': images(4), 'train_images.npy': images(4), 'y_train.npy': labels(4) }),
    decides: ['images'],
    problem: /hold the images of train: train_images and x_train/,
    answers: [{ images: 'train_images' }, { images: 'x_train' }],
    outcomes: ['4 × 2 × 2', '4 × 2 × 2'],
  },
  'arrays of two kinds of labels': {
    files: () => ({ 'images.npy': images(4), 'fine_labels.npy': labels(4), 'coarse_labels.npy': labels(4) }),
    decides: ['labels'],
    problem: /hold the labels of images: coarse_labels and fine_labels/,
    answers: [{ labels: 'coarse_labels' }, { labels: 'fine_labels' }],
    outcomes: ['2 different values from 0 to 1', '2 different values from 0 to 1'],
    isShown: false,
  },
  'arrays whose names say nothing': {
    files: () => ({ 'all.npz': zipBytes({ 'first.npy': images(4), 'second.npy': images(6), 'third.npy': labels(4) }) }),
    decides: ['images'],
    problem: /of which no name says that it is images/,
    answers: [{ images: 'first' }, { images: 'second' }],
    outcomes: ['4 × 2 × 2', '6 × 2 × 2'],
  },
  'numpy.savez of four arrays without names': {
    files: () => ({
      'all.npz': zipBytes({
        'arr_0.npy': images(4),
        'arr_1.npy': labels(4),
        'arr_2.npy': images(2),
        'arr_3.npy': labels(2),
      }),
    }),
    decides: ['images'],
    problem: /holds arr_0, arr_1, arr_2, arr_3/,
    answers: [{ images: 'arr_0' }, { images: 'arr_2' }],
    outcomes: ['4 × 2 × 2', '2 × 2 × 2'],
  },
  'an array that may say which samples are tested with': {
    files: () => ({ 'images.npy': images(4), 'labels.npy': labels(4), 'split.npy': labels(4) }),
    decides: ['testSplits'],
    problem: /There is no array of test images, but split \(4\), which may say which samples/,
    answers: [{ testSplits: [] }],
    outcomes: ['20% of every class, by the seed'],
  },
  'test images without labels': {
    files: () => ({ 'x_train.npy': images(4), 'y_train.npy': labels(4), 'x_test.npy': images(2) }),
    decides: ['testSplits'],
    problem: /There are no labels of x_test, such as y_test/,
    answers: [{ testSplits: [] }],
    outcomes: ['20% of every class, by the seed'],
  },
  'IDX files of two training splits': {
    files: () => ({ ...digits('letters-train'), ...digits('digits-train'), ...digits('t10k', 't10k') }),
    decides: ['trainSplits', 'testSplits'],
    problem: /more than one may be trained on/,
    answers: [
      ofSplit(['digits-train'], ['t10k']),
      ofSplit(['letters-train'], ['t10k']),
      ofSplit(['digits-train', 'letters-train'], ['t10k']),
    ],
    outcomes: ['20 images to train on, 8 images to test with', '', '40 images to train on, 8 images to test with'],
  },
  'IDX files without a test split': {
    files: () => digits('train'),
    decides: ['testSplits'],
    problem: /Put t10k-images-idx3-ubyte\.gz/,
    answers: [{ testSplits: [] }],
    outcomes: ['a share of every class, by the seed'],
  },
};

/** The one file of a folder, where there is but one and it is an archive. */
async function importable(folder: string): Promise<string> {
  const names = await readdir(folder);
  return names.length === 1 && names[0].endsWith('.npz') ? join(folder, names[0]) : folder;
}

const ALL = { ...CASES, ...MADE_ALIKE };

async function ask(bench: CatalogueBench, path: string, choices: Partial<ImportChoices>): Promise<ImportQuestion> {
  const failure: unknown = await bench.importAs(path, choices).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UndecidedImportError);
  return (failure as UndecidedImportError).question;
}

describe('an import asks about', () => {
  test.each(Object.entries(ALL))('%s', async (_, row) => {
    const { files, choices: made = {}, decides, problem, answers, outcomes, isShown = true } = row;
    const bench = await setUp(await files());
    const path = await importable(bench.folder);
    const question = await ask(bench, path, made);
    expect(question.problem).toMatch(problem);
    expect(question.decides).toEqual(decides);
    expect(question.answers.map(({ choices }) => choices)).toEqual(answers);
    for (const [at, outcome] of outcomes.entries()) if (outcome) expect(question.answers[at].outcome).toBe(outcome);
    for (const { preview } of question.answers) {
      expect(preview !== null).toBe(isShown);
      if (preview)
        expect(preview.pixels).toHaveLength(preview.count * preview.height * preview.width * preview.channels);
    }
    expect(await bench.stored()).toEqual([]);
    // Every answer leads on: to a dataset, or to the next question.
    for (const { choices } of question.answers) {
      const failure: unknown = await bench.importAs(path, { ...made, ...choices }).catch((error: unknown) => error);
      if (failure instanceof UndecidedImportError) expect(failure.question.problem).not.toBe(question.problem);
      else expect(failure).toHaveProperty('dataset.state', 'ready');
    }
  });
});

test('every choice but those of the draw can be an answer', () => {
  const made = Object.values(ALL).flatMap(({ answers }) => answers.flatMap((choices) => Object.keys(choices)));
  const drawing = ['testShare', 'seed'];
  expect([...new Set([...made, ...drawing])].sort()).toEqual(Object.keys(defaultImportChoices).sort());
});

test('labels of no class type are refused, with the columns that would do', async () => {
  const bench = await setUp({
    'train.parquet': parquetBytes(
      [0, 1].map((at) => ({ bytes: Buffer.from('x'), label: `class ${at}` })),
      { isBinary: true },
    ),
  });
  const question = await ask(bench, bench.folder, {});
  expect(question.problem).toMatch(/^Column label holds bytes, where a class is a whole number from 0, or text/);
  expect(question).toMatchObject({ decides: ['labels'], answers: [] });
});

test('a refusal on the command line names the options and what they would give', () => {
  const preview = null;
  const question: ImportQuestion = {
    path: '/data',
    problem: 'Two ways.',
    decides: ['trainSplits', 'testSplits'],
    answers: [
      { title: '', outcome: '2 images', choices: { trainSplits: ['a', 'b'], testSplits: [] }, preview },
      { title: '', outcome: '1 image', choices: { images: 'my images' }, preview },
    ],
  };
  expect(describeQuestion(question)).toBe(
    '/data: Two ways. Decide with --train-split NAME[,NAME] and --test-split NAME[,NAME]: --train-split a,b --test-split ' +
      'none (2 images); --images "my images" (1 image).',
  );
});

describe('arrays that names decide', () => {
  test('a validation split is left out beside a test split, and every other array by name', async () => {
    const { folder, importAs } = await setUp({
      ...{ 'x_train.npy': images(4), 'y_train.npy': labels(4), 'x_test.npy': images(2), 'y_test.npy': labels(2) },
      ...{ 'x_val.npy': images(2), 'y_val.npy': labels(2), 'x_unsupervised.npy': images(6), 'order.npy': labels(4) },
    });
    const { dataset, changes } = await importAs(folder);
    expect([dataset.trainCount, dataset.testCount]).toEqual([4, 2]);
    expect(changes).toEqual([
      { kind: 'left-out', what: 'arrays of the split unsupervised', count: 1 },
      { kind: 'left-out', what: 'arrays of the split val', count: 2 },
      { kind: 'left-out', what: 'the array order (4)', count: 1 },
    ]);
  });

  test('val_images stand in for missing test images; several training splits are merged, in order', async () => {
    const { folder, catalogue, importAs } = await setUp({
      ...{ 'train_images.npy': images(4), 'train_labels.npy': labels(4) },
      ...{ 'val_images.npy': images(2), 'val_labels.npy': labels(2) },
      ...{ 'extra_images.npy': images(3), 'extra_labels.npy': labels(3) },
    });
    const { dataset, notes } = await importAs(folder);
    expect([dataset.trainCount, dataset.testCount]).toEqual([4, 2]);
    expect(notes).toContain('There is no test split: val stands in for it.');
    const merged = await importAs(folder, { trainSplits: ['train', 'extra'] });
    expect(merged.dataset.trainCount).toBe(7);
    expect(merged.changes).toContainEqual({
      kind: 'merged',
      what: 'splits train and extra into the training split',
      count: 2,
    });
    const { train } = await catalogue.load(merged.dataset.id);
    expect([...train.labels]).toEqual([0, 1, 0, 1, 0, 1, 0]);
  });

  test('numpy.savez of two arrays is images and labels', async () => {
    const { folder, importAs } = await setUp({ 'a.npz': zipBytes({ 'arr_0.npy': images(6), 'arr_1.npy': labels(6) }) });
    expect((await importAs(join(folder, 'a.npz'))).dataset.trainCount).toBe(4);
  });
});
