import { basename } from 'node:path';
import { CIFAR_100_CLASSES, CIFAR_10_CLASSES } from '../cifar-classes.ts';
import { DatasetError } from '../dataset-error.ts';
import type { ImageSource, ImportContext, SampleBlock, SplitName } from '../image-source.ts';
import { mostBytesOf } from './memory-limit.ts';
import { readAll, type NamedFiles } from './named-files.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = 3 * PLANE;

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
  const contents = new Map<string, Uint8Array>();
  for (const name of [...version.train, ...version.test]) {
    signal.throwIfAborted();
    const bytes = await readAll(files, name, mostBytesOf(choices));
    const rest = bytes.length % (labelBytes + PIXELS);
    if (bytes.length === 0 || rest !== 0) {
      throw new DatasetError(
        `${files.place(name)}: has ${bytes.length} bytes, no whole number of records of ${labelBytes + PIXELS}. ` +
          'It is truncated, or not of the binary version. Download it again.',
        files.place(name),
      );
    }
    contents.set(name, bytes);
  }
  const countOf = (split: SplitName) =>
    version[split].reduce((sum, name) => sum + (contents.get(name)?.length ?? 0) / (labelBytes + PIXELS), 0);

  return {
    prefix: 'cifar',
    kind: `${title}, binary version`,
    title: basename(path),
    shape: [SIDE, SIDE, 3],
    classes: [...classes],
    counts: { train: countOf('train'), test: countOf('test') },
    async *read(split) {
      for (const name of version[split]) {
        const bytes = contents.get(name) ?? new Uint8Array();
        yield* await Promise.resolve(
          toBlocks(bytes, labelBytes, classes.length, (at, problem) => {
            report.bad(`${files.place(name)}, image ${at}`, problem);
          }),
        );
      }
    },
  };
}

const RECORDS_PER_BLOCK = 256;

function* toBlocks(
  bytes: Uint8Array,
  labelBytes: number,
  classes: number,
  bad: (at: number, problem: string) => void,
): Generator<SampleBlock> {
  const recordBytes = labelBytes + PIXELS;
  const records = bytes.length / recordBytes;
  for (let from = 0; from < records; from += RECORDS_PER_BLOCK) {
    const pixels = new Uint8Array(RECORDS_PER_BLOCK * PIXELS);
    const labels = new Uint8Array(RECORDS_PER_BLOCK);
    let count = 0;
    for (let record = from; record < Math.min(records, from + RECORDS_PER_BLOCK); record++) {
      const start = record * recordBytes + labelBytes;
      const label = bytes[start - 1];
      if (label >= classes) {
        bad(record, `is labelled ${label}, but the classes are 0 to ${classes - 1}`);
        continue;
      }
      for (let place = 0; place < PLANE; place++) {
        for (let channel = 0; channel < 3; channel++) {
          pixels[count * PIXELS + place * 3 + channel] = bytes[start + channel * PLANE + place];
        }
      }
      labels[count++] = label;
    }
    if (count > 0) yield { pixels: pixels.subarray(0, count * PIXELS), labels: labels.subarray(0, count) };
  }
}
