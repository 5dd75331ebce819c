import { DatasetError } from '../dataset-error.ts';
import { toGrey, isByteScale, type ValueScale } from '../values/scale.ts';
import { bytesOf } from '../byte-counts.ts';
import { tooLarge } from './memory-limit.ts';
import type { NamedFiles } from './named-files.ts';
import { ArrayProblem, type NpyHeader } from './npy-header.ts';
import { readNpy, type NumberArray, type NumberValues } from './npy.ts';

/** An array of images and that of their labels, by name. */
export interface ArrayPair {
  images: string;
  labels: string;
}

/** The images of a split in an array of numbers, and the array of their labels. */
export interface LabelledArray {
  /** How the array of images is called towards the reader. */
  location: string;
  labelsLocation: string;
  shape: [number, number, number];
  count: number;
  labels: ArrayLike<number>;
  values: NumberValues;
  isFloat: boolean;
  /** From one sample, row, column and channel to the next, in numbers. */
  strides: [number, number, number, number];
}

/** What reading arrays needs to know and tells. */
export interface ArrayReading {
  files: NamedFiles;
  /** Bytes of memory for all arrays of the dataset; those of each that is read are taken off. */
  memory: { left: number; most: number };
  onTrailingBytes(location: string, count: number): void;
}

/**
 * Reads the images and labels of a split.
 * @throws DatasetError that names the array at fault
 */
export async function readSet(reading: ArrayReading, pair: ArrayPair): Promise<LabelledArray> {
  const { files } = reading;
  const [location, labelsLocation] = [files.location(pair.images), files.location(pair.labels)];
  const images = await readArray(reading, pair.images);
  const labels = await readArray(reading, pair.labels);
  const [count = 0] = images.shape;
  const isFlat = labels.shape.length === 1 || (labels.shape.length === 2 && labels.shape[1] === 1);
  if (!isFlat) throw new DatasetError(`${labelsLocation}: is ${labels.shape.join(' × ')}; labels are one number each.`);
  if (labels.shape[0] !== count) {
    throw new DatasetError(`${labelsLocation}: holds ${labels.shape[0]} labels for ${count} images.`, labelsLocation);
  }
  if (count === 0) throw new DatasetError(`${location}: holds no image.`, location);
  const layout = layOut(images, location);
  if (layout.shape.includes(0)) {
    throw new DatasetError(`${location}: is ${images.shape.join(' × ')}: its images have no pixel.`, location);
  }
  const { values, isFloat } = images;
  return { location, labelsLocation, count, labels: labels.values, values, isFloat, ...layout };
}

async function readArray({ files, memory, onTrailingBytes }: ArrayReading, name: string): Promise<NumberArray> {
  const location = files.location(name);
  const allow = (header: NpyHeader): void => {
    const { shape, bytes } = header;
    memory.left -= bytes * memoryFactor(header);
    if (memory.left >= 0) return;
    const start = `holds ${shape.join(' × ')} values, ${bytesOf(bytes)}. With it the arrays need`;
    throw tooLarge(location, start, memory.most - memory.left, memory.most, false);
  };
  try {
    const array = await readNpy(files.open(name), await files.size(name), allow);
    if (array.trailingBytes > 0) onTrailingBytes(location, array.trailingBytes);
    return array;
  } catch (error) {
    if (!(error instanceof ArrayProblem)) throw error;
    throw new DatasetError(`${location}: ${error.message}.`, location, error.fault);
  }
}

/** What is not used as it is in the file is there twice for a moment. */
const memoryFactor = ({ type }: NpyHeader): number => (type === 'f2' ? 3 : type === 'b1' ? 2 : 1);

const isChannels = (side: number) => side === 1 || side === 3;

/** Height, width and channels of its images, and how to step through them. @throws DatasetError where it has none */
export function layOut({ shape, strides }: NumberArray, location: string): Pick<LabelledArray, 'shape' | 'strides'> {
  const [, a, b, c] = shape;
  const [sample, first, second, third] = strides;
  if (shape.length === 3) return { shape: [a, b, 1], strides: [sample, first, second, 1] };
  if (shape.length === 4 && isChannels(c)) return { shape: [a, b, c], strides: [sample, first, second, third] };
  if (shape.length === 4 && isChannels(a)) return { shape: [b, c, a], strides: [sample, second, third, first] };
  throw new DatasetError(
    `${location}: is ${shape.join(' × ')}; images are count × height × width, with 1 or 3 channels last or first.`,
    location,
  );
}

/** Visits the values of a sample in the order `[height, width, channels]`. */
export function forEachValue(
  { values, shape, strides }: Pick<LabelledArray, 'values' | 'shape' | 'strides'>,
  sample: number,
  visit: (value: number) => void,
): void {
  const [height, width, channels] = shape;
  const [toSample, toRow, toColumn, toChannel] = strides;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let at = sample * toSample + y * toRow + x * toColumn;
      for (let channel = 0; channel < channels; channel++, at += toChannel) visit(values[at]);
    }
  }
}

/** The grey levels of a sample, `[height, width, channels]`, written to `into`. */
export function copySample(set: LabelledArray, sample: number, scale: ValueScale, into: Uint8Array): void {
  let to = 0;
  if (!set.isFloat && isByteScale(scale)) forEachValue(set, sample, (value) => (into[to++] = value));
  else forEachValue(set, sample, (value) => (into[to++] = toGrey(value, scale)));
}
