import fc from 'fast-check';
import { tarLayout, zipLayout, type TarPlan, type ZipEntry } from '../documents/archives.ts';
import { cifarFolders } from '../documents/cifar.ts';
import { classFolders } from '../documents/class-folders.ts';
import { idxFolders } from '../documents/idx.ts';
import { arraySets } from '../documents/npy.ts';
import { parquetFolders } from '../documents/parquet.ts';
import { cifarPythonFolders } from '../documents/pickles.ts';
import { mutatedLayout } from '../mutation/bytes.ts';
import { mutatedFolder, withHappening } from '../mutation/files.ts';
import { importCases, importEntrance } from './importing.ts';

export const idx = importEntrance(
  { name: 'idx', what: 'IDX files (datasets import FOLDER), compressed or not' },
  '',
  () => importCases(mutatedFolder(idxFolders())),
);

export const cifar = importEntrance({ name: 'cifar', what: 'CIFAR’s binary version in a folder' }, '', () =>
  importCases(mutatedFolder(cifarFolders())),
);

export const cifarPython = importEntrance(
  { name: 'cifar-python', what: 'CIFAR’s Python version in a folder' },
  '',
  () => importCases(mutatedFolder(cifarPythonFolders())),
);

export const folders = importEntrance(
  { name: 'class-folders', what: 'folders of images, a class each' },
  '',
  async () => importCases(mutatedFolder(await classFolders())),
);

const arrayChoices = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom([0, 1] as [number, number], [-1, 1] as [number, number]).map((valueRange) => ({
      valueRange,
    })),
  },
);

export const npy = importEntrance({ name: 'npy', what: 'NumPy arrays in a folder' }, '', () =>
  importCases(
    withHappening(
      arraySets.map((found) =>
        Object.fromEntries(Object.entries(found).map(([name, bytes]) => [`${name}.npy`, bytes])),
      ),
    ),
    arrayChoices,
  ),
);

const FOLDERS = ['', 'data/', 'train/', '../', '/', '__MACOSX/'];

const entries = fc
  .record({
    arrays: arraySets,
    isDeflated: fc.boolean(),
    folder: fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom(...FOLDERS) }),
  })
  .map(({ arrays: found, isDeflated, folder }) =>
    Object.entries(found).map(([name, content]): ZipEntry => ({ path: `${folder}${name}.npy`, content, isDeflated })),
  );

/** Half of them whole archives of what is wrong within, half broken themselves. */
export const npz = importEntrance({ name: 'npz', what: 'NumPy arrays in an archive (.npz)' }, 'data.npz', () =>
  importCases(
    fc
      .oneof(
        entries.map((found) => zipLayout(found).bytes),
        mutatedLayout(entries.map(zipLayout)),
      )
      .map((bytes) => ({ 'data.npz': bytes })),
    arrayChoices,
  ),
);

const tarred = cifarFolders().map((folder) => ({
  ...Object.fromEntries(Object.entries(folder).map(([name, { bytes }]) => [`cifar-batches-bin/${name}`, bytes])),
  'cifar-batches-bin/readme.html': Buffer.from('<html>'),
}));
const OCTAL_DIGITS = 11;
const sizes = fc.constantFrom(0, 1, 511, 512, 513, 3073, 2 ** 20, 2 ** 31, 2 ** 32, 8 ** OCTAL_DIGITS - 1);
const ODD_PATHS = ['../x.bin', '/x.bin', 'a/test_batch.bin', 'data_batch_1.bin', 'x\u001b[31m.bin', 'y'.repeat(99)];

const tarPlans = fc
  .record({
    entries: fc.constantFrom(...tarred),
    odd: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...ODD_PATHS) }),
    declared: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(6), sizes) },
    ),
    isCompressed: fc.boolean(),
  })
  .map(({ entries: found, odd, declared, isCompressed }): TarPlan => {
    const all: Record<string, Uint8Array> = odd === null ? found : { ...found, [odd]: new Uint8Array(10) };
    const names = Object.keys(all);
    return {
      ...{ entries: all, isCompressed },
      declared: declared === null ? {} : { [names[declared[0] % names.length]]: declared[1] },
    };
  });

export const tar = importEntrance({ name: 'tar', what: 'CIFAR in an archive (.tar, .tar.gz)' }, 'data.tar.gz', () =>
  importCases(mutatedLayout(tarPlans.map(tarLayout)).map((bytes) => ({ 'data.tar.gz': bytes }))),
);

export const parquet = importEntrance({ name: 'parquet', what: 'Parquet files of images' }, '', async () =>
  importCases(mutatedFolder(await parquetFolders())),
);
