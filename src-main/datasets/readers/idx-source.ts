import { basename } from 'node:path';
import { findIdxFiles, readIdxFiles, type IdxSplit } from '../idx-folder.ts';
import {
  splitBlocks,
  type ImageSource,
  type ImportContext,
  type SampleBlock,
  type SplitName,
} from '../image-source.ts';
import { drawTestSplit, tellDrawnSplit } from './test-split.ts';

/** Samples of files that are of a split; null is all of them. */
interface Members {
  files: IdxSplit;
  isMember: ((sample: number) => boolean) | null;
}

/**
 * The IDX files of a folder; classes are named by their number. A test label that training does not know is a bad
 * sample.
 * @throws DatasetError that names the file and what is wrong with it
 */
export async function openIdxFolder(path: string, context: ImportContext): Promise<ImageSource> {
  const { choices, report } = context;
  const { shape, classes, train, test } = await readIdxFiles(await findIdxFiles(path, choices, report), null);
  const columns = [...train, ...test].reduce((sum, { leftOutColumns }) => sum + leftOutColumns, 0);
  if (columns > 0) report.changed('left-out', 'columns of label tables beside the class, such as the writer', columns);
  const whole = (splits: readonly IdxSplit[]): Members[] => splits.map((files) => ({ files, isMember: null }));
  const splits: Record<SplitName, Members[]> =
    test.length > 0 ? { train: whole(train), test: whole(test) } : drawFrom(train, classes.length, context);
  return {
    prefix: 'idx',
    kind: 'IDX files',
    title: basename(path) || path,
    shape,
    classes,
    counts: { train: countOf(splits.train), test: countOf(splits.test) },
    async *read(split) {
      for (const { files, isMember } of splits[split]) {
        let start = 0;
        for await (const block of splitBlocks(files)) {
          const used = [...block.labels.keys()].filter((at) => {
            if (isMember?.(start + at) === false) return false;
            const label = block.labels[at];
            if (label < classes.length) return true;
            const location = `${files.files.labels}, image ${start + at}`;
            report.bad(location, `is labelled ${label}, but the classes are 0 to ${classes.length - 1}`);
            return false;
          });
          start += block.labels.length;
          if (used.length > 0) yield used.length === block.labels.length ? block : only(block, used);
        }
      }
    },
  };
}

/** The test split where it is drawn, over all training files together. */
function drawFrom(train: readonly IdxSplit[], classes: number, context: ImportContext): Record<SplitName, Members[]> {
  const { testShare, seed } = context.choices;
  const labels = Uint8Array.from(train.flatMap((files) => [...files.labels]));
  const isTest = drawTestSplit(labels, classes, testShare, seed);
  tellDrawnSplit('files', context);
  const membersOf = (wanted: number): Members[] => {
    let next = 0;
    return train.map((files) => {
      const from = next;
      next += files.count;
      return { files, isMember: (sample) => isTest[from + sample] === wanted };
    });
  };
  return { train: membersOf(0), test: membersOf(1) };
}

const countOf = (all: readonly Members[]): number =>
  all.reduce((sum, { files, isMember }) => {
    if (isMember === null) return sum + files.count;
    return sum + Array.from({ length: files.count }, (_, at) => at).filter(isMember).length;
  }, 0);

function only({ pixels, labels }: SampleBlock, used: readonly number[]): SampleBlock {
  const features = pixels.length / labels.length;
  const kept = new Uint8Array(used.length * features);
  used.forEach((from, to) => kept.set(pixels.subarray(from * features, (from + 1) * features), to * features));
  return { pixels: kept, labels: Uint8Array.from(used, (at) => labels[at]) };
}
