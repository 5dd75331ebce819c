import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportReport } from '../../src-main/contract/index.ts';
import { DatasetError } from '../../src-main/datasets/dataset-error.ts';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { openCatalogue } from './support/catalogue.ts';

/**
 * Inputs that were once taken wrongly, from a folder beside the repository (it is not part of it): what each comes to. The
 * kinds that they stand for have tables of their own, over files that tests make.
 */
const folder = process.env.ESPALIER_CASES ?? join(projectRoot, '..', 'shared', 'cases');
const isThere = existsSync(folder);
if (!isThere) console.log(`${folder} is not there, so the cases in it are not tried.`);

/** What is no dataset: names of runs and studies. */
const OTHERS = ['README.md', 'run-names.json', 'st2.json', 'st3.json'];

interface Imported {
  classes: string;
  counts: [train: number, test: number];
  /** `kind: what (count)` of the report. */
  changes?: string[];
  notes?: string[];
}

const SYSTEM = 'left-out: system files and folders such as .DS_Store and __MACOSX';
const DRAWN = 'The files have no test split, so it is drawn: 20% of every class by seed 1.';
const ARRAYS_DRAWN = 'The arrays have no test split, so it is drawn: 20% of every class by seed 1.';
const pets = { classes: 'cat dog', notes: [DRAWN] };
const hub = { classes: 'airplane cat dog' };
const digits = { classes: '0 1 2 3', counts: [32, 8] as [number, number], notes: [ARRAYS_DRAWN] };

const IMPORTED: Record<string, Imported> = {
  'img-split-intel': { classes: 'cat dog emu', counts: [12, 12] },
  'img-split-kaggle-catsdogs': { classes: 'cat dog emu', counts: [12, 12] },
  'img-mac': { ...pets, counts: [10, 2], changes: [`${SYSTEM} (7)`] },
  'idx-mac': { classes: '0 1 2 3', counts: [40, 12], changes: [`${SYSTEM} (2)`] },
  'img-only-ppm': { ...pets, counts: [10, 2] },
  'img-pure': { classes: 'a b', counts: [4, 2], notes: [DRAWN] },
  'img-grey16': {
    ...pets,
    counts: [10, 2],
    changes: [
      'left-out: .npy files in class folders, which are no images (12)',
      'rescaled: images of values of 0 to 65535, now of 0 to 255 (12)',
      'rounded: images of 2,268 distinct values, now of 256 grey levels (12)',
    ],
  },
  'img-grey12in16': {
    ...pets,
    counts: [10, 2],
    changes: [
      'rescaled: images of values of 0 to 4095, now of 0 to 255 (12)',
      'rounded: images of 1,773 distinct values, now of 256 grey levels (12)',
    ],
  },
  'img-corrupt-jpeg-extraneous': {
    ...pets,
    counts: [11, 2],
    changes: ['left-out: JPEGs with bytes that belong to none of their parts, passed over as other readers do (1)'],
  },
  'std_scaled.npz': { ...digits, changes: ['rescaled: images of values of 0 to 3.642857, now of 0 to 255 (40)'] },
  'unit_test_scaled_by_two.npz': { ...digits, changes: ['rescaled: images of values of 0 to 2, now of 0 to 255 (40)'] },
  'bool.npz': { ...digits, changes: ['converted: images of 0 and 1, now of 0 and 255 (40)'] },
  'uint8_01.npz': { ...digits, changes: ['converted: images of 0 and 1, now of 0 and 255 (40)'] },
  'py2L.npz': digits,
  'dblquote.npz': digits,
  'trailing.npz': { ...digits, changes: ['left-out: bytes after the array FOLDER/trailing.npz, x_train (7)'] },
  'pq-split-eval': { ...hub, counts: [12, 6], notes: ['There is no test split: eval stands in for it.'] },
  'pq-weird-split': { ...hub, counts: [12, 6], notes: ['There is no test split: dev stands in for it.'] },
  'pq-split-extra': {
    ...hub,
    counts: [9, 3],
    changes: ['left-out: Parquet files of the split unsupervised (1)'],
    notes: [DRAWN],
  },
};

/** All are the input's fault: exit 2 on the command line. */
const REFUSED: Record<string, RegExp> = {
  'img-cmyk-one': /cat\/2\.JPEG: has 4 channels \(CMYK, of print\).*--channels/,
  'img-palette-trns':
    /has 4 channels \(colour with transparency\); choose grey or rgb for all\. .*--channels grey .*--channels rgb/,
  'idx-qmnist': /qmnist-train-labels-idx2-int: labels every image 0, so there is nothing to tell apart/,
  'labels_neg.npz': /y_train, sample 3: is labelled -1, but the classes are 0 to 2/,
  'pq-configs': /which may be configurations of one dataset\. .*--config NAME: --config augmented .*--config plain/,
  'pq-hf-unlab':
    /No row of the test split test has a label.*--test-split validation \(12 images .*, 6 images to test with\)/,
  'pq-binlab': /Column label holds bytes, where a class is a whole number from 0, or text\..*--labels NAME/,
  'pq-listlab': /Column labels holds lists, where a class is a whole number from 0, or text\..*--labels NAME/,
  'pq-lfs': /is a Git LFS pointer, not the file itself: run git lfs pull/,
};

const changesOf = ({ changes }: ImportReport): string[] =>
  changes.map(({ kind, what, count }) => `${kind}: ${what.replace(folder, 'FOLDER')} (${count})`);

describe.skipIf(!isThere)('the inputs beside the repository', () => {
  test('all have a row', () => {
    const names = readdirSync(folder).filter((name) => !OTHERS.includes(name));
    expect(names.sort()).toEqual([...Object.keys(IMPORTED), ...Object.keys(REFUSED)].sort());
  });

  test.each(Object.entries(IMPORTED))('%s is imported', async (name, { classes, counts, changes = [], notes = [] }) => {
    const { importAs } = await openCatalogue();
    const report = await importAs(join(folder, name));
    const { dataset } = report;
    expect(dataset.classes.join(' ')).toBe(classes);
    expect([dataset.trainCount, dataset.testCount]).toEqual(counts);
    expect(changesOf(report)).toEqual(changes);
    expect(report.notes).toEqual(notes);
    expect(report.skippedCount).toBe(0);
  });

  test.each(Object.entries(REFUSED))('%s is refused', async (name, message) => {
    const { importAs, stored } = await openCatalogue();
    const failure: unknown = await importAs(join(folder, name)).catch((error: unknown) => error);
    expect((failure as Error).message).toMatch(message);
    expect(failure).toBeInstanceOf(DatasetError);
    expect((failure as DatasetError).fault).toBe('input');
    expect(await stored()).toEqual([]);
  });
});
