import { readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportProgress } from '../contract/index.ts';
import { KEPT_DIGEST_BYTES, readHeader } from './cache-header.ts';
import { DamagedCacheError } from './cache-io.ts';
import { DatasetError, fileError } from './dataset-error.ts';
import { SPLIT_NAMES } from './image-source.ts';
import { createProgressMeter } from './import/progress-meter.ts';
import { digestOf, readKeptFiles, type KeptSplit } from './kept-files.ts';

/** Between two looks whether anyone cancelled. */
const LOOK_EVERY_MILLISECONDS = 50;

/**
 * Compares the image files of a dataset with what they were when it was imported: by size and time of change, and by
 * content where the time differs, as it does after copying. Reads synchronously: it has a thread of its own.
 * @param file the dataset's list
 * @throws DatasetError that names the first file that has changed or is gone
 */
export async function checkKeptFiles(
  file: string,
  tell: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { header, splits } = await readList(file);
  const { folder } = header.files ?? { folder: '' };
  const meter = createProgressMeter(tell);
  let done = 0;
  for (const split of SPLIT_NAMES) {
    const count = splits[split].names.length;
    for (let sample = 0; sample < count;) {
      signal.throwIfAborted();
      const until = performance.now() + LOOK_EVERY_MILLISECONDS;
      const from = sample;
      do checkFile(folder, splits[split], sample++);
      while (sample < count && performance.now() < until);
      done += sample - from;
      meter('Comparing the image files', done, header.trainCount + header.testCount);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function readList(file: string) {
  const handle = await open(file, 'r');
  try {
    const { header, contentStart } = await readHeader(handle);
    return { header, splits: await readKeptFiles(handle, header, contentStart) };
  } catch (error) {
    if (!(error instanceof DamagedCacheError)) throw error;
    throw fileError(file, `${error.message}.`, 'Import the folder again.', 'machine');
  } finally {
    await handle.close();
  }
}

function checkFile(folder: string, { names, bytes, modified, digests }: KeptSplit, sample: number): void {
  const file = join(folder, names[sample]);
  try {
    const now = statSync(file);
    if (now.size !== bytes[sample]) throw changed(file, `has ${now.size} bytes instead of ${bytes[sample]}`);
    if (now.mtimeMs === modified[sample]) return;
    const digest = digests.subarray(sample * KEPT_DIGEST_BYTES, (sample + 1) * KEPT_DIGEST_BYTES);
    if (!digestOf(readFileSync(file)).every((byte, at) => byte === digest[at]))
      throw changed(file, 'has other content');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : changed(file, code === 'ENOENT' ? 'is gone' : `cannot be read (${code})`);
  }
}

const changed = (file: string, how: string) =>
  new DatasetError(
    `${file}: ${how} since the dataset was imported. A run goes on only with the same images: put the file back, or ` +
      'import the folder again under another name.',
    file,
    'machine',
  );
