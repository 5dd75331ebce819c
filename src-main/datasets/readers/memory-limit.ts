import type { ImportChoices } from '../../contract/index.ts';
import { bytesOf } from '../byte-counts.ts';
import { DatasetError } from '../dataset-error.ts';

/** What is read of a dataset's files may take so much memory at once. */
export const mostBytesOf = ({ mostGibibytes }: ImportChoices): number => Math.floor(mostGibibytes * 2 ** 30);

/** @param start of the sentence, up to the number of bytes */
export const tooLarge = (file: string, start: string, bytes: number, mostBytes: number): DatasetError =>
  new DatasetError(
    `${start} ${bytesOf(bytes)} to be read into memory; at most ${bytesOf(mostBytes)} are. Save grey values as bytes ` +
      '(uint8) instead of floats, import the images as files in class folders, or allow more GiB with --most-gib.',
    file,
  );
