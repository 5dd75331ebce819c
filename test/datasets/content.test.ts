import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDatasetCatalogue } from '../../src-main/datasets/catalogue.ts';
import { importWorker, openCatalogue } from './support/catalogue.ts';
import { picture, picturePixels, smallClassFolders, writeTree } from './support/image-files.ts';

async function setUp(files: Record<string, Uint8Array | string>) {
  const bench = await openCatalogue();
  return { ...bench, folder: await writeTree(join(bench.root, 'pets'), files) };
}

describe('what a ready dataset holds', () => {
  test('classes are counted in each split; mean, deviation and checksum are those of the import', async () => {
    const { folder, catalogue, importAs } = await setUp(await smallClassFolders());
    const { dataset, contentSha256 } = await importAs(folder);
    const content = await catalogue.content(dataset.id);
    expect(content).toMatchObject({ contentSha256, classCounts: { train: [3, 2], test: [1, 1] } });
    const { mean, deviation } = await catalogue.load(dataset.id);
    expect(content).toMatchObject({ mean, deviation });
  });

  test('examples are training images of every class, the same at every call', async () => {
    const { folder, catalogue, importAs } = await setUp(await smallClassFolders());
    const { dataset } = await importAs(folder);
    const { examples } = await catalogue.content(dataset.id);
    expect(examples).toMatchObject({ height: 4, width: 5, channels: 3 });
    expect([...(examples?.labels ?? [])]).toEqual([0, 0, 0, 1, 1]);
    expect(Buffer.from(examples?.pixels ?? [])).toEqual(
      Buffer.concat([1, 2, 3, 4, 5].map((each) => picturePixels(each))),
    );
    expect((await catalogue.content(dataset.id)).examples).toEqual(examples);
  });

  test('of images that stay in their files, too: another thread decodes them', async () => {
    const { folder, catalogue, importAs } = await setUp(await smallClassFolders({ format: 'webp' }));
    const copied = await catalogue.content((await importAs(folder)).dataset.id);
    const kept = await catalogue.content((await importAs(folder, { keepFiles: true })).dataset.id);
    expect(kept.examples).toEqual(copied.examples);
    await rm(join(folder, 'train/cat/2.png'));
    await expect(catalogue.content(kept.id)).rejects.toThrow(/cat.2\.png: cannot be read \(ENOENT\)/);
  });

  test('of many images a few are taken, spread over the class; large ones are made smaller', async () => {
    const image = (number: number) => picture(number, { height: 100, width: 200, channels: 1 });
    const names = Array.from({ length: 20 }, (_, at) => [`train/a/${at}.png`, at] as const);
    const files = Object.fromEntries(
      await Promise.all(names.map(async ([name, at]) => [name, await image(at)] as const)),
    );
    const rest = { 'train/b/1.png': await image(1), 'test/a/1.png': await image(1), 'test/b/1.png': await image(1) };
    const { folder, catalogue, importAs } = await setUp({ ...files, ...rest });
    const { examples } = await catalogue.content((await importAs(folder)).dataset.id);
    expect(examples).toMatchObject({ height: 32, width: 64, channels: 1 });
    expect([...(examples?.labels ?? [])]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(examples?.pixels).toHaveLength(9 * 32 * 64);
  });

  test('the digits, once prepared', async () => {
    const { catalogue } = await openCatalogue();
    await expect(catalogue.content('mnist')).rejects.toThrow(/MNIST digits cannot be looked into\. Prepare it first/);
    await catalogue.download('mnist');
    const { classCounts, examples } = await catalogue.content('mnist');
    expect(classCounts.train.map((each, digit) => each + classCounts.test[digit])).toEqual([
      1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978,
    ]);
    expect(examples?.labels).toHaveLength(80);
  });

  test('a damaged copy is told as one', async () => {
    const { folder, dataFolder, catalogue, importAs } = await setUp(await smallClassFolders());
    const { dataset } = await importAs(folder);
    const file = join(dataFolder, 'datasets', `${dataset.id}.espdata`);
    await writeFile(file, (await readFile(file)).subarray(0, -1));
    await expect(catalogue.content(dataset.id)).rejects.toThrow(/cannot be looked into\. Its copy .* is damaged/);
    await expect(catalogue.content('nothing')).rejects.toThrow(/There is no dataset nothing/);
  });

  test('so is one of its labels; training on it reads its folder again', async () => {
    const { folder, dataFolder, catalogue, importAs } = await setUp(await smallClassFolders());
    const { dataset } = await importAs(folder);
    const file = join(dataFolder, 'datasets', `${dataset.id}.espdata`);
    const bytes = await readFile(file);
    // 5 training labels, then 2 test images of 60 bytes and their labels.
    bytes[bytes.length - 2 * 61 - 3] = 2;
    await writeFile(file, bytes);
    await expect(catalogue.content(dataset.id)).rejects.toThrow(
      /is damaged \(training sample 2 is labelled 2, but the classes are 0 to 1\)\. Import it again/,
    );
    const again = createDatasetCatalogue({ dataFolder, importWorker, residentBytes: 0 });
    expect([...(await again.open(dataset.id)).train.labels]).toEqual([0, 0, 0, 1, 1]);
    expect((await catalogue.content(dataset.id)).classCounts.train).toEqual([3, 2]);
  });
});
