/** Something that the lab does not do as asked. The message is whole sentences for the reader. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
