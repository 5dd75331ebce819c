import { decode } from 'fast-png';

/**
 * PNGs of eight-bit greys or colours without transparency or a colour profile, which is what data sets of small images
 * consist of: sharp takes three to four times as long on one, its WebAssembly build eight (32 x 32, `docs/data.md`). All
 * other files, and all that is wrong with one of these, are left to sharp. Sections are those of the PNG specification, third edition.
 */

export interface PlainPng {
  height: number;
  width: number;
  channels: 1 | 3;
}

const START = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
const CHANNELS: Record<number, 1 | 3 | undefined> = { 0: 1, 2: 3 };
const HEADER_END = 33;
/** Compressed pixels and texts take less; what takes more may unpack to anything. */
const MOST_BYTES = { aPixelByte: 2, besides: 65_536 };

/** The header (11.2.1): size and channels. null for any other file. */
export function readPlainPng(bytes: Uint8Array): PlainPng | null {
  if (bytes.length < HEADER_END || START.compare(bytes, 0, START.length) !== 0) return null;
  const header = new DataView(bytes.buffer, bytes.byteOffset + START.length);
  const channels = CHANNELS[header.getUint8(9)];
  if (header.getUint8(8) !== 8 || channels === undefined) return null;
  return { height: header.getUint32(4), width: header.getUint32(0), channels };
}

/** Its pixels, `[height, width, channels]`; null where libvips has to look at it. */
export function decodePlainPng(bytes: Uint8Array): Uint8Array | null {
  const png = readPlainPng(bytes);
  if (!png) return null;
  const size = png.height * png.width * png.channels;
  if (bytes.length > MOST_BYTES.aPixelByte * size + MOST_BYTES.besides) return null;
  try {
    const { data, transparency, iccEmbeddedProfile } = decode(bytes, { checkCrc: true });
    if (transparency || iccEmbeddedProfile || data.length !== size) return null;
    return data instanceof Uint8Array ? data : null;
  } catch {
    return null;
  }
}
