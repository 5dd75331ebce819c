import { ReadableError } from '../contract/index.ts';

/**
 * `input`: what was named, chosen or written in a file is at fault, and another input would do. `machine`: the input may
 * be right, but the system, a disk, a network or the data folder refused.
 */
export type Fault = 'input' | 'machine';

/** Something is wrong with a dataset or one of its files. The message is whole sentences for the reader. */
export class DatasetError extends ReadableError {
  override readonly name = 'DatasetError';
  /** The file at fault; null where it is not one file. */
  readonly file: string | null;
  readonly fault: Fault;

  constructor(message: string, file: string | null = null, fault: Fault = 'input') {
    super(message);
    this.file = file;
    this.fault = fault;
  }
}

/** `file: problem remedy` */
export function fileError(file: string, problem: string, remedy: string, fault: Fault = 'input'): DatasetError {
  return new DatasetError(`${file}: ${problem} ${remedy}`, file, fault);
}

/** System errors that a wrong path causes; all others are the machine's. */
const WRONG_PATHS: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  ENOENT: ['is not there.', 'Check its path.'],
  ENOTDIR: ['is not there, as a part of its path is a file.', 'Check its path.'],
  EISDIR: ['is a folder, where a file is meant.', 'Check its path.'],
  ENAMETOOLONG: ['is longer than a path can be.', 'Check its path.'],
  ELOOP: ['is a link that leads back to itself.', 'Check its path.'],
};

/** Whether an error is one that the system gave, such as ENOSPC. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string' && 'syscall' in error;

/**
 * What the system says against reading or writing a file, in words for the reader. This decides whose fault it is.
 * @param doing ends the sentence `PATH: cannot be`
 */
export function systemRefusal(path: string, error: unknown, doing: 'read' | 'written'): DatasetError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const wrong = doing === 'read' ? WRONG_PATHS[code] : undefined;
  if (wrong) return fileError(path, ...wrong);
  const remedy = doing === 'read' ? 'Check its permissions and its disk.' : 'Check the free space and the permissions.';
  return fileError(path, `cannot be ${doing} (${message}).`, remedy, 'machine');
}
