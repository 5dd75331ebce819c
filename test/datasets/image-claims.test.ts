import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, type ImageTarget } from '../../src-main/datasets/readers/decode-image.ts';
import { readImageHeader } from '../../src-main/datasets/readers/image-header.ts';

const TARGET: ImageTarget = { height: 4, width: 7, channels: 1, resize: 'stretch', converts: true, scale: null };

const plain = (height: number, width: number): Sharp =>
  sharp({ create: { height, width, channels: 3, background: '#406080' }, limitInputPixels: false });

/** The same PNG, which claims another size. */
function pngOf(file: Buffer, height: number, width: number): Buffer {
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  return file;
}

/** The same JPEG: its frame (T.81, B.2.2) holds the size. */
function jpegOf(file: Buffer, height: number, width: number): Buffer {
  const frame = Math.max(file.indexOf('ffc00011', 0, 'hex'), file.indexOf('ffc20011', 0, 'hex'));
  file.writeUInt16BE(height, frame + 5);
  file.writeUInt16BE(width, frame + 7);
  return file;
}

/** The same GIF: screen and first frame (GIF89a, 18 and 20). */
function gifOf(file: Buffer, height: number, width: number): Buffer {
  const frame = file.lastIndexOf('2c00000000', undefined, 'hex');
  for (const at of [6, frame + 5]) {
    file.writeUInt16LE(width, at);
    file.writeUInt16LE(height, at + 2);
  }
  return file;
}

describe('an image that claims more pixels than its bytes can hold is bad before memory is taken', () => {
  const [height, width] = [20_000, 19_000];
  it.each<[string, () => Promise<Buffer>, number]>([
    // Deflate makes at most 1,032 bytes of one (RFC 1951, 3.2.5: 258 of a bit each for length and distance).
    ['PNG of colours', async () => pngOf(await plain(6, 5).png().toBuffer(), height, width), 1_104_652],
    [
      'PNG in passes',
      async () => pngOf(await plain(6, 5).png({ progressive: true }).toBuffer(), height, width),
      1_104_652,
    ],
    [
      'PNG of greys',
      async () => pngOf(await plain(6, 5).toColourspace('b-w').png().toBuffer(), height, width),
      368_218,
    ],
    [
      'PNG of a palette',
      async () => pngOf(await plain(6, 5).png({ palette: true }).toBuffer(), height, width),
      368_218,
    ],
    ['JPEG', async () => jpegOf(await plain(6, 5).jpeg().toBuffer(), height, width), 742_188],
    [
      'JPEG in passes',
      async () => jpegOf(await plain(6, 5).jpeg({ progressive: true }).toBuffer(), height, width),
      742_188,
    ],
    ['GIF', async () => gifOf(await plain(6, 5).gif().toBuffer(), height, width), 139_161],
  ])('%s', async (_, file, least) => {
    const bytes = await file();
    const says = `claims ${height} × ${width} pixels, at least ${least.toLocaleString('en-GB')} bytes, but holds ${bytes.length}`;
    await expect(readImageHeader(bytes)).rejects.toThrow(says);
    await expect(decodeImage(bytes, TARGET)).rejects.toThrow(says);
  });

  it.each<[string, (image: Sharp) => Sharp]>([
    ['PNG of colours', (image) => image.png({ compressionLevel: 9 })],
    ['PNG in passes', (image) => image.png({ compressionLevel: 9, progressive: true })],
    ['PNG of a palette', (image) => image.png({ palette: true, compressionLevel: 9 })],
    ['JPEG', (image) => image.jpeg({ optimiseCoding: true })],
    ['JPEG in passes', (image) => image.jpeg({ progressive: true })],
    ['GIF', (image) => image.gif()],
    ['WebP', (image) => image.webp({ lossless: true, effort: 0 })],
  ])('a whole %s of one colour, as small as it gets, is read', async (_, format) => {
    const bytes = await format(plain(2100, 2200)).toBuffer();
    const pixels = await decodeImage(bytes, TARGET);
    expect(new Set(pixels).size).toBe(1);
    expect(Math.abs(pixels[0] - 90)).toBeLessThan(2);
  });
});

it.each([
  [6, 100_001],
  [100_001, 6],
])('an image of %i × %i is bad: at most 100,000 pixels a side are read', async (height, width) => {
  const bytes = await plain(height, width).png().toBuffer();
  await expect(decodeImage(bytes, TARGET)).rejects.toThrow(
    `claims ${height} × ${width} pixels; at most 100,000 a side are read. Make it smaller, or leave it out`,
  );
});
