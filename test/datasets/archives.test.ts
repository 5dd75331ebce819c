import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../src-main/datasets/dataset-error.ts';
import { readTar } from '../../src-main/datasets/readers/archives.ts';
import { readAll } from '../../src-main/datasets/readers/named-files.ts';
import { openZipFiles } from '../../src-main/datasets/readers/zip-files.ts';
import { tarGzBytes, zipBytes } from './support/archive-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Damage to archives: what comes out of one is what went in, or its damage is told. */

const content = Buffer.from(Array.from({ length: 700 }, (_, at) => (at * at * 7) % 251));
const entries = { 'a/x.bin': content, 'a/y.bin': content };

async function readZip(file: string): Promise<Map<string, Uint8Array>> {
  const zip = await openZipFiles(file, (path) => path.endsWith('.bin'));
  try {
    const found = new Map<string, Uint8Array>();
    for (const name of zip.names) found.set(name, await readAll(zip, name, 2 ** 20));
    return found;
  } finally {
    zip.close();
  }
}

describe('a flipped bit is told, or changes nothing', () => {
  test.each([
    ['zip', zipBytes(entries), readZip],
    ['tar.gz', tarGzBytes(entries), (file: string) => readTar(file, (name) => name.endsWith('.bin'), 2 ** 20)],
  ] as const)('%s', async (ending, archive, read) => {
    const file = join(await temporaryFolder(), `all.${ending}`);
    let told = 0;
    for (let at = 0; at < archive.length; at++) {
      const bad = Buffer.from(archive);
      bad[at] ^= 1 << (at % 8);
      await writeFile(file, bad);
      try {
        // An entry may have lost its name, but never its content.
        for (const found of (await read(file)).values()) expect(Buffer.from(found).equals(content)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(DatasetError);
        expect((error as Error).message).toContain(file);
        told++;
      }
    }
    expect(told).toBeGreaterThan(archive.length / 2);
  });
});

test('a zip entry is named with both sums', async () => {
  const file = join(await temporaryFolder(), 'all.zip');
  const bad = zipBytes(entries);
  bad[100] ^= 1;
  await writeFile(file, bad);
  await expect(readZip(file)).rejects.toThrow(
    /all\.zip, a\/x\.bin: cannot be unpacked \(its CRC-32 is [0-9a-f]{8} instead of [0-9a-f]{8}\)/,
  );
});

describe('sizes are checked before anything is read', () => {
  test('of a zip entry that claims more than it can hold', async () => {
    const file = join(await temporaryFolder(), 'all.zip');
    const small = deflateRawSync(content);
    const bytes = zipBytes({ 'a.bin': small });
    // Method 8, and what the directory says of the size once it is unpacked.
    const directory = bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    bytes.writeUInt16LE(8, directory + 10);
    bytes.writeUInt32LE(2 ** 31, directory + 24);
    await writeFile(file, bytes);
    await expect(readZip(file)).rejects.toThrow(/a\.bin: claims 2,147,483,648 bytes, more than its .* can hold/);
  });

  test('of wanted tar entries together', async () => {
    const file = join(await temporaryFolder(), 'all.tar.gz');
    await writeFile(file, tarGzBytes(entries));
    await expect(readTar(file, (name) => name.endsWith('.bin'), 1000)).rejects.toThrow(
      /with its entry a\/y\.bin, of 700 bytes, has 1,400 bytes .*at most 1,000 bytes are\. .*--most-gib/,
    );
    expect((await readTar(file, (path) => path === 'a/x.bin', 1000)).size).toBe(1);
  });
});

test.each([
  ['a short name', '', /has more than one entry named a\.bin/],
  ['a long one', 'x'.repeat(60_000), /has more than one entry named ax{50,200}[^x]/],
])('two zip entries of one name, %s, are refused', async (_, rest, message) => {
  const file = join(await temporaryFolder(), 'all.zip');
  const [first, second] = [`a${rest}.bin`, `b${rest}.bin`];
  const bytes = zipBytes({ [first]: content, [second]: content });
  for (let at = bytes.indexOf(second); at >= 0; at = bytes.indexOf(second)) bytes.write(first, at);
  await writeFile(file, bytes);
  await expect(readZip(file)).rejects.toThrow(message);
});

test.each([
  ['that leaves the archive', `../${'x'.repeat(60_000)}`],
  ['that is damaged', `${'x'.repeat(60_000)}.bin`],
])('a zip entry with a long name %s is named by its beginning', async (_, name) => {
  const file = join(await temporaryFolder(), 'all.zip');
  const bytes = zipBytes({ [name]: content });
  bytes[30 + name.length + 5] ^= 1;
  await writeFile(file, bytes);
  const { message } = await readZip(file).then(
    () => new Error('It was read.'),
    (error: unknown) => error as Error,
  );
  expect(message).toMatch(/x{90,100}… \(60,00\d characters\)/);
  expect(message.length).toBeLessThan(600);
});
