import { isStreamed, type ImageSplit, type StreamedSplit } from '../../contract/index.ts';
import type { ImageShape } from '../augmentation/image.ts';
import { residentSamples, type Samples } from './samples.ts';

/** Opens what a split says of its images. @throws DatasetError where they cannot be read */
export async function openSamples(split: ImageSplit | StreamedSplit, _shape: ImageShape): Promise<Samples> {
  if (!isStreamed(split)) return residentSamples(split);
  return Promise.reject(new Error('not yet'));
}
