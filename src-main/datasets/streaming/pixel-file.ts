import { open, type FileHandle } from 'node:fs/promises';
import { fileError } from '../dataset-error.ts';
import { forEachAtOnce } from './at-once.ts';
import type { Samples } from './samples.ts';

/** Reads under way at the same time, so that a disk can order them. */
const AT_ONCE = 16;

/**
 * Decoded images of one file, each read where it is when it is needed: Node cannot map a file into memory, and the
 * system's own cache keeps what is read often.
 * @param position where the first image begins
 * @throws DatasetError where the file cannot be opened
 */
export async function openPixelFile(file: string, position: number, imageBytes: number): Promise<Samples> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    const problem = `cannot be opened (${(error as Error).message}).`;
    throw fileError(file, problem, 'Import the dataset again.', 'machine');
  });
  return {
    read: (indices, pixels) =>
      forEachAtOnce(indices.length, AT_ONCE, async (at) => {
        const image = pixels.subarray(at * imageBytes, (at + 1) * imageBytes);
        await readImage(handle, file, image, position + indices[at] * imageBytes);
      }),
    close: () => handle.close(),
  };
}

async function readImage(handle: FileHandle, file: string, image: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < image.length;) {
    const { bytesRead } = await handle.read(image, at, image.length - at, position + at);
    if (bytesRead === 0) throw fileError(file, 'ends too early.', 'Import the dataset again.', 'machine');
    at += bytesRead;
  }
}
