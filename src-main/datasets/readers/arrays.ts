import { basename } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import {
  MOST_CLASSES,
  type ImageSource,
  type ImportContext,
  type SampleBlock,
  type SplitName,
} from '../image-source.ts';
import { ArrayProblem, readNpy, type NumberArray } from './npy.ts';
import type { NamedFiles } from './cifar-binary.ts';
import { drawTestSplit } from './test-split.ts';

/** Names under which image arrays come, with those of their labels. `null` is a set without a split. */
const PAIRS: readonly { split: SplitName | null; images: RegExp; labels: RegExp }[] = [
  {
    split: 'train',
    images: /^(x_train|train_x|train_images|train_data)$/i,
    labels: /^(y_train|train_y|train_labels)$/i,
  },
  { split: 'test', images: /^(x_test|test_x|test_images|test_data)$/i, labels: /^(y_test|test_y|test_labels)$/i },
  { split: null, images: /^(x|images|data|arr_0)$/i, labels: /^(y|labels?|targets?|arr_1)$/i },
];

const BLOCK_BYTES = 2 ** 20;

interface LabelledArray {
  place: string;
  shape: [number, number, number];
  count: number;
  labelsPlace: string;
  labels: ArrayLike<number>;
  /** Pixels of one sample, written to `into` as `[height, width, channels]`. */
  copy(sample: number, into: Uint8Array): void;
}

/**
 * Images and labels in NumPy arrays: `x_train`, `y_train`, `x_test`, `y_test` and the like, or one set without a split.
 * Images are `[count, height, width]`, `[count, height, width, channels]` or, where only that fits, channels first;
 * floats run from 0 to 1 or from 0 to 255.
 * @throws DatasetError that names the array at fault
 */
export async function openArrays(
  path: string,
  files: NamedFiles,
  { choices, report }: ImportContext,
): Promise<ImageSource> {
  const sets = new Map<SplitName | null, LabelledArray>();
  for (const { split, images, labels } of PAIRS) {
    const [imagesName, labelsName] = [images, labels].map((pattern) => files.names.find((name) => pattern.test(name)));
    if (imagesName === undefined) continue;
    if (labelsName === undefined) {
      throw new DatasetError(`${files.place(imagesName)}: there are no labels beside it, such as y_train.`, path);
    }
    sets.set(split, await readSet(files, imagesName, labelsName));
  }
  const whole = sets.get(null);
  const train = sets.get('train') ?? whole;
  if (!train) {
    const names = files.names.join(', ') || 'nothing';
    throw new DatasetError(`${path}: holds ${names}, but no array of images such as x_train or images.`, path);
  }
  const classes = countClasses(train);
  const test = sets.get('test');
  const samples: Record<SplitName, { set: LabelledArray; members: number[] }> = test
    ? { train: { set: train, members: all(train) }, test: { set: test, members: all(test) } }
    : splitBySeed(train, classes);
  if (test && test.shape.join() !== train.shape.join()) {
    throw new DatasetError(
      `${test.place}: holds images of ${test.shape.join(' × ')}, but the training images are ${train.shape.join(' × ')}.`,
      path,
    );
  }
  return {
    prefix: 'arrays',
    kind: 'NumPy arrays',
    title: basename(path).replace(/\.np[yz]$/i, ''),
    shape: train.shape,
    classes: Array.from({ length: classes }, (_, label) => String(label)),
    counts: { train: samples.train.members.length, test: samples.test.members.length },
    async *read(split) {
      const { set, members } = samples[split];
      yield* await Promise.resolve(
        blocks(set, members, (sample) => {
          const label = set.labels[sample];
          if (Number.isInteger(label) && label >= 0 && label < classes) return true;
          report.bad(
            `${set.labelsPlace}, sample ${sample}`,
            `is labelled ${label}, but the classes are 0 to ${classes - 1}`,
          );
          return false;
        }),
      );
    },
  };

  function splitBySeed(set: LabelledArray, count: number) {
    const { testShare, seed } = choices;
    const isTest = drawTestSplit(
      Uint16Array.from(all(set), (sample) => set.labels[sample]),
      count,
      testShare,
      seed,
    );
    report.note(
      `The arrays have no test split: ${Number((testShare * 100).toFixed(2))}% of every class by seed ${seed}.`,
    );
    const members = (of: number) => all(set).filter((sample) => isTest[sample] === of);
    return { train: { set, members: members(0) }, test: { set, members: members(1) } };
  }
}

