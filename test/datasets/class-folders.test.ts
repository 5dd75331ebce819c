import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDatasetCatalogue } from '../../src-main/datasets/catalogue.ts';
import { importWorker, openCatalogue } from './support/catalogue.ts';
import { picture, picturePixels, smallClassFolders, withTransparentValue, writeTree } from './support/image-files.ts';

/** A catalogue, and a folder of these files beside it. */
async function setUp(files: Record<string, Uint8Array | string>) {
  const bench = await openCatalogue();
  return { ...bench, folder: await writeTree(join(bench.root, 'pets'), files) };
}

const numbered = async (names: readonly string[]) =>
  Object.fromEntries(await Promise.all(names.map(async (name, at) => [name, await picture(at)] as const)));

describe('train/CLASS/* and test/CLASS/*', () => {
  test('classes in natural order, samples by class and natural file name, pixels as they are', async () => {
    const { folder, catalogue, importAs } = await setUp(await smallClassFolders());
    const { dataset, kind, notes, skippedCount } = await importAs(folder);
    expect(dataset).toMatchObject({ state: 'ready', title: 'pets', trainCount: 5, testCount: 2, shape: [4, 5, 3] });
    expect(dataset).toMatchObject({
      classes: ['cat', 'dog'],
      id: expect.stringMatching(/^images-[0-9a-f]{8}$/) as string,
    });
    expect({ kind, notes, skippedCount }).toEqual({ kind: 'class folders of images', notes: [], skippedCount: 0 });
    const { train, test: held, mean } = await catalogue.load(dataset.id);
    const pixels = Buffer.concat([1, 2, 3, 4, 5].map((number) => picturePixels(number)));
    expect(Buffer.from(train.pixels)).toEqual(pixels);
    expect([...train.labels]).toEqual([0, 0, 0, 1, 1]);
    expect(Buffer.from(held.pixels)).toEqual(Buffer.concat([picturePixels(6), picturePixels(7)]));
    const red = pixels.filter((_, at) => at % 3 === 0);
    expect(mean[0]).toBeCloseTo(red.reduce((sum, value) => sum + value, 0) / red.length / 255, 12);
  });

  test.each(['png', 'webp'] as const)('the same pixels in %s have the same content and id', async (format) => {
    const plain = await setUp(await smallClassFolders());
    const other = await setUp(await smallClassFolders({ format }));
    const [first, second] = [await plain.importAs(plain.folder), await other.importAs(other.folder)];
    expect(second.contentSha256).toBe(first.contentSha256);
    expect(second.dataset.id).toBe(first.dataset.id);
  });

  test('JPEG decodes to about the same pixels', async () => {
    const grey = Object.fromEntries(
      await Promise.all(
        ['train/a/1.JPG', 'train/b/1.jpeg', 'test/a/1.jpg', 'test/b/1.jpg'].map(
          async (name) => [name, await picture(0, { height: 1, width: 1, channels: 1, format: 'jpeg' })] as const,
        ),
      ),
    );
    const { folder, catalogue, importAs } = await setUp(grey);
    const { dataset } = await importAs(folder);
    expect(dataset.shape).toEqual([1, 1, 1]);
    expect((await catalogue.load(dataset.id)).train.pixels[0]).toBeLessThan(4);
  });

  test('val stands in for test; folders in class folders are searched; other files are told of', async () => {
    const { folder, importAs } = await setUp({
      ...(await numbered(['train/b/images/1.png', 'train/a/1.png', 'val/a/1.png', 'val/b/1.png'])),
      'train/a/labels.txt': 'boxes',
      'train/a/.DS_Store': 'hidden',
      'README.md': 'about',
    });
    const { dataset, changes, notes } = await importAs(folder);
    expect(dataset).toMatchObject({ trainCount: 2, testCount: 2, classes: ['a', 'b'] });
    expect(changes).toEqual([
      { kind: 'left-out', what: 'files beside class folders', count: 1 },
      { kind: 'left-out', what: 'system files and folders such as .DS_Store and __MACOSX', count: 1 },
      { kind: 'left-out', what: '.txt files in class folders, which are no images', count: 1 },
    ]);
    expect(notes).toEqual(['There is no test split: val stands in for it.']);
  });

  test('what else lies beside the splits is named, and a test folder without class folders is none', async () => {
    const { folder, importAs } = await setUp({
      ...(await numbered(['train/a/1.png', 'train/b/1.png', 'val/a/1.png', 'val/b/1.png', 'training/a/2.png'])),
      ...(await numbered(['test/1.png', 'extra/a/1.png'])),
    });
    await expect(importAs(folder)).rejects.toThrow(
      /train, training and val; more than one may be trained on.*--train-split/,
    );
    const { dataset, changes, notes } = await importAs(folder, { trainSplits: ['train'] });
    expect(dataset).toMatchObject({ trainCount: 2, testCount: 2 });
    expect(changes).toEqual([
      { kind: 'left-out', what: 'folders of the split extra', count: 1 },
      { kind: 'left-out', what: 'folders of the split training', count: 1 },
      { kind: 'left-out', what: 'folders without class folders, such as test', count: 1 },
    ]);
    expect(notes).toEqual(['There is no test split: val stands in for it.']);
  });

  test.each([
    ['seg_train/seg_train/CLASS', 'seg_test/seg_test/CLASS'],
    ['training_set/CLASS', 'test_set/CLASS'],
    ['CLASS/train', 'CLASS/test'],
  ])('%s and %s are splits, not classes', async (training, held) => {
    const names = ['cat', 'dog'].flatMap((name) => [
      ...[1, 2].map((at) => `${training.replace('CLASS', name)}/${at}.png`),
      `${held.replace('CLASS', name)}/3.png`,
    ]);
    const { folder, importAs } = await setUp(await numbered(names));
    const { dataset, notes } = await importAs(folder);
    expect(dataset).toMatchObject({ classes: ['cat', 'dog'], trainCount: 4, testCount: 2 });
    expect(notes).toEqual([]);
  });

  test('classes that all hold the same folders are not guessed', async () => {
    const names = ['north', 'south'].flatMap((folder) => [`${folder}/cat/1.png`, `${folder}/dog/1.png`]);
    const { folder, importAs } = await setUp(await numbered(names));
    await expect(importAs(folder)).rejects.toThrow(/all hold the same folders, cat and dog.*--train-split none/);
    expect((await importAs(folder, { trainSplits: [] })).dataset.classes).toEqual(['north', 'south']);
  });

  test('a split that the folders do not have is refused, not forgotten', async () => {
    const { folder, importAs } = await setUp(await numbered(['cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/2.png']));
    await expect(importAs(folder, { trainSplits: ['seen'] })).rejects.toThrow(
      /There is no split seen: its folders are classes.*--train-split none \(2 classes, 4 images\)/,
    );
    const { dataset } = await importAs(folder, { testSplits: [] });
    expect(dataset).toMatchObject({ classes: ['cat', 'dog'], trainCount: 2, testCount: 2 });
  });

  test('a folder one level too high says which one fits', async () => {
    const { folder, importAs } = await setUp(await numbered(['archive/cat/1.png', 'archive/dog/1.png']));
    await expect(importAs(folder)).rejects.toThrow(
      /holds no more than one class folder with images, archive\. \S+archive holds cat and dog: import that one/,
    );
  });

  test('numbers count as numbers: class 10 comes after class 9', async () => {
    const names = Array.from({ length: 11 }, (_, label) => [`train/${label}/1.png`, `test/${label}/1.png`]).flat();
    const { folder, importAs } = await setUp(await numbered(names));
    expect((await importAs(folder)).dataset.classes.slice(-2)).toEqual(['9', '10']);
  });
});

