import { totalmem } from 'node:os';
import type { ImportAnswer, ImportChoices } from '../../contract/index.ts';
import { bytesOf } from '../byte-counts.ts';
import { UndecidedImportError } from '../naming/undecided-import.ts';

const GIB = 2 ** 30;

/** What is read of a dataset's files may take so much memory at once. */
export const mostBytesOf = ({ mostGibibytes }: ImportChoices): number => Math.floor(mostGibibytes * GIB);

/** @param start of the sentence after the file's name, up to the number of bytes */
export function tooLarge(file: string, start: string, bytes: number, mostBytes: number): UndecidedImportError {
  return new UndecidedImportError({
    path: file,
    problem:
      `It ${start} ${bytesOf(bytes)} to be read into memory; at most ${bytesOf(mostBytes)} are. Save grey values as bytes ` +
      '(uint8) instead of floats, import the images as files in class folders, or allow more memory.',
    decides: ['mostGibibytes'],
    answers: answersFor(bytes),
  });
}

/** None where this machine has less. */
function answersFor(bytes: number): ImportAnswer[] {
  const [all, needed] = [totalmem(), Math.ceil((bytes / GIB) * 2) / 2];
  if (bytes > all) return [];
  const title = `Allow ${needed} GiB`;
  const outcome = `this machine has ${(all / GIB).toFixed(1)} GiB of memory`;
  return [{ title, outcome, choices: { mostGibibytes: needed }, preview: null }];
}
