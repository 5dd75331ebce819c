import { crc32, inflateSync } from 'node:zlib';

/**
 * PNGs of eight-bit greys or colours without anything that changes their pixels, which is what data sets of small images
 * consist of: libvips takes ten to fifty times as long to set up its work on one as there is work. All other files, and
 * all that is wrong with one of these, are left to libvips. Sections are those of the PNG specification, third edition.
 */

export interface PlainPng {
  height: number;
  width: number;
  channels: 1 | 3;
}

const START = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
const CHANNELS: Record<number, 1 | 3 | undefined> = { 0: 1, 2: 3 };
const HEADER_END = 33;

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
  const [compression, filter, interlace] = bytes.subarray(26, 29);
  if (!png || compression !== 0 || filter !== 0 || interlace !== 0) return null;
  const compressed = imageData(bytes);
  if (!compressed) return null;
  const rowBytes = png.width * png.channels;
  const size = png.height * (rowBytes + 1);
  try {
    const filtered = inflateSync(compressed, { maxOutputLength: size });
    return filtered.length === size ? unfilter(filtered, png.height, rowBytes, png.channels) : null;
  } catch {
    return null;
  }
}

/** Chunks that say nothing of the pixels: texts, the size on paper, the time (11.3). */
const WITHOUT_EFFECT = new Set(['tEXt', 'zTXt', 'iTXt', 'pHYs', 'tIME']);

/** The compressed image (5.3, 11.2.3); null where a checksum is wrong or a chunk may change the pixels. */
function imageData(bytes: Uint8Array): Uint8Array | null {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 8 + file.getUint32(at);
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== file.getUint32(end)) return null;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'IEND')
      return end + 4 === bytes.length ? (parts.length === 1 ? parts[0] : Buffer.concat(parts)) : null;
    if (type === 'IDAT') parts.push(bytes.subarray(at + 8, end));
    else if (!WITHOUT_EFFECT.has(type) && at !== 8) return null;
    at = end + 4;
  }
  return null;
}

/** Undoes the filters of the rows (9.2); null where one is unknown. */
function unfilter(filtered: Uint8Array, height: number, rowBytes: number, step: number): Uint8Array | null {
  const pixels = new Uint8Array(height * rowBytes);
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1);
    const type = filtered[from];
    if (type > 4) return null;
    const row = y * rowBytes;
    for (let x = 0; x < rowBytes; x++) {
      const left = x < step ? 0 : pixels[row + x - step];
      const above = y === 0 ? 0 : pixels[row + x - rowBytes];
      const corner = y === 0 || x < step ? 0 : pixels[row + x - rowBytes - step];
      pixels[row + x] = filtered[from + 1 + x] + predict(type, left, above, corner);
    }
  }
  return pixels;
}

function predict(type: number, left: number, above: number, corner: number): number {
  if (type === 0) return 0;
  if (type === 1) return left;
  if (type === 2) return above;
  if (type === 3) return (left + above) >> 1;
  // Paeth (9.4): whichever is nearest to left + above - corner; on a tie left before above before corner.
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
