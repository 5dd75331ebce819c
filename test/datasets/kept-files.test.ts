import { copyFile, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isStreamed, type StreamedData } from '../../src-main/contract/index.ts';
import type { DatasetCatalogue } from '../../src-main/datasets/catalogue.ts';
import { KEPT_DIGEST_BYTES } from '../../src-main/datasets/cache-header.ts';
import { writeKeptFiles } from '../../src-main/datasets/cache-writing.ts';
import type { FileMark } from '../../src-main/datasets/image-source.ts';
import { openSamples } from '../../src-main/datasets/streaming/open-samples.ts';
import { npyBytes } from './support/archive-files.ts';
import { openCatalogue } from './support/catalogue.ts';
import { picture, picturePixels, smallClassFolders, writeTree } from './support/image-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

async function setUp(extra: Record<string, Uint8Array | string> = {}) {
  const bench = await openCatalogue();
  const folder = await writeTree(join(bench.root, 'pets'), { ...(await smallClassFolders()), ...extra });
  return { ...bench, folder, keep: (choices = {}) => bench.importAs(folder, { ...choices, keepFiles: true }) };
}

async function openStreamed(catalogue: DatasetCatalogue, id: string): Promise<StreamedData> {
  const data = await catalogue.open(id);
  if (!('images' in data.train) || !isStreamed(data.test)) throw new Error('The images are in memory.');
  return data as StreamedData;
}

async function pixelsOf({ train, shape }: StreamedData): Promise<Buffer> {
  const samples = await openSamples(train, shape, 0);
  const pixels = Buffer.alloc(train.count * shape[0] * shape[1] * shape[2]);
  await samples.read(
    Uint32Array.from({ length: train.count }, (_, at) => at),
    pixels,
  );
  await samples.close();
  return pixels;
}

describe('class folders that stay where they are', () => {
  test('give the images, labels, counts and statistics of a copy, and copy nothing', async () => {
    const { folder, catalogue, importAs, keep, dataFolder } = await setUp();
    const copied = await importAs(folder);
    const kept = await keep();
    expect(kept.dataset.id).toMatch(/^files-[0-9a-f]{8}$/);
    expect(kept.dataset).toMatchObject({ state: 'ready', trainCount: 5, testCount: 2, shape: [4, 5, 3] });
    const data = await openStreamed(catalogue, kept.dataset.id);
    expect([...data.train.labels]).toEqual([0, 0, 0, 1, 1]);
    expect(await pixelsOf(data)).toEqual(Buffer.concat([1, 2, 3, 4, 5].map((number) => picturePixels(number))));
    const [ofCopy, ofFiles] = [await catalogue.content(copied.dataset.id), await catalogue.content(kept.dataset.id)];
    expect(ofFiles).toEqual({ ...ofCopy, id: kept.dataset.id, contentSha256: kept.contentSha256 });
    const list = await readFile(join(dataFolder, 'datasets', `${kept.dataset.id}.espdata`));
    expect(list.includes('cat/')).toBe(true);
    expect(list.includes(picturePixels(1))).toBe(false);
  });

  test('the same files elsewhere are the same dataset, which is found there from then on', async () => {
    const { root, folder, catalogue, importAs, keep } = await setUp();
    const { dataset, contentSha256 } = await keep({ name: 'pets' });
    await rename(folder, join(root, 'moved'));
    expect(await catalogue.describe('pets')).toMatchObject({
      state: 'missing',
      hint: expect.stringMatching(
        /pets, which is not there\. Put it back, or import it from where it is now/,
      ) as string,
    });
    const again = await importAs(join(root, 'moved'), { name: 'pets', keepFiles: true });
    expect(again.contentSha256).toBe(contentSha256);
    expect((await catalogue.describe('pets')).state).toBe(dataset.state);
    expect(await pixelsOf(await openStreamed(catalogue, 'pets'))).toHaveLength(300);
  });

  test('bad files stop it by name, or are left out, reported and never asked for', async () => {
    const { catalogue, keep, stored } = await setUp({ 'train/cat/2b.png': 'no image' });
    await expect(keep()).rejects.toThrow(/cat\/2b\.png: cannot be decoded/);
    expect(await stored()).toEqual([]);
    const { dataset, skipped } = await keep({ onBadFile: 'skip' });
    expect(skipped).toEqual([
      { file: expect.stringContaining('2b.png') as string, problem: expect.stringContaining('decoded') as string },
    ]);
    expect(await pixelsOf(await openStreamed(catalogue, dataset.id))).toHaveLength(300);
  });

  test('images of other sizes are brought to the one chosen', async () => {
    const { catalogue, keep } = await setUp({ 'train/dog/z.png': await picture(8, { height: 8, width: 10 }) });
    await expect(keep()).rejects.toThrow(/dog\/z\.png: is 8 × 10/);
    const { dataset } = await keep({ size: [2, 2], resize: 'cover' });
    expect(dataset).toMatchObject({ shape: [2, 2, 3], trainCount: 6 });
    const { train } = await openStreamed(catalogue, dataset.id);
    expect(train.images).toMatchObject({ kind: 'files', resize: 'cover' });
  });

  test('what is no folder of images by class is refused', async () => {
    const { root, importAs, stored } = await openCatalogue();
    const folder = await writeTree(join(root, 'arrays'), {
      'x_train.npy': npyBytes([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]),
      'y_train.npy': npyBytes([2], [0, 1]),
      'x_test.npy': npyBytes([1, 2, 2], [0, 1, 2, 3]),
      'y_test.npy': npyBytes([1], [0]),
    });
    await expect(importAs(folder, { keepFiles: true })).rejects.toThrow(
      /arrays: holds .*\. Only class folders of images can stay in their files/,
    );
    expect(await stored()).toEqual([]);
  });
});

