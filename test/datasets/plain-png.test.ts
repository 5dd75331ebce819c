import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodePlainPng } from '../../src-main/datasets/readers/plain-png.ts';
import { picture, picturePixels } from './support/image-files.ts';

/** Against libvips, which decodes whatever this decoder leaves to it. */

const noise = (count: number) => Uint8Array.from({ length: count }, (_, at) => Math.imul(at + 7, 2654435761) >>> 24);

describe('plain PNGs are decoded as libvips does', () => {
  test.each([1, 3] as const)('of %d channels', async (channels) => {
    const options = { height: 23, width: 17, channels };
    expect(decodePlainPng(await picture(5, options))).toEqual(new Uint8Array(picturePixels(5, options)));
  });

  test.each([
    ['slopes, whose rows take different filters', (at: number) => (at * at) >> 6],
    ['steps', (at: number) => 40 * Math.floor(at / 97)],
    ['noise', (at: number) => noise(5000)[at]],
  ])('%s', async (_, value) => {
    const pixels = Uint8Array.from({ length: 40 * 35 * 3 }, (_, at) => value(at));
    for (const adaptiveFiltering of [false, true]) {
      const raw = { height: 40, width: 35, channels: 3 } as const;
      const file = await sharp(pixels, { raw }).png({ adaptiveFiltering }).toBuffer();
      expect(decodePlainPng(file)).toEqual(pixels);
    }
  });

  test('with texts, which change nothing', async () => {
    const image = { width: 8, height: 8, channels: 3, depth: 8, data: noise(192), text: { Title: 'noise' } } as const;
    const file = encode(image);
    expect(Buffer.from(file).includes('tEXt')).toBe(true);
    expect(decodePlainPng(file)).toEqual(noise(192));
    expect(new Uint8Array(await sharp(file).raw().toBuffer())).toEqual(noise(192));
  });

  test('interlaced', async () => {
    const raw = { height: 9, width: 8, channels: 3 } as const;
    const file = await sharp(noise(216), { raw }).png({ progressive: true }).toBuffer();
    expect(decodePlainPng(file)).toEqual(noise(216));
  });
});

describe('left to libvips', () => {
  const raw = { height: 9, width: 8, channels: 3 } as const;
  const plain = () => sharp(noise(216), { raw });

  test.each<[string, () => Promise<Buffer>]>([
    ['a palette', () => plain().png({ palette: true }).toBuffer()],
    ['transparent', () => plain().ensureAlpha(0.5).png().toBuffer()],
    ['16 bits', () => plain().toColourspace('rgb16').png().toBuffer()],
    ['a colour profile', () => plain().withIccProfile('p3').png().toBuffer()],
    ['JPEG', () => plain().jpeg().toBuffer()],
    ['cut short', async () => (await plain().png().toBuffer()).subarray(0, -9)],
    ['empty', () => Promise.resolve(Buffer.alloc(0))],
    [
      'longer than its pixels could need',
      async () => Buffer.concat([await plain().png().toBuffer(), Buffer.alloc(70_000)]),
    ],
    ['a header alone', async () => (await plain().png().toBuffer()).subarray(0, 33)],
    [
      'a wrong checksum',
      async () => {
        const file = await plain().png().toBuffer();
        file[file.indexOf('IDAT') + 20] ^= 1;
        return file;
      },
    ],
  ])('%s', async (_, file) => {
    expect(decodePlainPng(await file())).toBeNull();
  });
});
