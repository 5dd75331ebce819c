import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../src-main/datasets/dataset-error.ts';
import { LARGEST_IDX_BYTES, type IdxContent } from '../../src-main/datasets/idx-header.ts';
import { readIdx } from '../../src-main/datasets/idx.ts';
import { idxBytes, ramp } from './support/idx-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const images = idxBytes([6, 5, 4], ramp(120));
const labels = idxBytes([6], ramp(6, 3));

async function read(name: string, bytes: Uint8Array, content: IdxContent) {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, bytes);
  return readIdx(file, content);
}

describe('good files', () => {
  test.each([
    ['plain', 'images-idx3-ubyte', images],
    ['compressed', 'images-idx3-ubyte.gz', gzipSync(images)],
    ['compressed under a plain name', 'images-idx3-ubyte', gzipSync(images)],
    ['plain under a compressed name', 'images-idx3-ubyte.gz', images],
    ['in two gzip members', 'x.gz', Buffer.concat([gzipSync(images.subarray(0, 70)), gzipSync(images.subarray(70))])],
  ])('%s', async (_, name, bytes) => {
    const array = await read(name, bytes, 'images');
    expect(array.dimensions).toEqual([6, 5, 4]);
    expect(array.values).toEqual(ramp(120));
    expect(array.values.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('labels', async () => {
    expect((await read('labels', labels, 'labels')).values).toEqual(ramp(6, 3));
  });

  test('larger than one piece of the stream', async () => {
    const values = ramp(3 * 300 * 301);
    expect((await read('large.gz', gzipSync(idxBytes([3, 300, 301], values)), 'images')).values).toEqual(values);
  });
});

describe('bad files: the message names the file and what is wrong with it', () => {
  const huge = idxBytes([0x7fffffff, 0x7fffffff, 2], new Uint8Array(10));
  const bomb = gzipSync(idxBytes([1000, 1000, 2000], new Uint8Array(10)));
  const damaged = Buffer.from(gzipSync(images));
  damaged[damaged.length - 6] ^= 0xff;

  const table: [string, string, Uint8Array, IdxContent, RegExp][] = [
    ['empty', 'a', new Uint8Array(0), 'images', /is empty \(0 bytes\)/],
    ['one byte', 'a', Uint8Array.of(0), 'images', /ends after 1 byte, within its header.*truncated/],
    ['only a magic', 'a', images.subarray(0, 4), 'images', /ends after 4 bytes, within its header/],
    ['truncated', 'a', images.subarray(0, 100), 'images', /6 images of 5 × 4, 120 bytes, but only 84 bytes are there/],
    [
      'truncated inside gzip',
      'a.gz',
      gzipSync(images.subarray(0, 100)),
      'images',
      /only 84 bytes are there.*truncated/,
    ],
    [
      'gzip cut off',
      'a.gz',
      gzipSync(images).subarray(0, 40),
      'images',
      /breaks off in the middle of its compressed data/,
    ],
    ['gzip damaged', 'a.gz', damaged, 'images', /cannot be uncompressed.*damaged/],
    ['gzip of nothing', 'a.gz', gzipSync(Buffer.alloc(0)), 'images', /ends after 0 bytes/],
    [
      'too much',
      'a',
      Buffer.concat([images, Buffer.alloc(7)]),
      'images',
      /declares 6 images.*120 bytes, but holds 127/,
    ],
    ['too much inside gzip', 'a.gz', gzipSync(Buffer.concat([labels, Buffer.alloc(1)])), 'labels', /but holds more/],
    [
      'not IDX',
      'a',
      Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1'),
      'images',
      /not an IDX file.*0x89504e47.*0x00000803/,
    ],
    ['not gzip', 'a.gz', Buffer.from('<html>404</html>'), 'images', /named .gz but is not gzip-compressed/],
    ['text inside gzip', 'a.gz', gzipSync(Buffer.from('<html>404')), 'labels', /not an IDX file.*0x00000801/],
    ['floats', 'a', idxBytes([6, 5, 4], ramp(480), 0x0d), 'images', /holds 32-bit floats.*only unsigned bytes/],
    ['unknown type', 'a', idxBytes([6], ramp(6), 0x42), 'labels', /unknown type 0x42/],
    ['labels as images', 'a', labels, 'images', /holds labels.*its name says images.*swapped/],
    ['images as labels', 'a', images, 'labels', /holds images.*its name says labels/],
    ['colour images', 'a', idxBytes([2, 5, 4, 3], ramp(120)), 'images', /has 4 dimensions.*Only grey images/],
    ['no images', 'a', idxBytes([0, 5, 4], ramp(0)), 'images', /declares 0 images of 5 × 4: there is nothing in it/],
    ['images without size', 'a', idxBytes([9, 0, 4], ramp(0)), 'images', /nothing in it/],
    ['declared beyond the cap', 'a', huge, 'images', /at most 2,147,483,647 bytes are read/],
    ['declared beyond the cap inside gzip', 'a.gz', gzipSync(huge), 'images', /at most 2,147,483,647 bytes/],
    ['declared beyond what gzip can hold', 'a.gz', bomb, 'images', /more than a compressed file of its size can hold/],
  ];

  test.each(table)('%s', async (_, name, bytes, content, message) => {
    const error = await read(name, bytes, content).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DatasetError);
    const { message: said, file } = error as DatasetError;
    expect(said).toMatch(message);
    expect(file).toMatch(new RegExp(`/${name}$`));
    expect(said.startsWith(`${file}: `)).toBe(true);
    expect(said).toMatch(/\.$/);
  });

  test('a file larger than the cap is refused before it is read', async () => {
    const file = join(await temporaryFolder(), 'sparse');
    await writeFile(file, images);
    await truncate(file, LARGEST_IDX_BYTES + 1);
    await expect(readIdx(file, 'images')).rejects.toThrow(/has 2,147,483,648 bytes; at most 2,147,483,647/);
  });

  test('a file that is not there, and a folder', async () => {
    const folder = await temporaryFolder();
    await expect(readIdx(join(folder, 'none'), 'images')).rejects.toThrow(/none: is not there/);
    await expect(readIdx(folder, 'images')).rejects.toThrow(DatasetError);
  });
});
