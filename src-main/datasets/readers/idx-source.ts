import { basename } from 'node:path';
import { readIdxFiles } from '../idx-folder.ts';
import { splitBlocks, type ImageSource, type ImportContext, type SampleBlock } from '../image-source.ts';

/**
 * The four IDX files of a folder; classes are named by their number. A test label that training does not know is a bad
 * sample.
 * @throws DatasetError that names the file and what is wrong with it
 */
export async function openIdxFolder(path: string, { report }: ImportContext): Promise<ImageSource> {
  const { shape, classes, files, ...splits } = await readIdxFiles(path, null);
  return {
    prefix: 'idx',
    kind: 'IDX files',
    title: basename(path) || path,
    shape,
    classes,
    counts: { train: splits.train.count, test: splits.test.count },
    async *read(split) {
      let start = 0;
      for await (const block of splitBlocks(splits[split])) {
        const used = [...block.labels.keys()].filter((at) => {
          const label = block.labels[at];
          if (label < classes.length) return true;
          const place = `${files[`${split} labels`]}, image ${start + at}`;
          report.bad(place, `is labelled ${label}, but the classes are 0 to ${classes.length - 1}`);
          return false;
        });
        start += block.labels.length;
        if (used.length > 0) yield used.length === block.labels.length ? block : only(block, used);
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
