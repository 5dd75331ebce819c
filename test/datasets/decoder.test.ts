import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { NO_ADDONS } from '../../src-main/datasets/decoding-thread.ts';
import { decodeImage, type ImageTarget } from '../../src-main/datasets/readers/decode-image.ts';

/** What the app's threads decode with, on any system: sharp without native addons. */

const MODULE = new URL('../../src-main/datasets/readers/decode-image.ts', import.meta.url).href;

/** Decodes in a thread as the app starts it; also tells whether a native addon can be loaded there. */
async function decodeWithoutAddons(files: readonly Uint8Array[], target: ImageTarget) {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    void (async () => {
      const { decodeImage } = await import(workerData.module);
      const decode = (file) => decodeImage(file, workerData.target).then((pixels) => pixels.slice(), (error) => error.message);
      const images = await Promise.all(workerData.files.map(decode));
      const { versions } = (await import('sharp')).default;
      parentPort.postMessage({ images, isWebAssembly: 'emscripten' in versions });
    })();`;
  const worker = new Worker(code, {
    eval: true,
    execArgv: [NO_ADDONS],
    workerData: { module: MODULE, files, target },
  });
  try {
    return await new Promise<{ images: (Uint8Array | string)[]; isWebAssembly: boolean }>((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

const waves = Uint8Array.from({ length: 48 * 40 * 3 }, (_, at) => 128 + 90 * Math.sin(at / 50) + 30 * Math.sin(at / 7));
const picture = () => sharp(waves, { raw: { height: 48, width: 40, channels: 3 } });

test.each<[string, ImageTarget]>([
  ['as they are', { height: 48, width: 40, channels: 3, resize: null, converts: true, scale: null }],
  ['made smaller', { height: 16, width: 16, channels: 3, resize: 'cover', converts: true, scale: null }],
  ['made grey', { height: 48, width: 40, channels: 1, resize: null, converts: true, scale: null }],
])('without native addons the pixels are those of the native decoder: %s', async (_, target) => {
  const files = await Promise.all([
    picture().jpeg({ quality: 80 }).toBuffer(),
    picture().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    picture().webp().toBuffer(),
    picture().webp({ lossless: true }).toBuffer(),
    picture().png({ progressive: true }).toBuffer(),
    picture().ensureAlpha(0.5).png().toBuffer(),
  ]);
  const { images, isWebAssembly } = await decodeWithoutAddons(files, target);
  expect(isWebAssembly).toBe(true);
  for (const [at, file] of files.entries()) {
    expect(images[at]).toEqual(new Uint8Array(await decodeImage(file, target)));
  }
});

test('what cannot be decoded is told there, too', async () => {
  const target: ImageTarget = { height: 48, width: 40, channels: 3, resize: null, converts: true, scale: null };
  const cut = (await picture().jpeg().toBuffer()).subarray(0, 300);
  const { images } = await decodeWithoutAddons([cut, Uint8Array.of(1, 2, 3)], target);
  for (const message of images) expect(message).toMatch(/^cannot be decoded \(/);
});
