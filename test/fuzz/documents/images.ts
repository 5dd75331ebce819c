import sharp, { type Sharp } from 'sharp';
import { crc32 } from 'node:zlib';
import type { ImageFormat } from '../../../src-main/datasets/readers/image-formats/formats.ts';
import { bitsBytes, bmpBytes, netpbmBytes, type BmpOptions, type Pixels } from '../../datasets/support/bitmap-files.ts';
import { picture, picturePixels, withChunk, withTransparentValue } from '../../datasets/support/image-files.ts';
import type { Field, Layout } from '../mutation/bytes.ts';

const raw = (channels: 1 | 3 | 4, height = 6, width = 5): Sharp =>
  sharp(picturePixels(1, { channels, height, width }), { raw: { channels, height, width } });

const deep = (): Sharp =>
  sharp(
    Uint16Array.from({ length: 30 }, (_, at) => at * 2000),
    { raw: { width: 5, height: 6, channels: 1 } },
  ).toColourspace('grey16');

const pixelsOf = (channels: 1 | 3, value: (at: number) => number): Pixels => ({
  ...{ height: 6, width: 5, channels },
  data: Array.from({ length: 30 * channels }, (_, at) => value(at)),
});
const COLOURS = pixelsOf(3, (at) => (at * 37) % 256);
const GREYS = pixelsOf(1, (at) => (at * 37) % 256);
const BLACK_AND_WHITE = pixelsOf(1, (at) => (at % 3 === 0 ? 255 : 0));
/** Of two colours. */
const FEW = pixelsOf(3, (at) => (Math.floor(at / 3) % 2 === 0 ? 10 : 200));

const BITMAPS: readonly BmpOptions[] = [
  ...([1, 4, 8, 16, 24, 32] as const).map((bits) => ({ bits })),
  ...([12, 56, 108, 124] as const).map((header) => ({ bits: 24 as const, header })),
  ...([4, 8] as const).map((bits) => ({ bits, isRuns: true })),
  { bits: 16, masks: [0xf800, 0x7e0, 0x1f] },
  { bits: 32, header: 108, masks: [0xff, 0xff00, 0xff0000, 0xff000000] },
  { bits: 24, isTopDown: true },
];

/** Of every kind that the decoder tells apart: channels, depth, palette, interlace, orientation, profile, coding. */
const DOCUMENTS: Record<ImageFormat, () => Promise<Buffer>[]> = {
  png: () => [
    picture(1),
    picture(2, { channels: 1 }),
    picture(3, { channels: 4 }),
    picture(4, { channels: 2 }),
    picture(5, { channels: 1 }).then((png) => withTransparentValue(png, [7])),
    picture(6).then((png) => withChunk(png, 'gAMA', Buffer.from([0, 0, 0xb1, 0x8f]))),
    raw(3).png({ palette: true }).toBuffer(),
    raw(3).png({ progressive: true }).toBuffer(),
    raw(3).withMetadata({ orientation: 6 }).png().toBuffer(),
    deep().png().toBuffer(),
  ],
  jpeg: () => {
    const quick = [
      raw(3, 18, 17).jpeg().toBuffer(),
      raw(1, 9, 8).toColourspace('b-w').jpeg().toBuffer(),
      raw(3).jpeg({ progressive: true }).toBuffer(),
      raw(3).jpeg({ chromaSubsampling: '4:4:4', optimiseCoding: true }).toBuffer(),
      raw(3).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    ];
    // Colours of print take 50 ms a file: one document in 31, where they would be one in six.
    return [...Array.from({ length: 6 }, () => quick).flat(), raw(4).toColourspace('cmyk').jpeg().toBuffer()];
  },
  webp: () => [
    raw(3).webp().toBuffer(),
    raw(3).webp({ lossless: true, exact: true }).toBuffer(),
    raw(4).webp({ lossless: true }).toBuffer(),
    raw(3).withMetadata({ orientation: 3 }).webp().toBuffer(),
  ],
  gif: () => [
    raw(3).gif().toBuffer(),
    raw(1).gif({ colours: 4 }).toBuffer(),
    raw(4).gif({ dither: 0 }).toBuffer(),
    raw(3, 12, 5).gif({ progressive: true }).toBuffer(),
    Promise.all([1, 2].map((number) => picture(number, { height: 6, width: 5 }))).then((frames) =>
      sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
    ),
  ],
  bmp: () => BITMAPS.map((options) => Promise.resolve(bmpBytes(options.bits <= 8 ? FEW : COLOURS, options))),
  netpbm: () =>
    [
      ...[GREYS, COLOURS].flatMap((image) => [
        ...[false, true].map((isText) => netpbmBytes(image, { isText })),
        netpbmBytes(image, { largest: 300, comment: '# a comment\n' }),
        Buffer.concat([netpbmBytes(image), netpbmBytes(image)]),
      ]),
      ...[false, true].map((isText) => bitsBytes(BLACK_AND_WHITE, { isText, spaced: isText })),
      ...['P5\n4294967295 4294967295\n255\n', 'P3 2 2 65536 1', 'P4 9 1\n\xff', 'P2\n0 5\n7\n'].map((text) =>
        Buffer.from(text, 'latin1'),
      ),
    ].map((bytes) => Promise.resolve(bytes)),
};