describe('more than 256 classes', () => {
  test.each([false, true])('are told apart, also where the files are kept: %s', async (keepFiles) => {
    const [dot, other] = [await picture(0, { height: 1, width: 1 }), await picture(3, { height: 1, width: 1 })];
    const files = Array.from({ length: 300 }, (_, label) => [
      [`train/${label}/1.png`, label % 2 ? dot : other],
      [`test/${label}/1.png`, dot],
    ]).flat() as [string, Buffer][];
    const { folder, dataFolder, catalogue, importAs } = await setUp(Object.fromEntries(files));
    const { dataset } = await importAs(folder, { keepFiles });
    expect(dataset).toMatchObject({ trainCount: 300, testCount: 300, shape: [1, 1, 3] });
    // In memory and read where they lie; the second as a later start finds them.
    const again = createDatasetCatalogue({ dataFolder, importWorker, residentBytes: 0 });
    for (const data of [await catalogue.open(dataset.id), await again.open(dataset.id)]) {
      for (const { labels } of [data.train, data.test]) expect([...labels]).toEqual([...Array(300).keys()]);
      expect(data.classes).toBe(300);
    }
    const { classCounts, examples } = await catalogue.content(dataset.id);
    expect(classCounts.train).toEqual(Array(300).fill(1));
    expect(examples?.labels[299]).toBe(299);
  });
});

