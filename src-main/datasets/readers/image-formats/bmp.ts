import { ImageProblem } from '../image-problem.ts';
import { requireBytes, type RawHeader } from './raw-image.ts';

/**
 * Bitmaps as Microsoft's "Bitmap Storage" (Win32, GDI) describes them, and OS/2's older header: palettes of 1, 4 and 8
 * bits, also run-length coded, and colours of 16, 24 and 32 bits. A palette of greys alone is grey: there is no other way
 * to say it here. libvips does not read them, and npm's bmp-ts 1.0.9 mixes up the colours of run-length coded ones.
 */

interface BmpHeader extends RawHeader {
  bits: number;
  compression: number;
  isTopDown: boolean;
  pixelsAt: number;
  /** Red, green and blue of each entry; empty where pixels are colours. */
  palette: Uint8Array;
  /** Of red, green and blue, where pixels are 16 or 32 bits. */
  masks: readonly number[];
}

const [PLAIN, RUNS_OF_8, RUNS_OF_4, MASKS, MASKS_WITH_ALPHA] = [0, 1, 2, 3, 6];
const COMPRESSION_BITS: Record<number, readonly number[]> = {
  [PLAIN]: [1, 4, 8, 16, 24, 32],
  [RUNS_OF_8]: [8],
  [RUNS_OF_4]: [4],
  [MASKS]: [16, 32],
  [MASKS_WITH_ALPHA]: [16, 32],
};
const USUAL_MASKS: Record<number, readonly number[]> = {
  16: [0x7c00, 0x03e0, 0x001f],
  32: [0x00ff0000, 0x0000ff00, 0x000000ff],
};
/** Bytes of the header that follows the file's own of 14; the first two are OS/2's. */
const HEADER_BYTES = [12, 16, 64, 40, 52, 56, 108, 124];
const FILE_HEADER_BYTES = 14;
const CORE_BYTES = 12;
/** A run of two bytes is of at most 255 pixels. */
const MOST_PIXELS_A_BYTE = 128;

const bad = (problem: string) => new ImageProblem(`cannot be decoded (${problem})`);

/** @throws ImageProblem */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FILE_HEADER_BYTES + CORE_BYTES) throw bad('it ends within its header');
  const headerBytes = view.getUint32(14, true);
  if (!HEADER_BYTES.includes(headerBytes)) throw bad(`its header has ${headerBytes} bytes, which no BMP has`);
  if (bytes.length < FILE_HEADER_BYTES + headerBytes) throw bad('it ends within its header');
  const isCore = headerBytes === CORE_BYTES;
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isCore ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isCore ? 24 : 28, true);
  const compression = isCore || headerBytes === 16 ? PLAIN : view.getUint32(30, true);
  const isOs2 = headerBytes === 64;
  if (width <= 0 || signedHeight === 0) throw bad(`claims ${Math.abs(signedHeight)} × ${width} pixels`);
  if (!COMPRESSION_BITS[compression]?.includes(bits) || (isOs2 && compression >= MASKS)) {
    throw bad(
      `${bits} bits a pixel in compression ${compression} are not read: save it as a BMP of 24 bits, or as PNG`,
    );
  }
  const pixelsAt = view.getUint32(10, true);
  const masks = masksOf(view, headerBytes, bits, compression);
  const entries = isCore || headerBytes === 16 ? 0 : view.getUint32(46, true);
  const palette = bits <= 8 ? paletteOf(bytes, { headerBytes, entries, pixelsAt, bits }) : new Uint8Array();
  return {
    height: Math.abs(signedHeight),
    width,
    channels: bits <= 8 && isGrey(palette) ? 1 : 3,
    hasAlpha: compression >= MASKS && alphaMaskOf(view, headerBytes, compression) !== 0,
    isDeep: false,
    largest: bits === 16 ? 31 : 255,
    bits,
    compression,
    isTopDown: signedHeight < 0,
    pixelsAt,
    palette,
    masks,
  };
}

function masksOf(view: DataView, headerBytes: number, bits: number, compression: number): readonly number[] {
  if (bits !== 16 && bits !== 32) return [];
  if (compression === PLAIN) return USUAL_MASKS[bits];
  // Of the 40-byte header they follow it, of longer ones they are a part.
  if (view.byteLength < FILE_HEADER_BYTES + Math.max(headerBytes, 52)) throw bad('it ends within its colour masks');
  return [54, 58, 62].map((at) => view.getUint32(at, true));
}

function alphaMaskOf(view: DataView, headerBytes: number, compression: number): number {
  const has = headerBytes >= 56 || compression === MASKS_WITH_ALPHA;
  return has && view.byteLength >= 70 ? view.getUint32(66, true) : 0;
}

