import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportProgress, OfficialFile, OfficialFiles } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import { createProgressMeter } from '../import/progress-meter.ts';
import { HttpStatusError, UnreachableError } from './download-errors.ts';
import { downloadFile, requireOfficial, type DownloadOptions } from './download-file.ts';

/** Whether all the files are in their folder with their sizes; their checksums take reading them. */
export async function areOfficialFilesThere({ files, folder }: OfficialFiles): Promise<boolean> {
  if (files.length === 0) return false;
  const sizes = await Promise.all(files.map(({ name }) => stat(join(folder, name)).catch(() => null)));
  return files.every(({ bytes }, at) => sizes[at]?.size === bytes);
}

/** @throws DatasetError naming the first file that is not as published */
export async function checkOfficialFiles({ files, folder }: OfficialFiles, signal?: AbortSignal): Promise<void> {
  for (const file of files) await requireOfficial(join(folder, file.name), file, signal);
}

export interface OfficialDownload extends Pick<DownloadOptions, 'signal' | 'stallMilliseconds' | 'retryMilliseconds'> {
  title: string;
  onProgress(progress: ImportProgress): void;
}

/**
 * Fetches what is not there yet, one file after the other.
 * @throws DatasetError that says what to put where; DownloadCancelledError
 */
export async function downloadOfficialFiles(official: OfficialFiles, options: OfficialDownload): Promise<void> {
  const { files, folder } = official;
  const meter = createProgressMeter(options.onProgress, 'bytes');
  const total = bytesOf(files);
  let before = 0;
  for (const file of files) {
    const onBytes = (bytes: number): void => meter(`Downloading ${options.title}`, before + bytes, total);
    try {
      await downloadFile(file, folder, { ...options, onBytes });
    } catch (error) {
      if (!(error instanceof UnreachableError) && !(error instanceof HttpStatusError)) throw error;
      throw new DatasetError(`${error.message} ${byHand(official)}`, file.url, 'machine');
    }
    before += file.bytes;
  }
}

/** What to do where the files cannot be fetched. */
export const byHand = ({ files, folder }: OfficialFiles): string =>
  `Where there is no network, fetch ${listed(files)} elsewhere and put ${files.length > 1 ? 'them' : 'it'} into ${folder}.`;

const listed = (files: readonly OfficialFile[]) => {
  const names = files.map(({ name }) => name);
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join();
};

export const bytesOf = (files: readonly OfficialFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);
