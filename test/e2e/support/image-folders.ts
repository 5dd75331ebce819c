import { linkSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import sharp, { type Sharp } from 'sharp';
import { defaultImportChoices } from '../../../src-main/contract/index.ts';
import { createDatasetCatalogue } from '../../../src-main/datasets/catalogue.ts';
import { writeTree } from '../../datasets/support/image-files.ts';

/** From its sources: only the app is built for the display tests. */
const importWorker = new URL('../../../src-main/datasets/import/import.worker.ts', import.meta.url);

const SIDE = 16;

/**
 * A class for each kind of image file, `each` training images and a tenth as many test images of each: plain PNGs, which
 * need no libvips, and interlaced ones, JPEG and WebP, which do.
 */
export async function writeImageFolders(folder: string, each: number): Promise<string> {
  const formats: Record<string, (image: Sharp) => Sharp> = {
    png: (image) => image.png(),
    'interlaced.png': (image) => image.png({ progressive: true }),
    jpg: (image) => image.jpeg({ quality: 85 }),
    webp: (image) => image.webp({ quality: 80 }),
  };
  for (const [ending, encode] of Object.entries(formats)) {
    for (let number = 0; 10 * number < 11 * each; number++) {
      // Waves of another length for each class, so that a network can tell them apart.
      const length = 2 + Object.keys(formats).indexOf(ending);
      const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => {
        const [x, channel] = [Math.floor(at / 3) % SIDE, at % 3];
        return 128 + 100 * Math.sin((x + number) / length + channel);
      });
      const bytes = await encode(sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })).toBuffer();
      const split = number < each ? 'train' : 'test';
      await writeTree(folder, { [join(split, ending.replaceAll('.', '-'), `${number}.${ending}`)]: bytes });
    }
  }
  return folder;
}

/** So many training images that their import takes seconds: one file under many names. */
export async function writeManyImages(folder: string, number: number): Promise<string> {
  const pixels = Buffer.alloc(64 * 64 * 3, 90);
  const bytes = await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
  await writeTree(folder, { 'train/a/0.png': bytes, 'train/b/0.png': bytes, 'test/a/0.png': bytes });
  for (let at = 1; at < number; at++) {
    linkSync(join(folder, 'train/a/0.png'), join(folder, `train/${at % 2 === 0 ? 'a' : 'b'}/${at}.png`));
  }
  return folder;
}

/** What the command line makes of a folder with its native decoder: the checksum of all pixels and labels. */
export async function checksumOnCommandLine(folder: string, dataFolder: string): Promise<string> {
  const catalogue = createDatasetCatalogue({ dataFolder, importWorker });
  return (await catalogue.importFrom(folder, defaultImportChoices)).contentSha256;
}

/** The person chooses this in the system's dialog, which no test can click. */
export const chooseInDialog = (app: ElectronApplication, path: string): Promise<void> =>
  app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, path);
