import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ImageLocation } from '../../contract/index.ts';
import type { ImageShape } from '../augmentation/image.ts';
import { DatasetError, fileError } from '../dataset-error.ts';
import { decodeImage, DEEP_SCALE, ImageProblem, type ImageTarget } from '../readers/decode-image.ts';
import { forEachAtOnce } from './at-once.ts';
import { fileName } from './file-names.ts';
import type { Samples } from './samples.ts';

/** Images read and decoded at the same time: libvips' threads work on some while the disk brings others. */
const AT_ONCE = 2 * availableParallelism();

type ImageFiles = Extract<ImageLocation, { kind: 'files' }>;

/** Encoded images, decoded in libvips' threads when a batch needs them and brought to the dataset's shape. */
export function openImageFiles(location: ImageFiles, [height, width, channels]: ImageShape): Samples {
  const imageBytes = height * width * channels;
  if (channels !== 1 && channels !== 3) throw new DatasetError(`Image files have 1 or 3 channels, not ${channels}.`);
  const target: ImageTarget = {
    height,
    width,
    channels,
    resize: location.resize,
    converts: true,
    scale: location.scale ?? DEEP_SCALE,
  };
  return {
    read: (indices, pixels) =>
      forEachAtOnce(indices.length, AT_ONCE, async (at) => {
        const file = join(location.folder, fileName(location, indices[at]));
        pixels.set(await decodeFile(file, target), at * imageBytes);
      }),
    close: () => Promise.resolve(),
  };
}

async function decodeFile(file: string, target: ImageTarget): Promise<Uint8Array> {
  try {
    return await decodeImage(await readFile(file), target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem = error instanceof ImageProblem ? error.message : code ? `cannot be read (${code})` : null;
    if (problem === null) throw error;
    throw fileError(file, `${problem}.`, 'Replace the file, or register its folder again without it.', 'machine');
  }
}