describe('one folder per class', () => {
  const files = () =>
    numbered(['a', 'b'].flatMap((name) => Array.from({ length: 10 }, (_, at) => `${name}/${at}.png`)));

  test('a class may be called train or test', async () => {
    const { folder, importAs } = await setUp(
      await numbered(['bus', 'test', 'train'].flatMap((name) => [1, 2, 3].map((at) => `${name}/${at}.png`))),
    );
    expect((await importAs(folder)).dataset).toMatchObject({ classes: ['bus', 'test', 'train'], trainCount: 6 });
  });

  test('is split by class, share and seed, and the report says so', async () => {
    const { folder, catalogue, importAs } = await setUp(await files());
    const first = await importAs(folder, { testShare: 0.3, seed: 7 });
    expect(first.dataset).toMatchObject({ trainCount: 14, testCount: 6 });
    expect(first.notes).toEqual([expect.stringContaining('30% of every class by seed 7')]);
    const { train, test: held } = await catalogue.load(first.dataset.id);
    expect([...train.labels].filter((label) => label === 0)).toHaveLength(7);
    const images = [train, held].flatMap(({ pixels, count }) =>
      Array.from({ length: count }, (_, at) => Buffer.from(pixels.subarray(at * 60, at * 60 + 60)).toString('hex')),
    );
    expect(new Set(images).size).toBe(20);
    expect((await importAs(folder, { testShare: 0.3, seed: 7 })).contentSha256).toBe(first.contentSha256);
    expect((await importAs(folder, { testShare: 0.3, seed: 8 })).contentSha256).not.toBe(first.contentSha256);
  });
});

describe('size and channels', () => {
  const mixed = async () => ({
    ...(await smallClassFolders()),
    'train/dog/c.png': await picture(8, { height: 8, width: 10 }),
  });

  test('another size than the first needs a choice', async () => {
    const { folder, importAs, stored } = await setUp(await mixed());
    await expect(importAs(folder)).rejects.toThrow(
      /dog\/c\.png: is 8 × 10, but the first image is 4 × 5; choose a size for all/,
    );
    expect(await stored()).toEqual([]);
    const { dataset } = await importAs(folder, { size: [4, 5] });
    expect(dataset).toMatchObject({ shape: [4, 5, 3], trainCount: 6 });
  });

  test('contain adds black borders, cover cuts off, stretch does neither', async () => {
    const white = await picture(0, { height: 1, width: 1 }).then(async () => {
      const { default: sharp } = await import('sharp');
      return sharp({ create: { width: 4, height: 8, channels: 3, background: 'white' } })
        .png()
        .toBuffer();
    });
    const { folder, catalogue, importAs } = await setUp({
      ...(await smallClassFolders({ height: 8, width: 4 })),
      'train/cat/1.png': white,
    });
    const cornerOf = async (resize: 'stretch' | 'cover' | 'contain') => {
      const { dataset } = await importAs(folder, { size: [8, 8], resize });
      return (await catalogue.load(dataset.id)).train.pixels[0];
    };
    expect(await cornerOf('stretch')).toBe(255);
    expect(await cornerOf('cover')).toBe(255);
    expect(await cornerOf('contain')).toBe(0);
  });

  test.each([
    [
      'grey among colour',
      1,
      /has 1 channel \(grey\), but the first image has 3 channels \(colour\); choose grey or rgb for all\. .*--channels grey .*--channels rgb .*--on-bad-file skip/,
    ],
    ['transparent among colour', 4, /has 4 channels \(colour with transparency\), but the first image has 3 channels/],
  ] as const)('%s is refused by name, unless all are converted', async (_, channels, message) => {
    const { folder, importAs } = await setUp({
      ...(await smallClassFolders()),
      'train/dog/c.png': await picture(8, { channels }),
    });
    await expect(importAs(folder)).rejects.toThrow(message);
    expect((await importAs(folder, { channels: 'rgb' })).dataset).toMatchObject({ shape: [4, 5, 3], trainCount: 6 });
    expect((await importAs(folder, { channels: 'grey' })).dataset.shape).toEqual([4, 5, 1]);
  });

  test.each([
    ['colour', 3, [1, 2, 3]],
    ['grey', 1, [1]],
  ] as const)(
    '%s with one value for transparent counts as transparent, and is converted',
    async (_, channels, value) => {
      const odd = withTransparentValue(await picture(8, { channels }), [...value]);
      const { folder, catalogue, importAs } = await setUp({ ...(await smallClassFolders()), 'train/dog/c.png': odd });
      await expect(importAs(folder)).rejects.toThrow(
        /c\.png: has [24] channels \(.*\), but the first image has 3 channels/,
      );
      const { dataset } = await importAs(folder, { channels: 'rgb' });
      const { train } = await catalogue.load(dataset.id);
      const greys = picturePixels(8, { channels: 1 });
      const expected =
        channels === 3 ? picturePixels(8) : Buffer.from([...greys].flatMap((each) => [each, each, each]));
      expect(Buffer.from(train.pixels.subarray(5 * 60))).toEqual(expected);
      expect((await importAs(folder, { channels: 'grey' })).dataset).toMatchObject({ shape: [4, 5, 1], trainCount: 6 });
      await writeTree(folder, { 'train/cat/0.png': odd });
      await expect(importAs(folder)).rejects.toThrow(
        /0\.png: has [24] channels .* with transparency\); choose grey or rgb for all/,
      );
    },
  );

  test('grey images stay grey', async () => {
    const { folder, catalogue, importAs } = await setUp(await smallClassFolders({ channels: 1 }));
    const { dataset } = await importAs(folder);
    expect(dataset.shape).toEqual([4, 5, 1]);
    const { train } = await catalogue.load(dataset.id);
    expect(Buffer.from(train.pixels.subarray(0, 20))).toEqual(picturePixels(1, { channels: 1 }));
  });
});

