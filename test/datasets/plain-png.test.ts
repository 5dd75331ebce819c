import { encode } from 'fast-png';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { defaultImportChoices } from '../../src-main/contract/index.ts';
import { toChannels } from '../../src-main/datasets/readers/colour-channels.ts';
import { chooseTarget, decodeImage } from '../../src-main/datasets/readers/decode-image.ts';
import { decodePlainPng } from '../../src-main/datasets/readers/plain-png.ts';
import { picture, picturePixels, withChunk } from './support/image-files.ts';

/** Against libvips, which decodes whatever this decoder leaves to it. */

interface Oddities {
  orientation: number | null;
  profile: string | null;
  chunk: string | null;
  kind: string;
  isInterlaced: boolean;
  seed: number;
}

/** What is in a chunk, by its type. */
const CHUNK_DATA: Record<string, (isGrey: boolean) => number[]> = {
  gAMA: () => [0, 0, 0x80, 0],
  sRGB: () => [0],
  tRNS: (isGrey) => (isGrey ? [0, 7] : [0, 7, 0, 7, 0, 7]),
  // One entry: the orientation (274), a short number, 6.
  eXIf: () => [...Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0', 'latin1')],
  bKGD: (isGrey) => (isGrey ? [0, 7] : [0, 7, 0, 7, 0, 7]),
};

const CHANNELS: Partial<Record<string, 1 | 2 | 4>> = { grey: 1, 'grey-alpha': 2, 'colour-alpha': 4 };
const LOW_BITS: Partial<Record<string, 2 | 4 | 16>> = { '1 bit': 2, '2 bits': 4, '4 bits': 16 };

async function oddPng({ orientation, profile, chunk, kind, isInterlaced, seed }: Oddities): Promise<Buffer> {
  const isGrey = kind === 'grey' || kind === 'grey-alpha';
  const channels = CHANNELS[kind] ?? 3;
  const pixels = Uint8Array.from({ length: 7 * 5 * channels }, (_, at) => noise(at + seed + 1)[at + seed]);
  const image = sharp(pixels, { raw: { height: 7, width: 5, channels } });
  if (isGrey) image.toColourspace('b-w');
  if (kind === '16 bits') image.toColourspace('rgb16');
  if (orientation !== null) image.withMetadata({ orientation });
  if (profile !== null && !isGrey) image.withIccProfile(profile);
  const colours = LOW_BITS[kind];
  const isPalette = kind === 'palette' || colours !== undefined;
  const png = await image
    .png({ progressive: isInterlaced, palette: isPalette, ...(colours && { colours }) })
    .toBuffer();
  return chunk === null || isPalette || channels === 2 || channels === 4
    ? png
    : withChunk(png, chunk, Buffer.from(CHUNK_DATA[chunk](isGrey)));
}

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

test('every PNG is decoded as libvips alone decodes it', async () => {
  const ODDITIES = {
    orientation: fc.option(fc.integer({ min: 1, max: 8 })),
    profile: fc.option(fc.constantFrom('srgb', 'p3')),
    chunk: fc.option(fc.constantFrom('gAMA', 'sRGB', 'tRNS', 'bKGD', 'eXIf')),
    kind: fc.constantFrom(
      'grey',
      'grey-alpha',
      'colour',
      'colour-alpha',
      'palette',
      '16 bits',
      '1 bit',
      '2 bits',
      '4 bits',
    ),
    isInterlaced: fc.boolean(),
    isGrey: fc.boolean(),
    seed: fc.nat(1000),
  };
  await fc.assert(
    fc.asyncProperty(fc.record(ODDITIES), async (oddities) => {
      const file = await oddPng(oddities);
      const channels = oddities.isGrey ? 1 : 3;
      const { autoOrient, depth, space } = await sharp(file).metadata();
      const target = {
        ...autoOrient,
        channels,
        resize: null,
        converts: true,
        scale: { low: 0, high: 65_535 },
      } as const;
      const isGreyFile = space === 'b-w' || space === 'grey16';
      const deep = depth === 'ushort';
      // Levels of 16 bits stay as stored, whatever a profile says of them.
      const alone = sharp(file, { ignoreIcc: deep }).autoOrient().removeAlpha();
      const wanted = deep
        ? await alone
            .toColourspace(isGreyFile ? 'grey16' : 'rgb16')
            .raw({ depth: 'ushort' })
            .toBuffer()
        : await alone
            .toColourspace(isGreyFile ? 'b-w' : 'srgb')
            .raw()
            .toBuffer();
      const values = deep ? new Uint16Array(new Uint8Array(wanted).buffer) : wanted;
      const bytes = Uint8Array.from(values, (value) => (deep ? Math.floor(value / 257 + 0.5) : value));
      expect(new Uint8Array(await decodeImage(file, target))).toEqual(toChannels(bytes, isGreyFile ? 1 : 3, channels));
    }),
    { numRuns: 150 },
  );
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
      'no width',
      async () => {
        const file = await plain().png().toBuffer();
        file.writeUInt32BE(0, 16);
        return file;
      },
    ],
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

  test('an image without a pixel is refused', async () => {
    const file = await plain().png().toBuffer();
    file.writeUInt32BE(0, 20);
    await expect(chooseTarget(file, defaultImportChoices)).rejects.toThrow(/cannot be decoded/);
  });
});
