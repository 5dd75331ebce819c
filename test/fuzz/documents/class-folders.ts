import { picture } from '../../datasets/support/image-files.ts';
import { bmpBytes, netpbmBytes } from '../../datasets/support/bitmap-files.ts';
import type { Layout } from '../mutation/bytes.ts';
import { imageLayouts } from './images.ts';

/** Images of one size in folders of classes: without splits, with them, and of several formats. */
export async function classFolders(): Promise<Record<string, Layout>[]> {
  const [colour, other, grey] = (
    await Promise.all([
      picture(1, { height: 6, width: 5 }),
      picture(2, { height: 6, width: 5 }),
      picture(3, { height: 6, width: 5, channels: 1 }),
    ])
  ).map((bytes): Layout => ({ bytes }));
  const image = { height: 6, width: 5, channels: 3 as const, data: Array.from({ length: 90 }, (_, at) => at) };
  const [jpeg] = await imageLayouts('jpeg');
  const formats = { bmp: { bytes: bmpBytes(image, { bits: 24 }) }, ppm: { bytes: netpbmBytes(image) } };
  return [
    { 'cat/1.png': colour, 'cat/2.png': other, 'dog/1.png': other, 'dog/2.png': colour },
    {
      'train/cat/1.png': colour,
      'train/dog/1.png': other,
      'test/cat/1.png': other,
      'test/dog/1.png': colour,
    },
    { 'cat/1.bmp': formats.bmp, 'cat/2.ppm': formats.ppm, 'dog/1.png': colour, 'dog/2.png': grey },
    { 'cat/1.jpg': jpeg, 'cat/2.jpg': jpeg, 'dog/1.jpg': jpeg, 'cat/._1.jpg': { bytes: new Uint8Array(4) } },
    { 'cat/1.tif': colour, 'dog/1.tif': grey },
    { 'training_set/cat/1.png': colour, 'training_set/dog/1.png': colour, 'eval/cat/1.png': other },
  ];
}
