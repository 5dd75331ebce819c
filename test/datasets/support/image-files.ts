import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';

export interface PictureOptions {
  height?: number;
  width?: number;
  channels?: 1 | 2 | 3 | 4;
  format?: 'png' | 'jpeg' | 'webp';
}

/** Pixels that tell the picture's number, `[height, width, channels]`. */
export function picturePixels(number: number, { height = 4, width = 5, channels = 3 }: PictureOptions = {}): Buffer {
  return Buffer.from(Array.from({ length: height * width * channels }, (_, at) => (number * 31 + at * 7) % 256));
}

/** An image file of those pixels; PNG and WebP are lossless. */
export async function picture(number: number, options: PictureOptions = {}): Promise<Buffer> {
  const { height = 4, width = 5, channels = 3, format = 'png' } = options;
  const image = sharp(picturePixels(number, options), { raw: { height, width, channels } });
  if (channels < 3) image.toColourspace('b-w');
  return format === 'webp' ? image.webp({ lossless: true, exact: true }).toBuffer() : image[format]().toBuffer();
}

/** The same PNG of eight-bit greys or colours, in which one value stands for transparent (chunk tRNS). */
export function withTransparentValue(png: Buffer, value: number[]): Buffer {
  return withChunk(png, 'tRNS', Buffer.from(value.flatMap((each) => [0, each])));
}

/** The same PNG with another chunk after its header. */
export function withChunk(png: Buffer, name: string, data: Buffer): Buffer {
  const type = Buffer.from(name, 'latin1');
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(Buffer.concat([type, data])));
  const headerEnd = 33;
  return Buffer.concat([png.subarray(0, headerEnd), length, type, data, checksum, png.subarray(headerEnd)]);
}

/** Writes files by their paths within a folder. */
export async function writeTree(folder: string, files: Record<string, Uint8Array | string>): Promise<string> {
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  return folder;
}

/** `train/CLASS/*` and `test/CLASS/*` of cats and dogs: 3 + 2 training and 1 + 1 test pictures. */
export async function smallClassFolders(options: PictureOptions = {}): Promise<Record<string, Buffer>> {
  const numbers: Record<string, number> = {
    'train/cat/1.png': 1,
    'train/cat/2.png': 2,
    'train/cat/10.png': 3,
    'train/dog/a.png': 4,
    'train/dog/b.png': 5,
    'test/cat/x.png': 6,
    'test/dog/y.png': 7,
  };
  const entries = Object.entries(numbers).map(
    async ([path, number]) => [path, await picture(number, options)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
