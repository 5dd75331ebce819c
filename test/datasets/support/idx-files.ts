import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Bytes of an IDX file; `declared` lets the header say something else than what follows. */
export function idxBytes(dimensions: number[], values: Uint8Array, type = 0x08): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header[2] = type;
  header[3] = dimensions.length;
  dimensions.forEach((length, axis) => header.writeUInt32BE(length, 4 + 4 * axis));
  return Buffer.concat([header, values]);
}

/** Values that differ from pixel to pixel, so that a shifted read shows. */
export const ramp = (length: number, modulus = 251) => Uint8Array.from({ length }, (_, at) => (at * 7) % modulus);

export interface SmallDataset {
  train: { pixels: Uint8Array; labels: Uint8Array };
  test: { pixels: Uint8Array; labels: Uint8Array };
}

/** 20 training and 8 test images of 5 × 4 in 3 classes. */
export function smallDataset(shift = 0): SmallDataset {
  const split = (count: number) => ({
    pixels: ramp(count * 20).map((value) => (value + shift) % 256),
    labels: Uint8Array.from({ length: count }, (_, at) => at % 3),
  });
  return { train: split(20), test: split(8) };
}

/** Names and bytes of the four files. */
export function idxFiles({ train, test }: SmallDataset, compress = false): Record<string, Buffer> {
  const plain = {
    'train-images-idx3-ubyte': idxBytes([train.labels.length, 5, 4], train.pixels),
    'train-labels-idx1-ubyte': idxBytes([train.labels.length], train.labels),
    't10k-images-idx3-ubyte': idxBytes([test.labels.length, 5, 4], test.pixels),
    't10k-labels-idx1-ubyte': idxBytes([test.labels.length], test.labels),
  };
  if (!compress) return plain;
  return Object.fromEntries(Object.entries(plain).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));
}

export async function writeFolder(folder: string, files: Record<string, Uint8Array>): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return folder;
}
