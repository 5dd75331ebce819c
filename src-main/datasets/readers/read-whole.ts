import { readFile, stat } from 'node:fs/promises';
import { DatasetError } from '../dataset-error.ts';

/** Beyond this nothing is read into memory as a whole; Node itself reads no more at once. */
export const LARGEST_WHOLE_BYTES = 2 ** 31 - 1;

/** @throws DatasetError where the file is too large, or cannot be read */
export async function readWhole(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_WHOLE_BYTES) throw tooLarge(path, `${path}: has`, size);
    return await readFile(path);
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(`${path}: cannot be read (${(error as Error).message}). Check the file and its disk.`, path);
  }
}

/** @param start of the sentence, up to the number of bytes */
export const tooLarge = (file: string, start: string, size: number): DatasetError =>
  new DatasetError(
    `${start} ${size.toLocaleString('en-GB')} bytes; at most ${LARGEST_WHOLE_BYTES.toLocaleString('en-GB')} are read. ` +
      'Save grey values as bytes (uint8) instead of floats, or import the images as files in class folders.',
    file,
  );