const all = ({ count }: LabelledArray): number[] => Array.from({ length: count }, (_, sample) => sample);

/** 0 to the largest label of the training split. */
function countClasses({ labels, labelsPlace, count }: LabelledArray): number {
  let largest = 0;
  for (let at = 0; at < count; at++) {
    if (!Number.isInteger(labels[at]) || labels[at] < 0 || labels[at] >= MOST_CLASSES) {
      throw new DatasetError(
        `${labelsPlace}: labels sample ${at} as ${labels[at]}; labels are whole numbers from 0 to ${MOST_CLASSES - 1}.`,
        labelsPlace,
      );
    }
    largest = Math.max(largest, labels[at]);
  }
  if (largest === 0)
    throw new DatasetError(`${labelsPlace}: labels every sample 0: nothing to tell apart.`, labelsPlace);
  return largest + 1;
}

async function readSet(files: NamedFiles, imagesName: string, labelsName: string): Promise<LabelledArray> {
  const images = await readArray(files, imagesName);
  const labels = await readArray(files, labelsName);
  const place = files.place(imagesName);
  const labelsPlace = files.place(labelsName);
  const [count = 0] = images.shape;
  const isFlat = labels.shape.length === 1 || (labels.shape.length === 2 && labels.shape[1] === 1);
  if (!isFlat) throw new DatasetError(`${labelsPlace}: is ${labels.shape.join(' × ')}; labels are one number each.`);
  if (labels.shape[0] !== count) {
    throw new DatasetError(`${labelsPlace}: holds ${labels.shape[0]} labels for ${count} images.`, labelsPlace);
  }
  if (count === 0) throw new DatasetError(`${place}: holds no image.`, place);
  const { shape, isChannelsFirst } = readShape(images.shape, place);
  const scale = readScale(images, place);
  const [height, width, channels] = shape;
  const features = height * width * channels;
  const plane = height * width;
  return {
    ...{ place, labelsPlace, shape, count },
    labels: labels.values,
    copy(sample, into) {
      const start = sample * features;
      for (let at = 0; at < features; at++) {
        const from = isChannelsFirst ? (at % channels) * plane + Math.floor(at / channels) : at;
        into[at] = Math.round(images.values[start + from] * scale);
      }
    },
  };
}

async function readArray(files: NamedFiles, name: string): Promise<NumberArray> {
  try {
    return readNpy(await files.read(name));
  } catch (error) {
    if (!(error instanceof ArrayProblem)) throw error;
    throw new DatasetError(`${files.place(name)}: ${error.message}.`, files.place(name));
  }
}

const isChannels = (side: number) => side === 1 || side === 3;

function readShape(
  dimensions: readonly number[],
  place: string,
): { shape: [number, number, number]; isChannelsFirst: boolean } {
  const [, a, b, c] = dimensions;
  if (dimensions.length === 3) return { shape: [a, b, 1], isChannelsFirst: false };
  if (dimensions.length === 4 && isChannels(c)) return { shape: [a, b, c], isChannelsFirst: false };
  if (dimensions.length === 4 && isChannels(a)) return { shape: [b, c, a], isChannelsFirst: true };
  throw new DatasetError(
    `${place}: is ${dimensions.join(' × ')}; images are count × height × width, with 1 or 3 channels last or first.`,
    place,
  );
}

/** What makes the values 0 to 255. */
function readScale({ values, isFloat }: NumberArray, place: string): number {
  let largest = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (!(value >= 0 && value <= 255)) {
      throw new DatasetError(`${place}: holds ${value}; pixels run from 0 to 255, or as floats from 0 to 1.`, place);
    }
    if (value > largest) largest = value;
  }
  return isFloat && largest <= 1 ? 255 : 1;
}

function* blocks(
  set: LabelledArray,
  members: readonly number[],
  isUsable: (sample: number) => boolean,
): Generator<SampleBlock> {
  const features = set.shape[0] * set.shape[1] * set.shape[2];
  const size = Math.max(1, Math.floor(BLOCK_BYTES / features));
  for (let from = 0; from < members.length; from += size) {
    const used = members.slice(from, from + size).filter(isUsable);
    const pixels = new Uint8Array(used.length * features);
    used.forEach((sample, at) => set.copy(sample, pixels.subarray(at * features, (at + 1) * features)));
    if (used.length > 0) yield { pixels, labels: Uint16Array.from(used, (sample) => set.labels[sample]) };
  }
}
