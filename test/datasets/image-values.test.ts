import { crc32, deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage, type ImageTarget } from '../../src-main/datasets/readers/decode-image.ts';
import { openSamples } from '../../src-main/datasets/streaming/open-samples.ts';
import { isStreamed, type ImportChoices } from '../../src-main/contract/index.ts';
import { openCatalogueBeside } from './support/catalogue.ts';
import { withChunk } from './support/image-files.ts';

/** What the values of image files become. */

const SIZE = { height: 4, width: 6 };
const PIXELS = SIZE.height * SIZE.width;

const filled = (colour: readonly number[]) => Buffer.from(Array.from({ length: PIXELS }, () => colour).flat());
const colourImage = (colour: readonly number[]) => sharp(filled(colour), { raw: { ...SIZE, channels: 3 } });

/** A 16-bit PNG of grey or colour. */
function deepPng(values: readonly number[], channels: 1 | 3 = 1): Buffer {
  const data = Uint16Array.from({ length: PIXELS * channels }, (_, at) => values[at % values.length]);
  return Buffer.from(encode({ ...SIZE, channels, depth: 16, data }));
}

/** Two classes, trained on and tested with the same files. */
function folders(files: Record<string, Buffer>): Record<string, Buffer> {
  const folders = ['train/a', 'train/b', 'test/a', 'test/b'];
  return Object.fromEntries(
    folders.flatMap((folder) => Object.entries(files).map(([name, file]) => [`${folder}/${name}`, file])),
  );
}

async function importFiles(files: Record<string, Buffer>, choices: Partial<ImportChoices> = {}) {
  const { folder, catalogue, importAs } = await openCatalogueBeside(folders(files));
  const report = await importAs(folder, choices);
  const data = await catalogue.open(report.dataset.id);
  const split = data.train;
  if (!isStreamed(split)) return { ...report, pixels: split.pixels };
  const samples = await openSamples(split, data.shape, 0);
  const pixels = new Uint8Array(split.count * data.shape[0] * data.shape[1] * data.shape[2]);
  await samples.read(
    Uint32Array.from({ length: split.count }, (_, at) => at),
    pixels,
  );
  await samples.close();
  return { ...report, pixels };
}

/** A profile as a PNG holds it, after its name and method. */
async function profileChunk(isBroken = false, profile: 'srgb' | 'p3' = 'p3'): Promise<Buffer> {
  const file = await colourImage([1, 2, 3]).withIccProfile(profile).jpeg().toBuffer();
  const { icc = Buffer.alloc(0) } = await sharp(file).metadata();
  // The signature of every profile (ICC.1, 7.2): without it none is one.
  if (isBroken) icc.fill(0, 36, 40);
  return chunkOf(icc);
}

const chunkOf = (profile: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]);

/** A profile of greys by a curve (ICC.1, 7.2, 7.3 and 10.6): of a gamma, or without what says how to convert. */
function greyProfile(gamma: number, tag = 'kTRC'): Buffer {
  const profile = Buffer.alloc(128 + 4 + 2 * 12 + 20 + 16);
  profile.writeUInt32BE(profile.length, 0);
  profile.writeUInt32BE(0x02400000, 8);
  profile.write('mntrGRAYXYZ ', 12, 'latin1');
  profile.write('acsp', 36, 'latin1');
  // D50, as 16.16 numbers.
  const white = [0xf6d6, 0x10000, 0xd32d];
  white.forEach((value, at) => profile.writeUInt32BE(value, 68 + 4 * at));
  profile.writeUInt32BE(2, 128);
  const tags: [string, number, number][] = [
    ['wtpt', 156, 20],
    [tag, 176, 14],
  ];
  for (const [at, [name, start, length]] of tags.entries()) {
    profile.write(name, 132 + 12 * at, 'latin1');
    profile.writeUInt32BE(start, 136 + 12 * at);
    profile.writeUInt32BE(length, 140 + 12 * at);
  }
  profile.write('XYZ ', 156, 'latin1');
  white.forEach((value, at) => profile.writeUInt32BE(value, 164 + 4 * at));
  profile.write('curv', 176, 'latin1');
  profile.writeUInt32BE(1, 184);
  profile.writeUInt16BE(Math.round(gamma * 256), 188);
  return profile;
}

const firstOf = (pixels: Uint8Array, count: number) => [...pixels.subarray(0, count)];