describe('bad input', () => {
  const bad: [string, () => Promise<Record<string, Uint8Array | string>>, RegExp, number][] = [
    [
      'a text that is named an image',
      async () => ({ 'train/cat/3.png': 'hello' }),
      /cat\/3\.png: cannot be decoded/,
      1,
    ],
    ['an empty file', async () => ({ 'train/cat/3.png': '' }), /cat\/3\.png: is empty \(0 bytes\)/, 1],
    [
      'an image cut short',
      async () => ({ 'train/cat/3.png': (await picture(9, { height: 40, width: 50 })).subarray(0, 600) }),
      /cat\/3\.png: (is 40 × 50|cannot be decoded)/,
      1,
    ],
    [
      'a cut image of the right size',
      async () => ({ 'test/dog/z.png': (await picture(9)).subarray(0, 60) }),
      /dog\/z\.png: cannot be decoded/,
      1,
    ],
    ['a class without an image', async () => ({ 'train/empty/note.txt': '' }), /empty: is a class without an image/, 1],
    [
      'a test class that nothing is trained for',
      async () => ({ 'test/cow/1.png': await picture(1) }),
      /test\/cow: is a class that/,
      1,
    ],
  ];

  test.each(bad)(
    '%s stops the import by name; skipping it leaves it out and reports it',
    async (_, extra, message, count) => {
      const { folder, importAs, stored } = await setUp({ ...(await smallClassFolders()), ...(await extra()) });
      await expect(importAs(folder)).rejects.toThrow(message);
      expect(await stored()).toEqual([]);
      const { dataset, skipped, skippedCount } = await importAs(folder, { onBadFile: 'skip' });
      expect(dataset).toMatchObject({ trainCount: 5, testCount: 2, classes: ['cat', 'dog'] });
      expect(skippedCount).toBe(count);
      expect(`${skipped[0].file}: ${skipped[0].problem}`).toMatch(message);
    },
  );

  test.each([
    ['case', 'Cat', 'cat'],
    ['Unicode form', 'caf\u00e9', 'cafe\u0301'],
  ])('two classes told apart only by %s are refused, also where bad files are skipped', async (_, one, other) => {
    const { folder, importAs } = await setUp(
      await numbered([`train/${one}/1.png`, `train/${other}/1.png`, `test/${one}/1.png`]),
    );
    await expect(importAs(folder, { onBadFile: 'skip' })).rejects.toThrow(
      /is the same class as .*only by case or by how/,
    );
  });

  test.each([
    ['no folder', {}, /there is no such folder or file/],
    ['a folder without classes', { 'readme.txt': 'nothing' }, /no class folder with images/],
    ['one class only', { 'a/1.txt': '' }, /holds no|class/],
  ])('%s is refused', async (_, files, message) => {
    const { folder, importAs } = await setUp(files);
    await expect(importAs(folder)).rejects.toThrow(message);
  });

  test('where every training image is bad, nothing is imported', async () => {
    const { folder, importAs, stored } = await setUp({
      ...(await numbered(['test/a/1.png', 'test/b/1.png'])),
      'train/a/1.png': 'x',
      'train/b/1.png': 'y',
    });
    await expect(importAs(folder, { onBadFile: 'skip' })).rejects.toThrow(/None of the training images can be used/);
    expect(await stored()).toEqual([]);
  });
});

