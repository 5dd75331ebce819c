import { shortened, ReadableError } from '../../contract/index.ts';

/** A file, or some of its rows, cannot be read; the message is the end of a sentence that starts with its name. */
export class ParquetProblem extends ReadableError {
  override readonly name = 'ParquetProblem';
}

/** Longer than what the decoder says of a file that it knows to be wrong. */
const LONGEST_REASON = 200;

/**
 * What the decoder says where it noticed that a file is wrong. Where it tripped over it, an error of the runtime comes
 * out, which says nothing of the file.
 */
export function reasonOf(error: unknown): string {
  const isItsOwn =
    error instanceof Error && error.constructor === Error && !/\bundefined\b|\bNaN\b/.test(error.message);
  return isItsOwn ? shortened(error.message, LONGEST_REASON) : 'its content does not follow the format; it is damaged';
}