describe('grey is the luma of ITU-R BT.601', () => {
  const COLOURS: [string, number[], number][] = [
    ['red', [255, 0, 0], 76],
    ['green', [0, 255, 0], 150],
    ['blue', [0, 0, 255], 29],
    ['white', [255, 255, 255], 255],
    ['a mixture', [10, 200, 90], 131],
  ];
  const FILES: [string, (colour: readonly number[]) => Promise<Buffer>][] = [
    ['a plain PNG', (colour) => colourImage(colour).png().toBuffer()],
    ['a PNG with a palette', (colour) => colourImage(colour).png({ palette: true }).toBuffer()],
    ['a transparent PNG', (colour) => colourImage(colour).ensureAlpha(0.5).png().toBuffer()],
    ['a lossless WebP', (colour) => colourImage(colour).webp({ lossless: true }).toBuffer()],
    [
      'a PNG of 16 bits',
      (colour) =>
        Promise.resolve(
          deepPng(
            colour.map((value) => value * 257),
            3,
          ),
        ),
    ],
  ];

  test.each(FILES)('of %s', async (_, file) => {
    const target: ImageTarget = { ...SIZE, channels: 1, resize: null, converts: true, scale: { low: 0, high: 65_535 } };
    for (const [, colour, grey] of COLOURS) {
      const pixels = await decodeImage(await file(colour), target);
      expect(pixels).toEqual(new Uint8Array(PIXELS).fill(grey));
      const smaller = await decodeImage(await file(colour), { ...target, height: 2, width: 3, resize: 'stretch' });
      expect(smaller).toEqual(new Uint8Array(6).fill(grey));
    }
  });

  test.each([false, true])('as imported, files kept: %s', async (keepFiles) => {
    const files: Record<string, Buffer> = {};
    for (const [name, colour] of COLOURS) files[`${name}.png`] = await colourImage(colour).png().toBuffer();
    const { pixels } = await importFiles(files, { channels: 'grey', keepFiles });
    const greys = Array.from({ length: COLOURS.length }, (_, at) => pixels[at * PIXELS]);
    expect(greys.sort((a, b) => a - b)).toEqual([29, 76, 131, 150, 255]);
  });
});

