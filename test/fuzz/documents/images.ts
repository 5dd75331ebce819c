import sharp, { type Sharp } from 'sharp';
import { crc32 } from 'node:zlib';
import { picture, picturePixels, withChunk, withTransparentValue } from '../../datasets/support/image-files.ts';
import type { Field, Layout } from '../mutation/bytes.ts';

export type ImageFormat = 'png' | 'jpeg' | 'webp';

const raw = (channels: 1 | 3 | 4, height = 6, width = 5): Sharp =>
  sharp(picturePixels(1, { channels, height, width }), { raw: { channels, height, width } });

const deep = (): Sharp =>
  sharp(
    Uint16Array.from({ length: 30 }, (_, at) => at * 2000),
    { raw: { width: 5, height: 6, channels: 1 } },
  ).toColourspace('grey16');

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
  jpeg: () => [
    raw(3, 18, 17).jpeg().toBuffer(),
    raw(1, 9, 8).toColourspace('b-w').jpeg().toBuffer(),
    raw(3).jpeg({ progressive: true }).toBuffer(),
    raw(3).jpeg({ chromaSubsampling: '4:4:4', optimiseCoding: true }).toBuffer(),
    raw(3).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    raw(4).toColourspace('cmyk').jpeg().toBuffer(),
  ],
  webp: () => [
    raw(3).webp().toBuffer(),
    raw(3).webp({ lossless: true, exact: true }).toBuffer(),
    raw(4).webp({ lossless: true }).toBuffer(),
    raw(3).withMetadata({ orientation: 3 }).webp().toBuffer(),
  ],
};

const LAYOUTS: Record<ImageFormat, (bytes: Uint8Array) => Layout> = {
  png: pngLayout,
  jpeg: jpegLayout,
  webp: webpLayout,
};

export async function imageLayouts(format: ImageFormat): Promise<Layout[]> {
  return (await Promise.all(DOCUMENTS[format]())).map((bytes) => LAYOUTS[format](bytes));
}

const big = (at: number, bytes: 1 | 2 | 4): Field => ({ at, bytes, order: 'big' });

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
  const little = (at: number, size: 1 | 2 | 4): Field => ({ at, bytes: size, order: 'little' });
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
