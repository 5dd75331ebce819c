import { basename } from 'node:path';
import { findIdxFiles, readIdxFiles, type IdxSplit } from '../idx-folder.ts';
import {
  splitBlocks,
  type ImageSource,
  type ImportContext,
  type SampleBlock,
  type SplitName,
} from '../image-source.ts';
import { allOf, countSamples, drawOverSets, type Members } from './test-split.ts';

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
  const splits: Record<SplitName, Members<IdxSplit>[]> =
    test.length > 0
      ? { train: allOf(train), test: allOf(test) }
      : drawOverSets('files', train, ({ labels }) => labels, classes.length, context);
  return {
    prefix: 'idx',
    kind: 'IDX files',
    title: basename(path) || path,
    shape,
    classes,
    counts: { train: countSamples(splits.train), test: countSamples(splits.test) },
    async *read(split) {
      for (const { set: files, isMember } of splits[split]) {
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

function only({ pixels, labels }: SampleBlock, used: readonly number[]): SampleBlock {
  const features = pixels.length / labels.length;
  const kept = new Uint8Array(used.length * features);
  used.forEach((from, to) => kept.set(pixels.subarray(from * features, (from + 1) * features), to * features));
  return { pixels: kept, labels: Uint8Array.from(used, (at) => labels[at]) };
}
