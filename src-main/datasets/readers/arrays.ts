import { basename } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import {
  MOST_CLASSES,
  type ImageSource,
  type ImportContext,
  type SampleBlock,
  type SplitName,
} from '../image-source.ts';
import { copySample, readSet, type ArrayPair, type ArrayReading, type LabelledArray } from './array-set.ts';
import { scaleArrays, type ScaledArrays } from './array-values.ts';
import { chooseArrays } from './choose-arrays.ts';
import { mostBytesOf } from './memory-limit.ts';
import type { NamedFiles } from './named-files.ts';
import { allOf, countSamples, drawOverSets, samplesOf, type Members } from './test-split.ts';

const BLOCK_BYTES = 2 ** 20;

/**
 * Images and labels in NumPy arrays: `x_train`, `y_train`, `x_test`, `y_test` and the like, or one set without a split.
 * Images are `[count, height, width]`, `[count, height, width, channels]` or, where only that fits, channels first; what
 * their values mean is decided for training and test images together (`array-values.ts`).
 * @throws DatasetError that names the array at fault
 */
export async function openArrays(path: string, files: NamedFiles, context: ImportContext): Promise<ImageSource> {
  const { choices, report } = context;
  const chosen = await chooseArrays(path, files, context);
  const most = mostBytesOf(choices);
  const reading: ArrayReading = {
    files,
    memory: { left: most, most },
    onTrailingBytes: (location, bytes) => report.changed('left-out', `bytes after the array ${location}`, bytes),
  };
  const train = await readSets(reading, chosen.train);
  const test = await readSets(reading, chosen.test);
  const [first] = train;
  const classes = countClasses(train);
  const splits: Record<SplitName, Members<LabelledArray>[]> =
    test.length > 0
      ? { train: allOf(train), test: allOf(test) }
      : drawOverSets('arrays', train, classesOf, classes, context);
  for (const set of [...train, ...test]) {
    if (set.shape.join() === first.shape.join()) continue;
    const [found, usual] = [set, first].map(({ shape }) => shape.join(' × '));
    throw new DatasetError(`${set.location}: holds images of ${found}, but the training images are ${usual}.`, path);
  }
  const scaled = await scaleArrays(train, test, context);
  return {
    prefix: 'arrays',
    kind: 'NumPy arrays',
    title: basename(path).replace(/\.np[yz]$/i, ''),
    shape: first.shape,
    classes: Array.from({ length: classes }, (_, label) => String(label)),
    counts: { train: countSamples(splits.train), test: countSamples(splits.test) },
    async *read(split) {
      for (const members of splits[split]) {
        const { set } = members;
        const isUsable = (sample: number): boolean => {
          const odd = scaled.notNumbers.get(set)?.get(sample);
          if (odd !== undefined) {
            report.bad(`${set.location}, sample ${sample}`, `holds ${odd}, which is no grey value`);
            return false;
          }
          const label = set.labels[sample];
          if (isLabel(label) && label < classes) return true;
          report.bad(
            `${set.labelsLocation}, sample ${sample}`,
            `is labelled ${label}, but the classes are 0 to ${classes - 1}`,
          );
          return false;
        };
        yield* await Promise.resolve(blocks(set, samplesOf(members), scaled, isUsable));
      }
    },
  };
}

async function readSets(reading: ArrayReading, pairs: readonly ArrayPair[]): Promise<LabelledArray[]> {
  const sets: LabelledArray[] = [];
  for (const pair of pairs) sets.push(await readSet(reading, pair));
  return sets;
}

/** Of every sample; a class that no dataset reaches where it is none. */
const classesOf = ({ labels, count }: LabelledArray): number[] =>
  Array.from({ length: count }, (_, sample) => (isLabel(labels[sample]) ? labels[sample] : MOST_CLASSES - 1));

const isLabel = (value: number) => Number.isInteger(value) && value >= 0 && value < MOST_CLASSES;

/** 0 to the largest label of the training split, those that are none left out. */
function countClasses(sets: readonly LabelledArray[]): number {
  let largest = 0;
  for (const { labels, count } of sets) {
    for (let at = 0; at < count; at++) if (isLabel(labels[at]) && labels[at] > largest) largest = labels[at];
  }
  const [{ labelsLocation }] = sets;
  if (largest === 0)
    throw new DatasetError(`${labelsLocation}: labels every sample 0: nothing to tell apart.`, labelsLocation);
  return largest + 1;
}

function* blocks(
  set: LabelledArray,
  members: readonly number[],
  { scale }: ScaledArrays,
  isUsable: (sample: number) => boolean,
): Generator<SampleBlock> {
  const features = set.shape[0] * set.shape[1] * set.shape[2];
  const size = Math.max(1, Math.floor(BLOCK_BYTES / features));
  for (let from = 0; from < members.length; from += size) {
    const used = members.slice(from, from + size).filter(isUsable);
    const pixels = new Uint8Array(used.length * features);
    used.forEach((sample, at) => copySample(set, sample, scale, pixels.subarray(at * features, (at + 1) * features)));
    if (used.length > 0) yield { pixels, labels: Uint16Array.from(used, (sample) => set.labels[sample]) };
  }
}