describe('16 bits a channel', () => {
  const FULL = [0, 1, 128, 129, 23_797, 6957, 32_767, 32_768, 65_406, 65_535];
  /** So many levels that nothing but a scale of its own would leave as few as 64. */
  const rampTo = (high: number, offset = 0) =>
    Array.from({ length: PIXELS }, (_, at) => Math.floor((high * (at + offset)) / PIXELS));
  const ramps = (high: number) => ({
    '5.png': deepPng(rampTo(high)),
    '6.png': deepPng(rampTo(high, 0.2)),
    '7.png': deepPng(rampTo(high, 0.4)),
    '8.png': deepPng(rampTo(high, 0.6)),
  });
  const toByte = (value: number, high = 65_535) => Math.floor((value / high) * 255 + 0.5);

  test('are rounded to the nearest of 256 levels, as grey and as colour alike', async () => {
    const file = deepPng(FULL);
    const grey = await importFiles({ '1.png': file, ...ramps(65_535) });
    expect(firstOf(grey.pixels, FULL.length)).toEqual(FULL.map((value) => toByte(value)));
    expect(grey.changes).toContainEqual({
      kind: 'rescaled',
      what: 'images of values of 0 to 65535, now of 0 to 255',
      count: 20,
    });
    const colour = await importFiles({ '1.png': file, ...ramps(65_535) }, { channels: 'rgb' });
    expect(colour.pixels.filter((_, at) => at % 3 === 1)).toEqual(grey.pixels);
  });

  const TWELVE = [0, 1, 17, 800, 2048, 4000, 4095];

  test.each([false, true])('with 12 bits in them keep their levels, files kept: %s', async (keepFiles) => {
    const { pixels, changes } = await importFiles({ '1.png': deepPng(TWELVE), ...ramps(4095) }, { keepFiles });
    expect(firstOf(pixels, TWELVE.length)).toEqual(TWELVE.map((value) => toByte(value, 4095)));
    const what = 'images of values of 0 to 4095, now of 0 to 255';
    expect(changes).toContainEqual({ kind: 'rescaled', what, count: 20 });
  });

  test('are on the scale that is chosen', async () => {
    const files = { '1.png': deepPng([...TWELVE, 5000]) };
    const { pixels, changes } = await importFiles(files, { valueRange: [0, 4000] });
    expect(firstOf(pixels, 4)).toEqual([0, 0, 1, 51]);
    expect(changes).toContainEqual({ kind: 'rounded', what: 'values beyond 0 to 4000, now 0 or 255', count: 24 });
  });

  test('stay as stored where a colour profile would change them, and the profile is told of', async () => {
    const levels = Array.from({ length: PIXELS * 3 }, (_, at) => (at * 9001) % 65_536);
    const plain = deepPng(levels, 3);
    const profile = withChunk(plain, 'iCCP', await profileChunk());
    expect((await sharp(profile).metadata()).hasProfile).toBe(true);
    const bare = await importFiles({ '1.png': plain, ...ramps(65_535) }, { channels: 'rgb' });
    const { pixels, changes } = await importFiles({ '1.png': profile, ...ramps(65_535) }, { channels: 'rgb' });
    expect(pixels).toEqual(bare.pixels);
    const what = 'colour profiles of images of 16 bits, whose values stay as stored';
    expect(changes).toContainEqual({ kind: 'left-out', what, count: 4 });
  });

  test('among images of 8 bits are refused until their scale is chosen', async () => {
    const files = {
      '1.png': await sharp(filled([9]), { raw: { ...SIZE, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toBuffer(),
      '2.png': deepPng(FULL),
    };
    await expect(importFiles(files)).rejects.toThrow(
      /2\.png: has 16 bits a channel, but the first image 8; .*--value-range/,
    );
    const { pixels } = await importFiles(files, { valueRange: [0, 65_535] });
    expect([pixels[0], pixels[PIXELS + 8]]).toEqual([9, toByte(FULL[8])]);
  });
});

describe('what a report says of colours is what was done to them', () => {
  const CONVERTED = 'images with a colour profile, converted to sRGB by it';
  const BROKEN = 'colour profiles that cannot be used';
  const COLOUR = [250, 20, 130];
  const colour = (): Promise<Buffer> => colourImage(COLOUR).png().toBuffer();
  const greyFile = (): Promise<Buffer> =>
    sharp(filled([90]), { raw: { ...SIZE, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
  const withColour = async (name: string, data: Buffer | Promise<Buffer>) =>
    withChunk(await colour(), name, await data);
  const chromaticities = Buffer.alloc(32);
  // Of another white and other colours than sRGB's.
  [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000].forEach((value, at) =>
    chromaticities.writeUInt32BE(value, 4 * at),
  );

  test.each<[string, () => Promise<Buffer>, boolean, string | null]>([
    ['no profile', colour, false, null],
    ['the profile of sRGB in a PNG', () => withColour('iCCP', profileChunk(false, 'srgb')), false, null],
    [
      'the profile of sRGB in a WebP',
      () => colourImage(COLOUR).withIccProfile('srgb').webp({ lossless: true }).toBuffer(),
      false,
      null,
    ],
    ['the profile of Display P3', () => withColour('iCCP', profileChunk()), true, CONVERTED],
    ['a gamma', () => withColour('gAMA', Buffer.from([0, 1, 0x86, 0xa0])), false, null],
    ['chromaticities', () => withColour('cHRM', chromaticities), false, null],
    ['greys of gamma 1', async () => withChunk(await greyFile(), 'iCCP', chunkOf(greyProfile(1))), true, CONVERTED],
    [
      'greys with a profile that says nothing of them',
      async () => withChunk(await greyFile(), 'iCCP', chunkOf(greyProfile(1, 'kXXX'))),
      false,
      BROKEN,
    ],
  ])('%s', async (_, file, isChanged, what) => {
    const bytes = await file();
    const told: string[] = [];
    const isGrey = (await sharp(bytes).metadata()).channels === 1;
    const target: ImageTarget = { ...SIZE, channels: 3, resize: null, converts: true, scale: null };
    const pixels = await decodeImage(bytes, target, (_kind, change) => told.push(change));
    const stored = isGrey ? [90, 90, 90] : COLOUR;
    expect(firstOf(pixels, 3).some((level, at) => level !== stored[at])).toBe(isChanged);
    expect(told.filter((change) => /profile/.test(change))).toEqual(what === null ? [] : [what]);
    // As grey and as colour alike, and made smaller too.
    const [red, green, blue] = pixels;
    const grey = await decodeImage(bytes, { ...target, channels: 1 });
    expect(grey[0]).toBe(Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
    const smaller = await decodeImage(bytes, { ...target, height: 2, width: 3, resize: 'stretch' });
    expect(firstOf(smaller, 3)).toEqual([red, green, blue]);
  });
});

test.each<[string, () => Promise<Buffer>]>([
  ['a PNG', async () => withChunk(await colourImage([250, 20, 30]).png().toBuffer(), 'iCCP', await profileChunk(true))],
  [
    'a JPEG',
    async () => {
      const file = await colourImage([250, 20, 30]).withIccProfile('p3').jpeg().toBuffer();
      return file.fill(0, file.indexOf('acsp'), file.indexOf('acsp') + 4);
    },
  ],
])('a colour profile that cannot be used is left out of %s and told of', async (_, file) => {
  const { changes } = await importFiles({
    '1.png': await colourImage([1, 2, 3]).png().toBuffer(),
    '2.png': await file(),
  });
  expect(changes).toEqual([{ kind: 'left-out', what: 'colour profiles that cannot be used', count: 4 }]);
});

describe('an image that claims more pixels than are read is bad before memory is taken', () => {
  test.each([
    [2 ** 31 - 1, 2 ** 31 - 1],
    [25_000, 25_000],
  ])('%i × %i', async (height, width) => {
    const claim = await colourImage([1, 2, 3]).png().toBuffer();
    claim.writeUInt32BE(width, 16);
    claim.writeUInt32BE(height, 20);
    claim.writeUInt32BE(crc32(claim.subarray(12, 29)), 29);
    const files = { '1.png': claim, '2.png': await colourImage([1, 2, 3]).png().toBuffer() };
    await expect(importFiles(files)).rejects.toThrow(
      new RegExp(`1\\.png: claims ${height} × ${width} pixels; at most 512 megapixels an image are read`),
    );
    expect((await importFiles(files, { onBadFile: 'skip' })).skippedCount).toBe(4);
  });
});
