import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ImportChoices } from '../../src-main/contract/index.ts';
import { decodeImage, type ImageTarget } from '../../src-main/datasets/readers/decode-image.ts';
import { unreadFormatOf } from '../../src-main/datasets/readers/image-formats/formats.ts';
import { readImageHeader } from '../../src-main/datasets/readers/image-header.ts';
import { bitsBytes, bmpBytes, netpbmBytes, type BmpOptions, type Pixels } from './support/bitmap-files.ts';
import { openCatalogueBeside } from './support/catalogue.ts';
import { picture } from './support/image-files.ts';

const noise = (count: number, seed = 7) =>
  Uint8Array.from({ length: count }, (_, at) => Math.imul(at + seed, 2654435761) >>> 24);
const image = (channels: 1 | 3, height = 5, width = 7): Pixels => ({
  height,
  width,
  channels,
  data: noise(height * width * channels),
});
/** Of few colours. */
const posterised = (channels: 1 | 3, levels: number): Pixels => {
  const { data, ...rest } = image(channels);
  return {
    ...rest,
    data: Array.from(data, (value) => Math.round(Math.floor((value * levels) / 256) * (255 / (levels - 1)))),
  };
};
const blackAndWhite = posterised(1, 2);

const asIs = ({ height, width, channels }: Pixels): ImageTarget => ({
  height,
  width,
  channels,
  resize: null,
  converts: false,
  scale: null,
});
const bytesOf = ({ data }: Pixels) => Uint8Array.from(data);
/** What is wrong with a file that is to become what its header says. */
async function problemOf(file: Uint8Array): Promise<string> {
  try {
    const { height, width, isGrey } = await readImageHeader(file);
    await decodeImage(file, asIs({ height, width, channels: isGrey ? 1 : 3, data: [] }));
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}
const decode = (file: Uint8Array, { height, width, channels }: Pixels) =>
  decodeImage(file, asIs({ height, width, channels, data: [] }));

describe('PBM, PGM and PPM', () => {
  test.each<[string, Pixels, Buffer]>([
    ['P1, digits without space', blackAndWhite, bitsBytes(blackAndWhite, { isText: true })],
    ['P1, digits with space', blackAndWhite, bitsBytes(blackAndWhite, { isText: true, spaced: true })],
    ['P2', image(1), netpbmBytes(image(1), { isText: true })],
    ['P3', image(3), netpbmBytes(image(3), { isText: true })],
    ['P4, whose rows fill bytes', blackAndWhite, bitsBytes(blackAndWhite)],
    ['P5', image(1), netpbmBytes(image(1))],
    ['P6', image(3), netpbmBytes(image(3))],
    ['P6 with comments', image(3), netpbmBytes(image(3), { comment: '# made by 640 480\n' })],
    ['P3 with comments', image(3), netpbmBytes(image(3), { isText: true, comment: '# made by 640 480\r' })],
  ])('%s', async (_, pixels, file) => {
    expect(await decode(file, pixels)).toEqual(bytesOf(pixels));
  });

  test('P1 is black where it says 1', async () => {
    const file = Buffer.from('P1 3 2 1 0 1 # the rest\n010');
    expect([...(await decode(file, { ...blackAndWhite, height: 2, width: 3 }))]).toEqual([0, 255, 0, 255, 0, 255]);
  });

  test.each([true, false])('a maximal value below 255 is white, digits: %s', async (isText) => {
    const values = { ...image(1), data: Array.from({ length: 35 }, (_, at) => at % 16) };
    const file = netpbmBytes(values, { isText, largest: 15 });
    expect(await decode(file, values)).toEqual(Uint8Array.from(values.data, (value) => value * 17));
  });

  test.each([256, 1023, 4095, 65_535])('a maximal value of %i is white, of two bytes', async (largest) => {
    const data = Array.from({ length: 35 }, (_, at) => Math.floor((largest * at) / 34));
    for (const isText of [true, false]) {
      const file = netpbmBytes({ ...image(1), data }, { isText, largest });
      const target = { ...asIs(image(1)), scale: { low: 0, high: 65_535 } };
      const spread = data.map((value) => Math.floor((value * 65_535) / largest + 0.5));
      expect(await decodeImage(file, target)).toEqual(
        Uint8Array.from(spread, (value) => Math.floor((value / 65_535) * 255 + 0.5)),
      );
    }
  });

  test.each<[string, Buffer, RegExp]>([
    [
      'cut short',
      netpbmBytes(image(3)).subarray(0, -3),
      /claims 5 × 7 pixels, at least 105 bytes, but holds 102: it is cut short/,
    ],
    ['digits cut short', netpbmBytes(image(1), { isText: true }).subarray(0, 50), /cut short/],
    [
      'more than its bytes',
      Buffer.from('P6 20000 20000 255\nabc'),
      /claims 20000 × 20000 pixels, at least 1,200,000,000 bytes/,
    ],
    [
      'more than is read',
      Buffer.from('P5 999999999 999999999 255\nabc'),
      /claims 999999999 × 999999999 pixels; at most 512 megapixels/,
    ],
    ['no pixels', Buffer.from('P5 0 4 255\n'), /claims 4 × 0 pixels/],
    ['a maximal value of 0', Buffer.from('P5 1 1 0\n0'), /maximal value of 0/],
    ['a maximal value beyond two bytes', Buffer.from('P5 1 1 65536\n00'), /maximal value of 65536/],
    ['a value above the maximal one', Buffer.from('P2 2 1 9 3 12'), /a value of 12 is above its maximal value, 9/],
    ['a word', Buffer.from('P2 2 1 9 3 x'), /a value is no number, or missing: byte 11/],
    ['no end to a number', Buffer.from(`P2 ${'9'.repeat(400)}`), /its width is no number/],
    ['a header alone', Buffer.from('P6 '), /its width is no number, or missing/],
  ])('%s is told', async (_, file, message) => {
    expect(await problemOf(file)).toMatch(message);
  });
});

describe('BMP', () => {
  const RUNS = posterised(3, 3);
  const CASES: [string, Pixels, BmpOptions][] = [
    ['1 bit', blackAndWhite, { bits: 1 }],
    ['4 bits', posterised(1, 16), { bits: 4 }],
    ['8 bits of greys', image(1), { bits: 8 }],
    ['8 bits of colours', image(3), { bits: 8 }],
    ['8 bits, OS/2', image(3), { bits: 8, header: 12 }],
    ['8 bits, run-length coded', RUNS, { bits: 8, isRuns: true }],
    ['4 bits, run-length coded', posterised(1, 16), { bits: 4, isRuns: true }],
    ['16 bits', posterised(3, 32), { bits: 16 }],
    ['16 bits, 6 of green', { ...posterised(3, 2) }, { bits: 16, masks: [0xf800, 0x07e0, 0x001f, 0] }],
    ['24 bits', image(3), { bits: 24 }],
    ['24 bits from the top', image(3), { bits: 24, isTopDown: true }],
    ['24 bits, OS/2', image(3), { bits: 24, header: 12 }],
    ['32 bits', image(3), { bits: 32 }],
    ['32 bits with masks', image(3), { bits: 32, masks: [0xff, 0xff00, 0xff0000, 0] }],
    [
      '32 bits with masks of the newest header',
      image(3),
      { bits: 32, header: 124, masks: [0xff000000, 0xff0000, 0xff00, 0] },
    ],
  ];

  test.each(CASES)('%s', async (_, pixels, options) => {
    expect(await decode(bmpBytes(pixels, options), pixels)).toEqual(bytesOf(pixels));
  });

  test('an opacity counts as a channel, and is left out', async () => {
    const file = bmpBytes(image(3), { bits: 32, header: 56, masks: [0xff0000, 0xff00, 0xff, 0xff000000] });
    expect(await readImageHeader(file)).toMatchObject({ channels: 4, hasAlpha: true });
    await expect(decode(file, image(3))).rejects.toThrow(
      /has 4 channels \(colour with transparency\), but the first image has 3/,
    );
    expect(await decodeImage(file, { ...asIs(image(3)), converts: true })).toEqual(bytesOf(image(3)));
  });

  test('runs may move on, and leave colour 0 behind', async () => {
    const file = bmpBytes({ height: 2, width: 3, channels: 1, data: [0, 0, 0, 0, 0, 9] }, { bits: 8, isRuns: true });
    const at = file.readUInt32LE(10);
    // One pixel of colour 1, a move by one to the right and one up, one more.
    const moved = Buffer.concat([file.subarray(0, at), Buffer.from([1, 1, 0, 2, 1, 1, 1, 1, 0, 1])]);
    expect([...(await decode(moved, { ...image(1), height: 2, width: 3 }))]).toEqual([0, 0, 9, 9, 0, 0]);
  });

  const edited = (options: BmpOptions, edit: (file: Buffer) => void, pixels = image(3)) => {
    const file = bmpBytes(pixels, options);
    edit(file);
    return file;
  };

  test.each<[string, Buffer, RegExp]>([
    [
      'cut short',
      bmpBytes(image(3), { bits: 24 }).subarray(0, -40),
      /claims 5 × 7 pixels, at least 117 bytes, but holds 80: it is cut short/,
    ],
    [
      'more than is read',
      edited({ bits: 24 }, (file) => file.writeInt32LE(2 ** 31 - 1, 18)),
      /claims 5 × 2147483647 pixels; at most 512/,
    ],
    [
      'more than its bytes',
      edited({ bits: 24 }, (file) => file.writeInt32LE(90_000, 18)),
      /claims 5 × 90000 pixels, .*cut short/,
    ],
    [
      'more than runs can be',
      edited({ bits: 8, isRuns: true }, (file) => file.writeInt32LE(90_000, 18), RUNS),
      /claims 5 × 90000 pixels, .*cut short/,
    ],
    ['no width', edited({ bits: 24 }, (file) => file.writeInt32LE(0, 18)), /claims 5 × 0 pixels/],
    ['a width below zero', edited({ bits: 24 }, (file) => file.writeInt32LE(-7, 18)), /claims 5 × -7 pixels/],
    [
      'a JPEG inside',
      edited({ bits: 24 }, (file) => file.writeUInt32LE(4, 30)),
      /24 bits a pixel in compression 4 are not read: save it as/,
    ],
    [
      'two bits',
      edited({ bits: 24 }, (file) => file.writeUInt16LE(2, 28)),
      /2 bits a pixel in compression 0 are not read/,
    ],
    [
      'an unknown header',
      edited({ bits: 24 }, (file) => file.writeUInt32LE(41, 14)),
      /its header has 41 bytes, which no BMP has/,
    ],
    ['a header cut short', bmpBytes(image(3), { bits: 24 }).subarray(0, 30), /ends within its header/],
    ['a palette cut short', bmpBytes(image(1), { bits: 8 }).subarray(0, 100), /ends within its palette/],
    [
      'a colour beyond its palette',
      edited({ bits: 8 }, (file) => file.fill(2, file.readUInt32LE(10)), blackAndWhite),
      /a pixel has colour 2 of a palette of 2/,
    ],
    ['runs cut short', bmpBytes(RUNS, { bits: 8, isRuns: true }).subarray(0, -9), /its runs of pixels end too early/],
    [
      'a run beyond its row',
      edited({ bits: 8, isRuns: true }, (file) => file.writeUInt8(200, file.readUInt32LE(10)), RUNS),
      /a run of pixels leaves the image/,
    ],
  ])('%s is told', async (_, file, message) => {
    expect(await problemOf(file)).toMatch(message);
  });
});

test('the same pixels in every lossless format become the same image, whatever it is made into', async () => {
  const target = fc.record({
    size: fc.option(fc.constantFrom([3, 4], [11, 6], [5, 7])),
    resize: fc.constantFrom('stretch', 'cover', 'contain'),
    channels: fc.constantFrom(1, 3),
  });
  await fc.assert(
    fc.asyncProperty(target, fc.constantFrom(1, 3), fc.nat(500), async ({ size, resize, channels: to }, from, seed) => {
      const [channels, wanted] = [from as 1 | 3, to as 1 | 3];
      const pixels: Pixels = { height: 5, width: 7, channels, data: noise(35 * channels, seed) };
      const raw = sharp(bytesOf(pixels), { raw: { height: 5, width: 7, channels } });
      if (channels === 1) raw.toColourspace('b-w');
      const isGif = new Set(Array.from({ length: 35 }, (_, at) => pixels.data[channels * at])).size <= 200;
      const files = [
        await raw.clone().png({ progressive: true }).toBuffer(),
        await raw.clone().webp({ lossless: true }).toBuffer(),
        ...(channels === 3 && isGif ? [await raw.clone().gif({ dither: 0, effort: 10 }).toBuffer()] : []),
        ...(channels === 3
          ? [
              await raw
                .clone()
                .joinChannel(Buffer.from(noise(35)), { raw: { height: 5, width: 7, channels: 1 } })
                .png()
                .toBuffer(),
            ]
          : []),
        bmpBytes(pixels, { bits: channels === 1 ? 8 : 24 }),
        netpbmBytes(pixels),
        netpbmBytes(pixels, { isText: true }),
      ];
      const [height, width] = size ?? [5, 7];
      const into: ImageTarget = {
        height,
        width,
        channels: wanted,
        resize: size ? resize : null,
        converts: true,
        scale: null,
      };
      const plain = Uint8Array.from(await decodeImage(await raw.clone().png().toBuffer(), into));
      for (const file of files) {
        const { format } = await readImageHeader(file);
        // WebP has no grey, and libvips decodes it smaller where it is made smaller.
        if (format === 'webp' && (size !== null || channels === 1)) continue;
        if (format === 'gif') {
          const own = await decodeImage(file, { ...into, height: 5, width: 7, resize: null, channels: 3 });
          // Where the palette could not hold all colours exactly.
          if (Buffer.compare(own, Buffer.from(bytesOf(pixels))) !== 0) continue;
        }
        expect([format, Uint8Array.from(await decodeImage(file, into))]).toEqual([format, plain]);
      }
    }),
    { numRuns: 60 },
  );
});

describe('formats that are not read', () => {
  test.each([
    ['scan.tif', 'TIFF'],
    ['scan.TIFF', 'TIFF'],
    ['photo.avif', 'AVIF'],
    ['IMG_1.HEIC', 'HEIC'],
    ['drawing.svg', 'SVG'],
    ['photo.jp2', 'JPEG 2000'],
    ['photo.jxl', 'JPEG XL'],
    ['favicon.ico', 'icon'],
    ['x.tga', 'Targa'],
    ['slide.dcm', 'DICOM'],
    ['raw.NEF', 'camera raw'],
  ])('%s says so and how to convert it', async (name, title) => {
    const { folder, importAs } = await openCatalogueBeside({
      ...(await twoClasses()),
      [`train/a/${name}`]: 'anything',
    });
    const message = new RegExp(
      `${name}: is an image of the format ${title}, which is not read .*: convert it to PNG, such as`,
    );
    await expect(importAs(folder)).rejects.toThrow(message);
    expect((await importAs(folder, { onBadFile: 'skip' })).skipped[0].problem).toMatch(/convert it to PNG/);
  });

  test.each<[string, () => Promise<Buffer> | Buffer]>([
    [
      'TIFF',
      () =>
        sharp(noise(105), { raw: { height: 5, width: 7, channels: 3 } })
          .tiff()
          .toBuffer(),
    ],
    ['AVIF', () => Buffer.from('\0\0\0\x1cftypavif\0\0\0\0', 'latin1')],
    ['HEIC', () => Buffer.from('\0\0\0\x1cftypheic\0\0\0\0', 'latin1')],
    ['SVG', () => Buffer.from('<?xml version="1.0"?>\n<!-- made -->\n<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['PAM', () => Buffer.from('P7\nWIDTH 1\n')],
  ])('%s under another name is told by its content', async (title, file) => {
    await expect(readImageHeader(await file())).rejects.toThrow(
      new RegExp(`is an image of the format ${title}, which is not read`),
    );
  });

  test('other files are no images', () => {
    for (const name of ['labels.csv', 'readme', '0.npy', 'a.png.txt', 'tif', 'notes.tiffs'])
      expect(unreadFormatOf(name)).toBeNull();
  });
});

async function twoClasses(extra: Record<string, Buffer> = {}): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = { ...extra };
  for (const [at, folder] of ['train/a', 'train/b', 'test/a', 'test/b'].entries())
    files[`${folder}/1.png`] = await picture(at);
  return files;
}

describe('an import reports what it changed, with counts', () => {
  const raw = { height: 4, width: 5, channels: 3 } as const;
  const colour = () => sharp(noise(60), { raw });
  const frames = (count: number) => sharp(noise(60 * count), { raw: { ...raw, height: 4 * count, pageHeight: 4 } });
  const grey = () => sharp(noise(20), { raw: { ...raw, channels: 1 } }).toColourspace('b-w');
  const RGB: Partial<ImportChoices> = { channels: 'rgb' };
  const GREY: Partial<ImportChoices> = { channels: 'grey' };

  test.each<[string, () => Promise<Buffer> | Buffer, Partial<ImportChoices>, object[]]>([
    [
      'grey made colour',
      () => grey().png().toBuffer(),
      RGB,
      [{ kind: 'converted', what: 'grey images, now of red, green and blue', count: 1 }],
    ],
    [
      'colour made grey',
      () => colour().png().toBuffer(),
      GREY,
      [{ kind: 'converted', what: 'colour images, now grey (luma of ITU-R BT.601)', count: 5 }],
    ],
    [
      'transparency',
      () => colour().ensureAlpha(0.5).png().toBuffer(),
      RGB,
      [{ kind: 'converted', what: 'images with transparency, which is left out: colours stay as stored', count: 1 }],
    ],
    [
      'a palette with transparency',
      () => colour().ensureAlpha(0.5).png({ palette: true }).toBuffer(),
      RGB,
      [{ kind: 'converted', what: 'images with transparency, which is left out: colours stay as stored', count: 1 }],
    ],
    [
      'CMYK',
      () => colour().toColourspace('cmyk').jpeg().toBuffer(),
      RGB,
      [{ kind: 'converted', what: 'images of CMYK, now of red, green and blue', count: 1 }],
    ],
    [
      'an orientation',
      () => colour().withMetadata({ orientation: 2 }).jpeg().toBuffer(),
      {},
      [{ kind: 'converted', what: 'images turned upright, as their EXIF orientation says', count: 1 }],
    ],
    [
      'a colour profile',
      () => colour().withIccProfile('p3').png().toBuffer(),
      {},
      [{ kind: 'converted', what: 'images with a colour profile, converted to sRGB by it', count: 1 }],
    ],
    [
      'frames of WebP',
      () => frames(3).webp({ lossless: true }).toBuffer(),
      {},
      [{ kind: 'left-out', what: 'frames of moving images after the first', count: 2 }],
    ],
    [
      'another size',
      () =>
        sharp(noise(240), { raw: { height: 8, width: 10, channels: 3 } })
          .png()
          .toBuffer(),
      { size: [4, 5] },
      [{ kind: 'rescaled', what: 'images of another size, stretched to 4 × 5', count: 1 }],
    ],
    [
      'a maximal value',
      () => netpbmBytes({ ...image(3, 4, 5), data: noise(60).map((value) => value & 7) }, { largest: 7 }),
      {},
      [{ kind: 'rescaled', what: 'images of values of 0 to 7 as their header says, now of 0 to 255', count: 1 }],
    ],
    [
      'several images in a file',
      () => Buffer.concat([netpbmBytes(image(3, 4, 5)), netpbmBytes(image(3, 4, 5))]),
      {},
      [{ kind: 'left-out', what: 'what follows the first image in PBM, PGM and PPM files', count: 1 }],
    ],
    ['nothing', () => colour().png().toBuffer(), {}, []],
  ])('%s', async (_, file, choices, changes) => {
    // Named so that the first image, which decides size and channels, is a plain one.
    const { folder, importAs } = await openCatalogueBeside(await twoClasses({ 'train/a/2.png': await file() }));
    expect((await importAs(folder, choices)).changes).toEqual(changes);
  });

  test('GIFs: the first frame is read, the others are counted, and so is transparency', async () => {
    const still = () => colour().gif({ dither: 0 }).toBuffer();
    const files: Record<string, Buffer> = {};
    for (const folder of ['train/a', 'train/b', 'test/a', 'test/b']) files[`${folder}/1.gif`] = await still();
    files['train/a/2.gif'] = await frames(4).gif({ dither: 0, keepDuplicateFrames: true }).toBuffer();
    const { folder, importAs, catalogue } = await openCatalogueBeside(files);
    const { dataset, changes } = await importAs(folder, { channels: 'rgb' });
    expect(dataset.shape).toEqual([4, 5, 3]);
    expect(changes).toContainEqual({ kind: 'left-out', what: 'frames of moving images after the first', count: 3 });
    const { train } = await catalogue.load(dataset.id);
    const first = await sharp(files['train/a/2.gif']).removeAlpha().raw().toBuffer();
    expect(Buffer.from(train.pixels.subarray(60, 120))).toEqual(first);
  });

  test('images that were skipped are not counted', async () => {
    const cut = (await colour().withMetadata({ orientation: 6 }).jpeg().toBuffer()).subarray(0, 420);
    const { folder, importAs } = await openCatalogueBeside(await twoClasses({ 'train/a/2.jpg': cut }));
    const report = await importAs(folder, { onBadFile: 'skip', size: [4, 5] });
    expect([report.skippedCount, report.changes]).toEqual([1, []]);
  });
});