function paletteOf(
  bytes: Uint8Array,
  { headerBytes, entries, pixelsAt, bits }: Record<'headerBytes' | 'entries' | 'pixelsAt' | 'bits', number>,
): Uint8Array {
  const entryBytes = headerBytes === CORE_BYTES ? 3 : 4;
  const at = FILE_HEADER_BYTES + headerBytes;
  const room = Math.max(0, Math.floor((pixelsAt - at) / entryBytes));
  const count = Math.min(entries === 0 ? 2 ** bits : entries, 2 ** bits, room);
  if (bytes.length < at + count * entryBytes) throw bad('it ends within its palette');
  const palette = new Uint8Array(3 * count);
  for (let entry = 0; entry < count; entry++) {
    for (let channel = 0; channel < 3; channel++)
      palette[3 * entry + channel] = bytes[at + entry * entryBytes + 2 - channel];
  }
  return palette;
}

function isGrey(palette: Uint8Array): boolean {
  for (let at = 0; at < palette.length; at += 3) {
    if (palette[at] !== palette[at + 1] || palette[at] !== palette[at + 2]) return false;
  }
  return true;
}

/** `[height, width, channels]`; transparency is left out. @throws ImageProblem */
export function decodeBmp(bytes: Uint8Array): Uint8Array {
  const header = readBmpHeader(bytes);
  const { height, width, channels, bits, compression, palette, pixelsAt } = header;
  const isRuns = compression === RUNS_OF_8 || compression === RUNS_OF_4;
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  const present = Math.max(0, bytes.length - pixelsAt);
  // The padding of the last row may be missing.
  const needed = isRuns
    ? (height * width) / MOST_PIXELS_A_BYTE
    : (height - 1) * rowBytes + Math.ceil((width * bits) / 8);
  requireBytes(present, Math.ceil(needed), header);
  const pixels = new Uint8Array(height * width * channels);
  if (bits > 8) return colours(bytes, header, rowBytes, pixels);
  const indices = isRuns ? runs(bytes, header) : null;
  const perByte = 8 / bits;
  const indexAt = (row: number, column: number): number =>
    indices?.[row * width + column] ??
    (bytes[pixelsAt + row * rowBytes + Math.floor(column / perByte)] >> (8 - bits * ((column % perByte) + 1))) &
      (2 ** bits - 1);
  for (let row = 0; row < height; row++) {
    const to = (header.isTopDown ? row : height - 1 - row) * width;
    for (let column = 0; column < width; column++) {
      const index = indexAt(row, column);
      if (3 * index >= palette.length) throw bad(`a pixel has colour ${index} of a palette of ${palette.length / 3}`);
      for (let channel = 0; channel < channels; channel++) {
        pixels[(to + column) * channels + channel] = palette[3 * index + channel];
      }
    }
  }
  return pixels;
}

function colours(bytes: Uint8Array, header: BmpHeader, rowBytes: number, pixels: Uint8Array): Uint8Array {
  const { height, width, bits, masks, pixelsAt, isTopDown } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, largest: Math.max(1, mask >>> shift) };
  });
  for (let row = 0; row < height; row++) {
    const to = (isTopDown ? row : height - 1 - row) * width;
    for (let column = 0; column < width; column++) {
      const from = pixelsAt + row * rowBytes + (column * bits) / 8;
      const at = 3 * (to + column);
      if (bits === 24) {
        pixels[at] = bytes[from + 2];
        pixels[at + 1] = bytes[from + 1];
        pixels[at + 2] = bytes[from];
        continue;
      }
      const value = bits === 16 ? view.getUint16(from, true) : view.getUint32(from, true);
      for (const [channel, { mask, shift, largest }] of parts.entries()) {
        pixels[at + channel] = Math.floor((((value & mask) >>> shift) * 255) / largest + 0.5);
      }
    }
  }
  return pixels;
}

/** Colours by rows from the bottom, from runs of equal ones; those that are skipped are colour 0. @throws ImageProblem */
function runs(bytes: Uint8Array, { height, width, bits, pixelsAt }: BmpHeader): Uint8Array {
  const indices = new Uint8Array(height * width);
  let [row, column, at] = [0, 0, pixelsAt];
  const next = (): number => {
    if (at >= bytes.length) throw bad('its runs of pixels end too early');
    return bytes[at++];
  };
  const put = (index: number) => {
    if (row >= height || column >= width) throw bad('a run of pixels leaves the image');
    indices[row * width + column++] = index;
  };
  const half = (byte: number, index: number) => (bits === 8 ? byte : index % 2 === 0 ? byte >> 4 : byte & 15);
  for (;;) {
    const [count, value] = [next(), next()];
    if (count > 0) for (let index = 0; index < count; index++) put(half(value, index));
    else if (value === 0) [row, column] = [row + 1, 0];
    else if (value === 1) return indices;
    else if (value === 2) [column, row] = [column + next(), row + next()];
    else {
      const from = at;
      for (let index = 0, byte = 0; index < value; index++) {
        if (bits === 8 || index % 2 === 0) byte = next();
        put(half(byte, index));
      }
      // Pixels as they are fill pairs of bytes.
      at += (at - from) % 2;
    }
    // Some writers leave the end out.
    if (row >= height || (row === height - 1 && column === width && at >= bytes.length)) return indices;
  }
}
