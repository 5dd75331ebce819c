import { basename } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import {
  MOST_CLASSES,
  type ImageSource,
  type ImportContext,
  type SampleBlock,
  type SplitName,
} from '../image-source.ts';
import { chooseArrays } from './array-names.ts';
import { copySample, readSet, type ArrayReading, type LabelledArray } from './array-set.ts';
import { scaleArrays, type ScaledArrays } from './array-values.ts';
import { mostBytesOf } from './memory-limit.ts';
import type { NamedFiles } from './named-files.ts';
import { drawTestSplit } from './test-split.ts';

const BLOCK_BYTES = 2 ** 20;

/**
 * Images and labels in NumPy arrays: `x_train`, `y_train`, `x_test`, `y_test` and the like, or one set without a split.
 * Images are `[count, height, width]`, `[count, height, width, channels]` or, where only that fits, channels first; what
 * their values mean is decided for training and test images together (`array-values.ts`).
 * @throws DatasetError that names the array at fault
 */
export async function openArrays(path: string, files: NamedFiles, context: ImportContext): Promise<ImageSource> {
  const { choices, report } = context;
  const chosen = chooseArrays(path, files.names, choices.labels);
  const most = mostBytesOf(choices);
  const reading: ArrayReading = {
    files,
    memory: { left: most, most },
    onTrailingBytes: (place, bytes) => report.changed('left-out', `bytes after the array ${place}`, bytes),
  };
  const train = await readSet(reading, chosen.train);
  const test = chosen.test && (await readSet(reading, chosen.test));
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
  const scaled = await scaleArrays(test ? [train, test] : [train], context);
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
        blocks(set, members, scaled, (sample) => {
          const odd = scaled.notNumbers.get(set)?.get(sample);
          if (odd !== undefined) {
            report.bad(`${set.place}, sample ${sample}`, `holds ${odd}, which is no grey value`);
            return false;
          }
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