describe('a run trains only on the files that were imported', () => {
  const oneOf = (folder: string) => join(folder, 'train/dog/b.png');

  test.each([
    ['of another size', (file: string) => writeFile(file, 'x'), /b\.png: has 1 bytes instead of \d+ since/],
    ['that is gone', (file: string) => rm(file), /b\.png: is gone since the dataset was imported/],
    [
      'of other content and the same size',
      async (file: string) => {
        const bytes = await readFile(file);
        bytes[bytes.length - 20] ^= 1;
        await writeFile(file, bytes);
        await utimes(file, new Date(), new Date(Date.now() + 5000));
      },
      /b\.png: has other content since/,
    ],
  ])('a file %s is told by name', async (_, change, message) => {
    const { folder, catalogue, keep } = await setUp();
    const { dataset } = await keep();
    await openStreamed(catalogue, dataset.id);
    await change(oneOf(folder));
    await expect(catalogue.open(dataset.id)).rejects.toThrow(message);
  });

  test('a file that was copied, and so has another time, is the same', async () => {
    const { root, folder, catalogue, keep } = await setUp();
    const { dataset } = await keep();
    const file = oneOf(folder);
    const { mtimeMs } = await stat(file);
    await copyFile(file, join(root, 'aside'));
    await rm(file);
    await copyFile(join(root, 'aside'), file);
    await utimes(file, new Date(), new Date(mtimeMs + 60_000));
    expect((await openStreamed(catalogue, dataset.id)).train.count).toBe(5);
  });

  test('a list that is damaged is told as one', async () => {
    const { dataFolder, catalogue, keep } = await setUp();
    const { dataset } = await keep();
    const file = join(dataFolder, 'datasets', `${dataset.id}.espdata`);
    const bytes = await readFile(file);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(file, bytes);
    await expect(catalogue.open(dataset.id)).rejects.toThrow(
      `${file}: its list does not match its checksum. Import the folder again.`,
    );
  });

  test('the comparison can be ended, and says how far it is', async () => {
    const { catalogue, keep } = await setUp();
    const { dataset } = await keep();
    const told: string[] = [];
    await catalogue.open(dataset.id, { onProgress: ({ text, share }) => told.push(`${text} ${share}`) });
    expect(told.at(-1)).toBe('Comparing the image files 1');
    const ended = new AbortController();
    const opening = catalogue.open(dataset.id, { signal: ended.signal });
    ended.abort();
    await expect(opening).rejects.toThrow(/cancelled/);
  });
});

describe('a list that takes its time', () => {
  // Whole seconds, which every file system keeps.
  const TWO_HOURS_AGO = new Date(Math.floor(Date.now() / 1000 - 7200) * 1000);

  test('is not taken for what a crash left behind, however long its import lasts', async () => {
    const { dataFolder, catalogue, keep, stored } = await setUp();
    await keep();
    const partial = join(dataFolder, 'datasets', `${process.pid}-0a1b2c3d.partial`);
    await writeFile(partial, '');
    await utimes(partial, TWO_HOURS_AGO, TWO_HOURS_AGO);
    await catalogue.list();
    expect(await stored()).toContain(`${process.pid}-0a1b2c3d.partial`);
  });

  test('shows with every few blocks that it is still being written', async () => {
    const folder = await temporaryFolder();
    const touched: boolean[] = [];
    const look = async (): Promise<void> => {
      const [partial] = (await readdir(folder)).map((name) => join(folder, name));
      touched.push((await stat(partial)).mtimeMs !== TWO_HOURS_AGO.getTime());
      await utimes(partial, TWO_HOURS_AGO, TWO_HOURS_AGO);
    };
    const mark: FileMark = { name: 'a/1.png', bytes: 1, modified: 1, digest: new Uint8Array(KEPT_DIGEST_BYTES) };
    async function* read() {
      for (const label of [0, 1]) {
        await look();
        yield { pixels: new Uint8Array(1), labels: Uint8Array.of(label), marks: [mark] };
        await look();
      }
    }
    const source = { shape: [1, 1, 1] as [number, number, number], classes: ['a', 'b'], counts: { train: 2, test: 2 } };
    const about = { title: 'slow', source: 'a test', licence: null, origin: null, choices: null };
    const keptFiles = { folder, resize: 'stretch' as const, scale: null, read };
    const pending = await writeKeptFiles(folder, about, { ...source, keptFiles });
    await pending.discard();
    // Looked at right after the first block.
    expect(touched[1]).toBe(true);
  });
});