const LAYOUTS: Record<ImageFormat, (bytes: Uint8Array) => Layout> = {
  png: pngLayout,
  jpeg: jpegLayout,
  webp: webpLayout,
  gif: gifLayout,
  bmp: bmpLayout,
  netpbm: netpbmLayout,
};

export async function imageLayouts(format: ImageFormat): Promise<Layout[]> {
  return (await Promise.all(DOCUMENTS[format]())).map((bytes) => LAYOUTS[format](bytes));
}

const big = (at: number, bytes: 1 | 2 | 4): Field => ({ at, bytes, order: 'big' });
const little = (at: number, bytes: 1 | 2 | 4): Field => ({ at, bytes, order: 'little' });

/** Chunks (PNG, third edition, 5.3): length, type, content and CRC. */
function pngLayout(bytes: Uint8Array): Layout {
  const parts: [number, number][] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
    parts.push([at, end]);
    at = end;
  }
  return {
    ...{ bytes, parts },
    fields: [
      ...parts.map(([at]) => big(at, 4)),
      big(16, 4),
      big(20, 4),
      ...[24, 25, 26, 27, 28].map((at) => big(at, 1)),
    ],
    seal(mutated) {
      const sealed = Buffer.from(mutated);
      for (let at = 8; at + 12 <= sealed.length;) {
        const contentEnd = at + 8 + sealed.readUInt32BE(at);
        if (contentEnd + 4 > sealed.length) break;
        sealed.writeUInt32BE(crc32(sealed.subarray(at + 4, contentEnd)), contentEnd);
        at = contentEnd + 4;
      }
      return sealed;
    },
  };
}

/** Segments up to the coded picture (ITU-T T.81, B.1.1): marker, length, content. */
function jpegLayout(bytes: Uint8Array): Layout {
  const parts: [number, number][] = [];
  const fields: Field[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const end = at + 2 + view.getUint16(at + 2);
    parts.push([at, end]);
    fields.push(big(at + 1, 1), big(at + 2, 2));
    const isFrame = bytes[at + 1] >= 0xc0 && bytes[at + 1] <= 0xc2;
    // Depth, height, width, components, and the sampling of the first.
    if (isFrame) fields.push(big(at + 4, 1), big(at + 5, 2), big(at + 7, 2), big(at + 9, 1), big(at + 11, 1));
    if (bytes[at + 1] === 0xda) break;
    at = end;
  }
  return { bytes, parts, fields };
}

/** Chunks of RIFF: type, length, content. */
function webpLayout(bytes: Uint8Array): Layout {
  const parts: [number, number][] = [];
  const fields = [little(4, 4)];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const end = Math.min(bytes.length, at + 8 + length + (length & 1));
    parts.push([at, end]);
    // Sizes of the canvas or of the frame stand within these.
    fields.push(little(at + 4, 4), little(at + 8, 1), little(at + 9, 4), little(at + 14, 2), little(at + 16, 2));
    at = end;
  }
  return { bytes, parts, fields };
}

/** Screen, tables and blocks ("GIF89a Specification", 17 to 27); sizes are the fields. */
function gifLayout(bytes: Uint8Array): Layout {
  const parts: [number, number][] = [];
  const fields = [little(6, 2), little(8, 2), little(10, 1), little(11, 1)];
  const tableBytes = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = 13 + tableBytes(bytes[10]);
  parts.push([13, at]);
  while (at < bytes.length && (bytes[at] === 0x2c || bytes[at] === 0x21)) {
    const from = at;
    if (bytes[at] === 0x2c) {
      fields.push(...[1, 3, 5, 7].map((offset) => little(from + offset, 2)), little(from + 9, 1));
      at += 10 + tableBytes(bytes[at + 9]) + 1;
      fields.push(little(at - 1, 1));
    } else {
      fields.push(little(at + 1, 1), little(at + 3, 1));
      at += 2;
    }
    while (at < bytes.length && bytes[at] !== 0) {
      fields.push(little(at, 1));
      at += 1 + bytes[at];
    }
    at++;
    parts.push([from, at]);
  }
  return { bytes, parts, fields };
}

/** Headers, palette and pixels ("Bitmap Storage"). */
function bmpLayout(bytes: Uint8Array): Layout {
  const pixelsAt = new DataView(bytes.buffer, bytes.byteOffset).getUint32(10, true);
  return {
    bytes,
    parts: [
      [14, pixelsAt],
      [pixelsAt, bytes.length],
    ],
    fields: [
      ...[2, 10, 14, 18, 22, 30, 34, 46, 54, 58, 62, 66].map((at) => little(at, 4)),
      ...[18, 20, 24, 26, 28].map((at) => little(at, 2)),
      ...Array.from({ length: Math.min(24, bytes.length - pixelsAt) }, (_, at) => little(pixelsAt + at, 1)),
    ].filter(({ at, bytes: size }) => at + size <= bytes.length),
  };
}

/** Numbers in digits, and pixels. */
function netpbmLayout(bytes: Uint8Array): Layout {
  const text = Buffer.from(bytes).toString('latin1');
  const parts = [...text.matchAll(/\S+\s?/g)]
    .slice(0, 12)
    .map(({ 0: word, index }) => [index, index + word.length] as const);
  return { bytes, parts, fields: [little(1, 1), ...parts.map(([at]) => little(at, 1))] };
}
