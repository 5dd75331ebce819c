import type { DatasetContent, Labels } from '../contract/index.ts';
import { openCacheFile } from './cache-file.ts';
import { readCacheHeader } from './cache-header.ts';
import { readExamples } from './examples.ts';
import { startExamples } from './import/start-import.ts';

/**
 * What a dataset's copy holds: its labels are counted, and a few of its images read.
 * @param importWorker decodes them where they are files: the window's process must not (`readers/decoder.ts`)
 * @throws DamagedCacheError; DatasetError where an image cannot be read; the system's ENOENT where there is no copy
 */
export async function readContent(id: string, file: string, importWorker: URL): Promise<DatasetContent> {
  const { classes, mean, deviation, contentSha256, imported } = await readCacheHeader(file);
  const { train, test } = await openCacheFile(file);
  return {
    id,
    contentSha256,
    classCounts: { train: countLabels(train.labels, classes.length), test: countLabels(test.labels, classes.length) },
    mean,
    deviation,
    imported,
    examples: await (train.images.kind === 'files' ? startExamples(importWorker, file) : readExamples(file)),
  };
}

function countLabels(labels: Labels, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}
