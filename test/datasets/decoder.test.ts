import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { NO_ADDONS } from '../../src-main/datasets/decoding-thread.ts';
import { decodeImage, type ImageTarget } from '../../src-main/datasets/readers/decode-image.ts';
import { bmpBytes, netpbmBytes, type Pixels } from './support/bitmap-files.ts';

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

/** Four bytes that belong to nothing before the first scan. */
const withBytesBetween = (jpeg: Buffer): Buffer => {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  return Buffer.concat([jpeg.subarray(0, at), Buffer.from([1, 2, 0xff, 0]), jpeg.subarray(at)]);
};

const withOddScan = (jpeg: Buffer): Buffer => {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  jpeg[at + 2 + jpeg.readUInt16BE(at + 2) - 2] = 0;
  return jpeg;
};

const waves = Uint8Array.from({ length: 48 * 40 * 3 }, (_, at) => 128 + 90 * Math.sin(at / 50) + 30 * Math.sin(at / 7));
const PIXELS: Pixels = { height: 48, width: 40, channels: 3, data: waves };
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
    picture().ensureAlpha(0.5).png({ palette: true }).toBuffer(),
    picture().toColourspace('cmyk').jpeg().toBuffer(),
    picture().withIccProfile('p3').jpeg().toBuffer(),
    picture().withMetadata({ orientation: 2 }).jpeg().toBuffer(),
    picture().gif().toBuffer(),
    sharp(Buffer.concat([waves, waves.toReversed()]), { raw: { height: 96, width: 40, channels: 3, pageHeight: 48 } })
      .gif()
      .toBuffer(),
    picture().jpeg().toBuffer().then(withBytesBetween),
    picture().jpeg({ progressive: true }).toBuffer().then(withBytesBetween),
    picture().jpeg().toBuffer().then(withOddScan),
  ]);
  files.push(
    bmpBytes(PIXELS, { bits: 24 }),
    bmpBytes({ ...PIXELS, data: waves.map((value) => value & 0xc0) }, { bits: 8, isRuns: true }),
    netpbmBytes(PIXELS),
    netpbmBytes(PIXELS, { isText: true }),
  );
  const { images, isWebAssembly } = await decodeWithoutAddons(files, target);
  expect(isWebAssembly).toBe(true);
  for (const [at, file] of files.entries()) {
    expect([at, images[at]]).toEqual([at, new Uint8Array(await decodeImage(file, target))]);
  }
});

test('what cannot be decoded is told there, too', async () => {
  const target: ImageTarget = { height: 48, width: 40, channels: 3, resize: null, converts: true, scale: null };
  const cut = (await picture().jpeg().toBuffer()).subarray(0, 300);
  const { images } = await decodeWithoutAddons([cut, Uint8Array.of(1, 2, 3)], target);
  for (const message of images) expect(message).toMatch(/^cannot be decoded \(/);
});
