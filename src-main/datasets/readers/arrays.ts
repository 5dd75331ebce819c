import { basename } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import {
  MOST_CLASSES,
  type ImageSource,
  type ImportContext,
  type SampleBlock,
  type SplitName,
} from '../image-source.ts';
import { chooseArrays, type ArrayPair } from './array-names.ts';
import { ArrayProblem, readNpy, type NumberArray } from './npy.ts';
import type { NamedFiles } from './cifar-binary.ts';
import { drawTestSplit } from './test-split.ts';

const BLOCK_BYTES = 2 ** 20;

/** Floats that are meant to run from 0 to 1 may leave it by this much, from rounding or resizing. */
const UNIT_TOLERANCE = 0.01;

interface LabelledArray {
  place: string;
  shape: [number, number, number];
  count: number;
  labelsPlace: string;
  labels: ArrayLike<number>;
  /** The largest value of floats; null where bytes are sure. */
  largestFloat: number | null;
  /** Pixels of one sample, written to `into` as `[height, width, channels]`; `scale` makes the values 0 to 255. */
  copy(sample: number, scale: number, into: Uint8Array): void;
}

/**
 * Images and labels in NumPy arrays: `x_train`, `y_train`, `x_test`, `y_test` and the like, or one set without a split.
 * Images are `[count, height, width]`, `[count, height, width, channels]` or, where only that fits, channels first;
 * floats run from 0 to 1 or from 0 to 255, in training and test images alike.
 * @throws DatasetError that names the array at fault
 */
export async function openArrays(
  path: string,
  files: NamedFiles,
  { choices, report }: ImportContext,
): Promise<ImageSource> {
  const chosen = chooseArrays(path, files.names, choices.labels);
  const train = await readSet(files, chosen.train);
  const test = chosen.test && (await readSet(files, chosen.test));
  const classes = countClasses(train);
  const samples: Record<SplitName, { set: LabelledArray; members: number[] }> = test
    ? { train: { set: train, members: all(train) }, test: { set: test, members: all(test) } }
    : splitBySeed(train, classes);
  if (test && test.shape.join() !== train.shape.join()) {
    throw new DatasetError(
      `${test.place}: holds images of ${test.shape.join(' × ')}, but the training images are ${train.shape.join(' × ')}.`,
      path,
    );
  }
  const scaleOf = chooseScale(test ? [train, test] : [train]);
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
        blocks(set, members, scaleOf(set), (sample) => {
          const label = set.labels[sample];
          if (isLabel(label) && label < classes) return true;
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
      Uint16Array.from(all(set), (sample) => (isLabel(set.labels[sample]) ? set.labels[sample] : MOST_CLASSES - 1)),
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

const isLabel = (value: number) => Number.isInteger(value) && value >= 0 && value < MOST_CLASSES;

/** 0 to the largest label of the training split, those that are none left out. */
function countClasses({ labels, labelsPlace, count }: LabelledArray): number {
  let largest = 0;
  for (let at = 0; at < count; at++) if (isLabel(labels[at]) && labels[at] > largest) largest = labels[at];
  if (largest === 0)
    throw new DatasetError(`${labelsPlace}: labels every sample 0: nothing to tell apart.`, labelsPlace);
  return largest + 1;
}

async function readSet(files: NamedFiles, pair: ArrayPair): Promise<LabelledArray> {
  const images = await readArray(files, pair.images);
  const labels = await readArray(files, pair.labels);
  const place = files.place(pair.images);
  const labelsPlace = files.place(pair.labels);
  const [count = 0] = images.shape;
  const isFlat = labels.shape.length === 1 || (labels.shape.length === 2 && labels.shape[1] === 1);
  if (!isFlat) throw new DatasetError(`${labelsPlace}: is ${labels.shape.join(' × ')}; labels are one number each.`);
  if (labels.shape[0] !== count) {
    throw new DatasetError(`${labelsPlace}: holds ${labels.shape[0]} labels for ${count} images.`, labelsPlace);
  }
  if (count === 0) throw new DatasetError(`${place}: holds no image.`, place);
  const { shape, isChannelsFirst } = readShape(images.shape, place);
  const [height, width, channels] = shape;
  const features = height * width * channels;
  if (features === 0)
    throw new DatasetError(`${place}: is ${images.shape.join(' × ')}: its images have no pixel.`, place);
  const largest = checkRange(images, place);
  const plane = height * width;
  return {
    ...{ place, labelsPlace, shape, count },
    labels: labels.values,
    largestFloat: images.isFloat ? largest : null,
    copy(sample, scale, into) {
      const start = sample * features;
      for (let at = 0; at < features; at++) {
        const from = isChannelsFirst ? (at % channels) * plane + Math.floor(at / channels) : at;
        into[at] = Math.min(255, Math.max(0, Math.round(images.values[start + from] * scale)));
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

/** @returns the largest value */
function checkRange({ values, isFloat }: NumberArray, place: string): number {
  const [least, most] = isFloat ? [-UNIT_TOLERANCE, 255.5] : [0, 255];
  let largest = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (!(value >= least && value <= most)) {
      throw new DatasetError(`${place}: holds ${value}; pixels run from 0 to 255, or as floats from 0 to 1.`, place);
    }
    if (value > largest) largest = value;
  }
  return largest;
}

/** What makes the values of each set 0 to 255: decided once, so that training and test images are of one scale. */
function chooseScale(sets: readonly LabelledArray[]): (set: LabelledArray) => number {
  // Black images are of either scale.
  const floats = sets.flatMap((set) => (set.largestFloat ? [{ place: set.place, largest: set.largestFloat }] : []));
  const isUnit = (largest: number) => largest <= 1 + UNIT_TOLERANCE;
  const [first, other] = floats;
  if (other && isUnit(first.largest) !== isUnit(other.largest)) {
    throw new DatasetError(
      `${other.place}: its values reach ${other.largest}, but those of ${first.place} reach ${first.largest}. ` +
        'Both have to run from 0 to 1, or both from 0 to 255.',
      other.place,
    );
  }
  return ({ largestFloat }) => (largestFloat !== null && first && isUnit(first.largest) ? 255 : 1);
}

function* blocks(
  set: LabelledArray,
  members: readonly number[],
  scale: number,
  isUsable: (sample: number) => boolean,
): Generator<SampleBlock> {
  const features = set.shape[0] * set.shape[1] * set.shape[2];
  const size = Math.max(1, Math.floor(BLOCK_BYTES / features));
  for (let from = 0; from < members.length; from += size) {
    const used = members.slice(from, from + size).filter(isUsable);
    const pixels = new Uint8Array(used.length * features);
    used.forEach((sample, at) => set.copy(sample, scale, pixels.subarray(at * features, (at + 1) * features)));
    if (used.length > 0) yield { pixels, labels: Uint16Array.from(used, (sample) => set.labels[sample]) };
  }
}
