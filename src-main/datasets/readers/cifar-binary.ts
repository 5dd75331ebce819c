import { basename } from 'node:path';
import { CIFAR_100_CLASSES, CIFAR_10_CLASSES } from '../cifar-classes.ts';
import { DatasetError } from '../dataset-error.ts';
import type { ImageSource, ImportContext, SplitName } from '../image-source.ts';
import { CIFAR_SHAPE, RECORD_PIXELS, tellCoarseLabels, toBlocks, type CifarRecords } from './cifar/records.ts';
import { mostBytesOf } from './memory-limit.ts';
import type { NamedFiles } from './named-files.ts';
import { readTogether } from './read-together.ts';

/** Records of the binary version (cs.toronto.edu/~kriz/cifar.html): labels, then 1024 reds, greens and blues, row by row. */
const VERSIONS = [
  {
    title: 'CIFAR-10',
    classes: CIFAR_10_CLASSES,
    labelBytes: 1,
    train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
    test: ['test_batch.bin'],
  },
  // Of the two labels the second is the fine one.
  { title: 'CIFAR-100', classes: CIFAR_100_CLASSES, labelBytes: 2, train: ['train.bin'], test: ['test.bin'] },
] as const;

type Version = (typeof VERSIONS)[number];

const versionOf = (names: readonly string[]): Version | undefined =>
  VERSIONS.find(({ train, test }) => [...train, ...test].some((name) => names.includes(name)));

/** Whether a file is one of them, by its name. */
export const isCifarFile = (name: string): boolean =>
  VERSIONS.some(({ train, test }) => [...train, ...test].some((each) => each === name));

export const isCifarBinary = (names: readonly string[]): boolean => versionOf(names) !== undefined;

/** @throws DatasetError that names the file that is missing, empty or cut short */
export async function openCifarBinary(
  path: string,
  files: NamedFiles,
  { choices, report, signal }: ImportContext,
): Promise<ImageSource> {
  const version = versionOf(files.names);
  if (!version) throw new DatasetError(`${path}: holds no file of CIFAR’s binary version.`, path);
  const { title, classes, labelBytes } = version;
  const missing = [...version.train, ...version.test].find((name) => !files.names.includes(name));
  if (missing !== undefined) {
    throw new DatasetError(`${path}: ${missing} of ${title} is missing. Unpack the whole archive.`, path);
  }
  const contents = await readTogether(files, [...version.train, ...version.test], mostBytesOf(choices), signal);
  for (const [name, bytes] of contents) {
    const rest = bytes.length % (labelBytes + RECORD_PIXELS);
    if (bytes.length > 0 && rest === 0) continue;
    throw new DatasetError(
      `${files.location(name)}: has ${bytes.length} bytes, no whole number of records of ${labelBytes + RECORD_PIXELS}. ` +
        'It is truncated, or not of the binary version. Download it again.',
      files.location(name),
    );
  }
  const countOf = (split: SplitName) =>
    version[split].reduce((sum, name) => sum + (contents.get(name)?.length ?? 0) / (labelBytes + RECORD_PIXELS), 0);
  const counts = { train: countOf('train'), test: countOf('test') };
  if (labelBytes === 2) tellCoarseLabels(report, counts.train + counts.test);
  return {
    prefix: 'cifar',
    kind: `${title}, binary version`,
    title: basename(path),
    shape: CIFAR_SHAPE,
    classes: [...classes],
    counts,
    async *read(split) {
      for (const name of version[split]) {
        const records = recordsOf(contents.get(name) ?? new Uint8Array(), labelBytes);
        yield* await Promise.resolve(toBlocks(records, classes.length, files.location(name), report));
      }
    },
  };
}

function recordsOf(bytes: Uint8Array, labelBytes: number): CifarRecords {
  const recordBytes = labelBytes + RECORD_PIXELS;
  return {
    count: bytes.length / recordBytes,
    label: (at) => bytes[at * recordBytes + labelBytes - 1],
    planes: (at) => bytes.subarray(at * recordBytes + labelBytes, (at + 1) * recordBytes),
  };
}
