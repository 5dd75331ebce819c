import type { Labels } from '../../contract/index.ts';

/** Room for `count` labels as wide as those of a split: a byte each, or two where there are more than 256 classes. */
export const roomForLabels = (like: Labels, count: number): Labels<ArrayBuffer> =>
  like.BYTES_PER_ELEMENT === 2 ? new Uint16Array(count) : new Uint8Array(count);
