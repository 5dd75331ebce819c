import { basename } from 'node:path';
import { DatasetError } from '../../dataset-error.ts';
import type { ImageSource, ImportContext, SplitName } from '../../image-source.ts';
import { mostBytesOf } from '../memory-limit.ts';
import type { NamedFiles } from '../named-files.ts';
import { readTogether } from '../read-together.ts';
import { CIFAR_SHAPE, RECORD_PIXELS, tellCoarseLabels, toBlocks, type CifarRecords } from './records.ts';
import { PickleProblem, unpickle, type NumpyArray, type PickleDict, type PickleValue } from './unpickle.ts';

/** Files of the Python version (cs.toronto.edu/~kriz/cifar.html): each is a pickled dictionary. */
const VERSIONS = [
  {
    title: 'CIFAR-10',
    train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}`),
    test: ['test_batch'],
    meta: 'batches.meta',
    labels: 'labels',
    names: 'label_names',
  },
  {
    title: 'CIFAR-100',
    train: ['train'],
    test: ['test'],
    meta: 'meta',
    labels: 'fine_labels',
    names: 'fine_label_names',
  },
] as const;

type Version = (typeof VERSIONS)[number];

const filesOf = ({ train, test, meta }: Version): string[] => [meta, ...test, ...train];

/** Classes have labels of one byte. */
const MOST_NAMES = 256;

/**
 * The files that are there of the Python version; null where it is not this. CIFAR-10's have names of their own, those of
 * CIFAR-100 say something together only.
 */
export function cifarPythonFilesOf(names: readonly string[]): string[] | null {
  const [ten, hundred] = VERSIONS.map((version) => filesOf(version).filter((name) => names.includes(name)));
  if (ten.length > 0) return ten;
  return hundred.length === filesOf(VERSIONS[1]).length ? hundred : null;
}

export const isCifarPythonFile = (name: string): boolean => VERSIONS.some((version) => filesOf(version).includes(name));

/** @throws DatasetError that names the file that is missing, damaged, or holds anything but CIFAR */
export async function openCifarPython(
  path: string,
  files: NamedFiles,
  { choices, report, signal }: ImportContext,
): Promise<ImageSource> {
  const version = VERSIONS.find((each) => files.names.some((name) => filesOf(each).includes(name))) ?? VERSIONS[0];
  const missing = filesOf(version).find((name) => !files.names.includes(name));
  if (missing !== undefined) {
    throw new DatasetError(`${path}: ${missing} of ${version.title} is missing. Unpack the whole archive.`, path);
  }
  const contents = await readTogether(files, filesOf(version), mostBytesOf(choices), signal);
  const location = (name: string) => files.location(name);
  const parsed = new Map(filesOf(version).map((name) => [name, dictOf(location(name), contents.get(name))]));
  const classes = named(location(version.meta), () => classesOf(parsed.get(version.meta), version));
  const batches = new Map(
    [...version.train, ...version.test].map((name) => [
      name,
      named(location(name), () => recordsOf(parsed.get(name), version)),
    ]),
  );
  const countOf = (split: SplitName) => version[split].reduce((sum, name) => sum + (batches.get(name)?.count ?? 0), 0);
  const counts = { train: countOf('train'), test: countOf('test') };
  if (version.title === 'CIFAR-100') tellCoarseLabels(report, counts.train + counts.test);
  return {
    prefix: 'cifar',
    kind: `${version.title}, Python version`,
    title: basename(path),
    shape: CIFAR_SHAPE,
    classes,
    counts,
    async *read(split) {
      for (const name of version[split]) {
        const records = batches.get(name);
        if (records) yield* await Promise.resolve(toBlocks(records, classes.length, location(name), report));
      }
    },
  };
}

/** What is wrong with a pickle becomes a sentence that names its file. */
function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PickleProblem)) throw error;
    throw new DatasetError(
      `${file}: ${error.message}. Download CIFAR’s Python or binary version again, or save the images as .npz arrays.`,
      file,
    );
  }
}

const dictOf = (file: string, bytes: Uint8Array | undefined): PickleDict =>
  named(file, () => {
    const found = unpickle(bytes ?? new Uint8Array());
    if (found instanceof Map) return found;
    throw new PickleProblem('holds no dictionary');
  });

function entryOf(dict: PickleDict | undefined, key: string): PickleValue {
  const value = dict?.get(key);
  if (value !== undefined) return value;
  throw new PickleProblem(
    `has no entry ${key}; those it has are ${[...(dict?.keys() ?? [])].slice(0, 10).join(', ') || 'none'}`,
  );
}

function classesOf(meta: PickleDict | undefined, { names: key }: Version): string[] {
  const names = entryOf(meta, key);
  if (!Array.isArray(names) || names.length < 2 || names.length > MOST_NAMES) {
    throw new PickleProblem(`has no list of 2 to ${MOST_NAMES} names of classes (${key})`);
  }
  return names.map((name) => {
    if (typeof name === 'string') return name;
    if (name instanceof Uint8Array) return Buffer.from(name).toString('utf8');
    throw new PickleProblem(`has a name of a class that is no text (${key})`);
  });
}

function recordsOf(batch: PickleDict | undefined, { labels: key }: Version): CifarRecords {
  const data = entryOf(batch, 'data');
  const labels = entryOf(batch, key);
  const isArray = typeof data === 'object' && data !== null && 'type' in data && data.type === 'array';
  if (!isArray || data.shape.length !== 2 || data.shape[1] !== RECORD_PIXELS || data.shape[0] === 0) {
    const held = isArray ? `an array of ${data.shape.join(' × ')}` : 'no array';
    throw new PickleProblem(`holds ${held} as data; an image has ${RECORD_PIXELS} bytes (32 × 32 × 3)`);
  }
  const [count] = data.shape;
  if (!Array.isArray(labels) || labels.length !== count) {
    throw new PickleProblem(
      `has ${Array.isArray(labels) ? labels.length : 'no list of'} labels (${key}) for ${count} images`,
    );
  }
  const wholeLabels = labels.map((label) => {
    if (typeof label === 'number') return label;
    throw new PickleProblem(`has a label that is no number (${key})`);
  });
  return { count, label: (at) => wholeLabels[at], planes: (at) => rowOf(data, at) };
}

function rowOf({ shape: [count], isFortran, values }: NumpyArray, at: number): Uint8Array {
  if (!isFortran) return values.subarray(at * RECORD_PIXELS, (at + 1) * RECORD_PIXELS);
  return Uint8Array.from({ length: RECORD_PIXELS }, (_, pixel) => values[pixel * count + at]);
}
