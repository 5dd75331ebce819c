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
/** Types of chunks: IDAT and tRNS. */
const PIXELS = 0x49444154;
const TRANSPARENT = 0x74524e53;
/** Of a chunk: its length, type and checksum. */
const CHUNK_FRAME_BYTES = 12;
/** Compressed pixels and texts take less; what takes more may unpack to anything. */
const MOST_BYTES = { aPixelByte: 2, besides: 65_536 };

/** The header (11.2.1): size and channels. null for any other file, and where one value stands for transparent (11.3.1.1). */
export function readPlainPng(bytes: Uint8Array): PlainPng | null {
  if (bytes.length < HEADER_END || START.compare(bytes, 0, START.length) !== 0) return null;
  const header = new DataView(bytes.buffer, bytes.byteOffset + START.length);
  const channels = CHANNELS[header.getUint8(9)];
  if (header.getUint8(8) !== 8 || channels === undefined || hasTransparentValue(bytes)) return null;
  return { height: header.getUint32(4), width: header.getUint32(0), channels };
}

/** Whether there is a chunk tRNS, which stands before the pixels. */
function hasTransparentValue(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = HEADER_END; at + 8 <= bytes.length;) {
    const type = view.getUint32(at + 4);
    if (type === PIXELS) return false;
    if (type === TRANSPARENT) return true;
    at += CHUNK_FRAME_BYTES + view.getUint32(at);
  }
  return false;
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
