import { ReadableError } from '../../contract/index.ts';

/** An image cannot be used; the message is the end of a sentence that starts with the file's name. */
export class ImageProblem extends ReadableError {
  override readonly name = 'ImageProblem';
  /** The choice by which it could be used; null where there is none. */
  readonly decides: ImageChoice | null;

  constructor(message: string, decides: ImageChoice | null = null) {
    super(message);
    this.decides = decides;
  }
}

/** Choices by which images that differ become alike. */
export type ImageChoice = 'size' | 'channels' | 'valueRange';

/** Of the file that is read; what the machine lacks (memory, handles) is no fault of an image. */
const FILE_CODES: ReadonlySet<string> = new Set([
  ...['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EIO', 'ESTALE', 'ENXIO'],
]);

/** What keeps an image from being used, where reading or decoding it failed for that; @throws any other error again */
export function imageProblemOf(error: unknown): ImageProblem {
  if (error instanceof ImageProblem) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !FILE_CODES.has(code)) throw error;
  return new ImageProblem(`cannot be read (${code})`);
}
