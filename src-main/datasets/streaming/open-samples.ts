import { isStreamed, type ImageSplit, type StreamedSplit } from '../../contract/index.ts';
import type { ImageShape } from '../augmentation/image.ts';
import { openImageFiles } from './image-files.ts';
import { openPixelFile } from './pixel-file.ts';
import { cachedSamples } from './sample-cache.ts';
import { residentSamples, type Samples } from './samples.ts';

/**
 * Opens what a split says of its images.
 * @param cacheBytes decoded images that may be kept in memory where they are read from disk
 * @throws DatasetError where they cannot be read
 */
export async function openSamples(
  split: ImageSplit | StreamedSplit,
  shape: ImageShape,
  cacheBytes: number,
): Promise<Samples> {
  if (!isStreamed(split)) return residentSamples(split);
  const imageBytes = shape[0] * shape[1] * shape[2];
  const { images, count } = split;
  const samples =
    images.kind === 'files'
      ? openImageFiles(images, shape)
      : await openPixelFile(images.file, images.position, imageBytes);
  return cachedSamples(samples, count, imageBytes, cacheBytes);
}
