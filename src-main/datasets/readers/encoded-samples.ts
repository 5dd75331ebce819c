/** How a sample that is still an image file is read. */
export interface EncodedSamples<T> {
  /** The file, and where it holds several, which of them. */
  name(item: T): string;
  bytes(item: T): Uint8Array | Promise<Uint8Array>;
  label(item: T): number;
  /** The samples of both splits from the start, for a question about them. */
  all(): readonly T[] | AsyncIterable<T>;
}
