import type { Samples } from './samples.ts';

const BLOCK_BYTES = 2 ** 22;
const ABSENT = -1;

/**
 * Keeps the first images that are read, as many as `cacheBytes` holds, and never gives one up for another. Where every
 * epoch reads every image once in a new random order, this finds `kept / count` of them each time; dropping the least
 * recently used would find fewer.
 * @param count images of the split
 * @param imageBytes bytes of one
 */
export function cachedSamples(samples: Samples, count: number, imageBytes: number, cacheBytes: number): Samples {
  const capacity = Math.min(count, Math.floor(cacheBytes / imageBytes));
  if (capacity === 0) return samples;
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / imageBytes));
  const blocks: Uint8Array[] = [];
  const slots = new Int32Array(count).fill(ABSENT);
  let kept = 0;
  let scratch = new Uint8Array(0);

  const at = (slot: number): Uint8Array => {
    const start = (slot % perBlock) * imageBytes;
    return blocks[Math.floor(slot / perBlock)].subarray(start, start + imageBytes);
  };
  const keep = (index: number, image: Uint8Array): void => {
    if (kept === capacity || slots[index] !== ABSENT) return;
    if (kept % perBlock === 0) blocks.push(new Uint8Array(Math.min(perBlock, capacity - kept) * imageBytes));
    slots[index] = kept++;
    at(slots[index]).set(image);
  };

  return {
    async read(indices, pixels) {
      const missing = indices.filter((index) => slots[index] === ABSENT);
      if (missing.length * imageBytes > scratch.length) scratch = new Uint8Array(missing.length * imageBytes);
      if (missing.length > 0) await samples.read(missing, scratch.subarray(0, missing.length * imageBytes));
      let read = 0;
      for (let to = 0; to < indices.length; to++) {
        const slot = slots[indices[to]];
        const isMissing = missing[read] === indices[to];
        const image = isMissing ? scratch.subarray(read * imageBytes, (read + 1) * imageBytes) : at(slot);
        pixels.set(image, to * imageBytes);
        if (isMissing) read++;
      }
      missing.forEach((index, from) => keep(index, scratch.subarray(from * imageBytes, (from + 1) * imageBytes)));
    },
    close: () => samples.close(),
  };
}