describe('classes without an image', () => {
  test('a class folder that is empty in the test split is told of', async () => {
    const { folder, importAs } = await setUp({ ...(await smallClassFolders()), 'train/cow/1.png': await picture(8) });
    await mkdir(join(folder, 'test/cow'));
    const { notes } = await importAs(folder);
    expect(notes).toEqual(['The test split has no image of cow.']);
  });

  test('a class whose images are all bad is told of, and of many the first ten', async () => {
    const many = Array.from({ length: 13 }, (_, at) => [`train/z${at}/1.png`, `test/z${at}/1.png`]).flat();
    const { folder, importAs } = await setUp({
      ...(await smallClassFolders()),
      ...Object.fromEntries(many.map((name) => [name, 'no image'])),
    });
    const { dataset, notes } = await importAs(folder, { onBadFile: 'skip' });
    expect(dataset.classes).toHaveLength(15);
    const first = 'z0, z1, z2, z3, z4, z5, z6, z7, z8, z9';
    expect(notes).toEqual([
      `The training split has no image of ${first} and 3 more classes.`,
      `The test split has no image of ${first} and 3 more classes.`,
    ]);
  });
});

describe('files that cannot be read', () => {
  const first = (folder: string) => join(folder, 'train/cat/0.png');

  test('a link that leads nowhere stops the import by name, or is left out, also where it comes first', async () => {
    const { folder, importAs } = await setUp(await smallClassFolders());
    await symlink(join(folder, 'nowhere'), first(folder));
    await expect(importAs(folder)).rejects.toThrow(/^\S*0\.png: cannot be read \(ENOENT\)\. Mend the file/);
    const { dataset, skipped } = await importAs(folder, { onBadFile: 'skip' });
    expect(dataset.trainCount).toBe(5);
    expect(skipped).toEqual([{ file: first(folder), problem: 'cannot be read (ENOENT)' }]);
  });

  test.skipIf(process.platform === 'win32')('a pipe is not waited for, neither through a link', async () => {
    const { root, folder, importAs } = await setUp(await smallClassFolders());
    execFileSync('mkfifo', [first(folder), join(root, 'pipe')]);
    await symlink(join(root, 'pipe'), join(folder, 'test/dog/a.png'));
    await expect(importAs(folder)).rejects.toThrow(/0\.png: is no file but a pipe, a socket or a device/);
    expect((await importAs(folder, { onBadFile: 'skip' })).skippedCount).toBe(2);
  });

  test.each([
    ['x_train.npy', ['x_test.npy', 'y_train.npy', 'y_test.npy']],
    ['data_batch_1.bin', [2, 3, 4, 5].map((at) => `data_batch_${at}.bin`).concat('test_batch.bin')],
  ])('%s that leads nowhere is told by name, without a trace of the program', async (name, others) => {
    const { folder, importAs } = await setUp(Object.fromEntries(others.map((each) => [each, 'x'])));
    await symlink(join(folder, 'nowhere'), join(folder, name));
    const failure = importAs(folder, { onBadFile: 'skip' });
    await expect(failure).rejects.toThrow(new RegExp(`^\\S*${name}: is not there\\. Check its path`));
    await expect(failure).rejects.not.toThrow(/\n +at /);
  });
});

