import type { ImageSplit } from '../../contract/index.ts';

/** Where the raw images of a split come from, by their index in it. */
export interface Samples {
  /** Copies the images `indices` one after the other into `pixels`. @throws DatasetError naming the file at fault */
  read(indices: Uint32Array, pixels: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Images in memory. */
export function residentSamples({ count, pixels: all }: ImageSplit): Samples {
  const bytes = count > 0 ? all.length / count : 0;
  return {
    read(indices, pixels) {
      for (let at = 0; at < indices.length; at++) {
        const start = indices[at] * bytes;
        pixels.set(all.subarray(start, start + bytes), at * bytes);
      }
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
