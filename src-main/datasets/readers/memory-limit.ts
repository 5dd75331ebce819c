import { totalmem } from 'node:os';
import { MOST_GIBIBYTES, type ImportAnswer, type ImportChoices } from '../../contract/index.ts';
import { bytesOf } from '../byte-counts.ts';
import { UndecidedImportError } from '../naming/undecided-import.ts';

const GIB = 2 ** 30;

/** What is read of a dataset's files may take so much memory at once. */
export const mostBytesOf = ({ mostGibibytes }: ImportChoices): number => Math.floor(mostGibibytes * GIB);

/**
 * @param start of the sentence after the file's name, up to the number of bytes
 * @param isAll false where more may follow that is not known yet
 */
export function tooLarge(
  file: string,
  start: string,
  bytes: number,
  mostBytes: number,
  isAll = true,
): UndecidedImportError {
  return new UndecidedImportError({
    path: file,
    problem:
      `It ${start} ${bytesOf(bytes)} to be read into memory; at most ${bytesOf(mostBytes)} are. Save grey values as bytes ` +
      '(uint8) instead of floats, import the images as files in class folders, or allow more memory.',
    decides: ['mostGibibytes'],
    answers: answersFor(bytes, isAll),
  });
}

/** None where this machine has less. */
function answersFor(bytes: number, isAll: boolean): ImportAnswer[] {
  const [all, needed] = [totalmem(), Math.ceil((bytes / GIB) * 2) / 2];
  if (bytes > all || needed > MOST_GIBIBYTES) return [];
  const title = `Allow ${needed} GiB`;
  const machine = `this machine has ${(all / GIB).toFixed(1)} GiB of memory`;
  const outcome = isAll ? machine : `more may be needed, as the rest was not looked at; ${machine}`;
  return [{ title, outcome, choices: { mostGibibytes: needed }, preview: null }];
}