describe('names', () => {
  test('a name is the identifier; other content may not take it, the same may', async () => {
    const { root, folder, importAs, stored } = await setUp(await smallClassFolders());
    expect((await importAs(folder, { name: 'pets-1' })).dataset).toMatchObject({ id: 'pets-1', title: 'pets-1' });
    await rename(folder, join(root, 'moved'));
    await importAs(join(root, 'moved'), { name: 'pets-1' });
    await rm(join(root, 'moved/train/cat/1.png'));
    await expect(importAs(join(root, 'moved'), { name: 'pets-1' })).rejects.toThrow(
      /There is a dataset pets-1 with other content .*Choose another name, or remove that one first/,
    );
    expect(await stored()).toEqual(['pets-1.espdata']);
  });

  const cifarFiles = async (classes: readonly string[], side = 32) =>
    Object.fromEntries(
      await Promise.all(
        classes.flatMap((name) =>
          ['train', 'test'].map(
            async (split) => [`${split}/${name}/1.png`, await picture(1, { height: side, width: side })] as const,
          ),
        ),
      ),
    );
  const CIFAR = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

  test('cifar-10 is what was imported under that name: a part of it is refused, and takes another name', async () => {
    const { folder, catalogue, importAs, stored } = await setUp(await cifarFiles(CIFAR));
    expect(await catalogue.describe('cifar-10')).toMatchObject({ state: 'missing', trainCount: 50_000 });
    await expect(catalogue.load('cifar-10')).rejects.toThrow(
      /CIFAR-10 is not on this machine.*import under the name cifar-10/,
    );
    await expect(importAs(folder, { name: 'cifar-10' })).rejects.toThrow(
      'CIFAR-10 has 50,000 training and 10,000 test images; what is imported under its name has 10 and 10. Choose another ' +
        'name for what is not all of it.',
    );
    expect(await stored()).toEqual([]);
    expect(await catalogue.describe('cifar-10')).toMatchObject({ state: 'missing', trainCount: 50_000 });
    const { dataset, notes } = await importAs(folder, { name: 'part-of-cifar-10' });
    expect(dataset).toMatchObject({ id: 'part-of-cifar-10', trainCount: 10, testCount: 10, classes: CIFAR });
    expect(notes).toEqual([]);
  });

  test.each([
    ['other classes', CIFAR.with(3, 'cow'), 32, /The classes are not those of CIFAR-10/],
    ['another size', CIFAR, 16, /has images of 32 × 32 × 3, these are 16 × 16 × 3/],
  ])('cifar-10 with %s is refused', async (_, classes, side, message) => {
    const { folder, importAs, stored } = await setUp(await cifarFiles(classes, side));
    await expect(importAs(folder, { name: 'cifar-10' })).rejects.toThrow(message);
    expect(await stored()).toEqual([]);
  });

  test('the name of the digits that come with Espalier is taken', async () => {
    const { folder, importAs } = await setUp(await smallClassFolders());
    await expect(importAs(folder, { name: 'mnist' })).rejects.toThrow(/mnist comes with Espalier/);
  });
});

describe('cancelling and dying', () => {
  const many = async () => {
    const image = await picture(1, { height: 64, width: 64 });
    const names = ['a', 'b'].flatMap((name) => Array.from({ length: 1500 }, (_, at) => `train/${name}/${at}.png`));
    return Object.fromEntries([...names, 'test/a/1.png', 'test/b/1.png'].map((name) => [name, image]));
  };

  test('a cancelled import leaves nothing', async () => {
    const { folder, importAs, stored } = await setUp(await many());
    const cancelling = new AbortController();
    const onProgress = ({ done }: { done: number }) => done > 0 && cancelling.abort();
    await expect(importAs(folder, {}, { signal: cancelling.signal, onProgress })).rejects.toThrow(/was cancelled/);
    expect(await stored()).toEqual([]);
  });

  test('an import cancelled before it starts does not start', async () => {
    const { importAs } = await openCatalogue();
    await expect(importAs('/nowhere', {}, { signal: AbortSignal.abort() })).rejects.toThrow(/was cancelled/);
  });
});

test('a folder of no image says what it has to hold', async () => {
  const { root, importAs } = await openCatalogue();
  await mkdir(join(root, 'empty/train/a'), { recursive: true });
  await expect(importAs(join(root, 'empty'))).rejects.toThrow(
    /empty\/train: holds no class folder with images\. The class of an image is the name of its folder/,
  );
});
