import { ReadableError } from '../contract/index.ts';

/** Something that the lab does not do as asked. The message is whole sentences for the reader. */
export class LabError extends ReadableError {
  override readonly name = 'LabError';
}
