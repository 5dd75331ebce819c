/** Something is wrong with a dataset or one of its files. The message is whole sentences for the reader. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  /** The file at fault; null where it is not one file. */
  readonly file: string | null;

  constructor(message: string, file: string | null = null) {
    super(message);
    this.file = file;
  }
}

/** `file: problem remedy` */
export function fileError(file: string, problem: string, remedy: string): DatasetError {
  return new DatasetError(`${file}: ${problem} ${remedy}`, file);
}
