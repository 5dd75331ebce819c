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
/**
 * Chunks that change no pixel of libvips' either, gamma and chromaticities among them. Others, such as a palette, a value
 * for transparent (tRNS), an orientation (eXIf) or a colour profile (iCCP, cICP), may.
 */
const PASSED_CHUNKS = new Set(['IDAT', 'IEND', 'bKGD', 'cHRM', 'gAMA', 'pHYs', 'sBIT', 'sRGB', 'tEXt', 'tIME']);
/** Texts of this beginning hold what else has a chunk of its own, orientation among it. */
const RAW_PROFILE = Buffer.from('Raw profile', 'latin1');
/** Of a chunk that says how many frames follow it (11.3.4.1 of the third edition: acTL). */
const FRAMES = 'acTL';
/** Of a chunk: its length, type and checksum. */
const CHUNK_FRAME_BYTES = 12;
/** Compressed pixels and texts take less; what takes more may unpack to anything. */
const MOST_BYTES = { aPixelByte: 2, besides: 65_536 };
/** Larger ones are libvips', which decodes row by row: fast-png holds a file three times over. */
const MOST_DECODED_BYTES = 2 ** 24;

/** The header (11.2.1): size and channels. null for any other file, and where a chunk may say more of the pixels. */
export function readPlainPng(bytes: Uint8Array): PlainPng | null {
  if (bytes.length < HEADER_END || START.compare(bytes, 0, START.length) !== 0) return null;
  const header = new DataView(bytes.buffer, bytes.byteOffset + START.length);
  const channels = CHANNELS[header.getUint8(9)];
  if (header.getUint8(8) !== 8 || channels === undefined || hasOtherChunks(bytes)) return null;
  const [height, width] = [header.getUint32(4), header.getUint32(0)];
  return height > 0 && width > 0 ? { height, width, channels } : null;
}

/** The chunks after the header, up to the end: their types, and what follows the type of each. */
function* chunksOf(bytes: Uint8Array): Generator<{ type: string; data: Buffer }> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = HEADER_END; at + 8 <= file.length;) {
    const type = file.toString('latin1', at + 4, at + 8);
    yield { type, data: file.subarray(at + 8) };
    if (type === 'IEND') return;
    at += CHUNK_FRAME_BYTES + file.readUInt32BE(at);
  }
}

/** Whether a chunk, before or after the pixels, may say more of them than their values. */
function hasOtherChunks(bytes: Uint8Array): boolean {
  for (const { type, data } of chunksOf(bytes)) {
    if (!PASSED_CHUNKS.has(type)) return true;
    if (type === 'tEXt' && data.subarray(0, RAW_PROFILE.length).equals(RAW_PROFILE)) return true;
  }
  return false;
}

/** Frames of a PNG, of which readers that do not know of several show the first. */
export function countPngFrames(bytes: Uint8Array): number {
  for (const { type, data } of chunksOf(bytes)) {
    if (type === FRAMES && data.length >= 4) return Math.max(1, data.readUInt32BE(0));
  }
  return 1;
}

/** Its pixels, `[height, width, channels]`; null where libvips has to look at it. */
export function decodePlainPng(bytes: Uint8Array): Uint8Array | null {
  const png = readPlainPng(bytes);
  if (!png) return null;
  const size = png.height * png.width * png.channels;
  if (size > MOST_DECODED_BYTES || bytes.length > MOST_BYTES.aPixelByte * size + MOST_BYTES.besides) return null;
  try {
    const { data, transparency, iccEmbeddedProfile } = decode(bytes, { checkCrc: true });
    if (transparency || iccEmbeddedProfile || data.length !== size) return null;
    return data instanceof Uint8Array ? data : null;
  } catch {
    return null;
  }
}
