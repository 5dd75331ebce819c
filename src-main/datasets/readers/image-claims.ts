import type { ImageFormat } from './image-formats/formats.ts';
import { requireBytes } from './image-formats/raw-image.ts';
import { ImageProblem } from './image-problem.ts';

/** Of an image; more is taken for a damaged header, or for a file that is meant to fill the memory. */
export const MOST_PIXELS = 512_000_000;

/** libvips holds several whole rows at a time, and makes no side smaller by more than a million. */
const MOST_PIXELS_A_SIDE = 100_000;

/** Below it a claim costs little, and decoding says what is missing. */
const UNCHECKED_PIXELS = 2 ** 22;

/** Bytes that deflate makes of one: 258 of a bit each for length and distance (RFC 1951, 3.2.5). */
const INFLATED_BYTES = 1032;

/** Samples of a pixel by the colour type of a PNG (PNG specification, third edition, 11.2.1). */
const PNG_SAMPLES: Record<number, number | undefined> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Pixels that a byte can stand for at most. Formats that are not here can say any number of equal pixels by nothing
 * (WebP), or are compared with their bytes where they are decoded (BMP, PBM, PGM, PPM).
 */
const PIXELS_A_BYTE: Partial<Record<ImageFormat, (bytes: Uint8Array) => number>> = {
  png: (bytes) => (8 * INFLATED_BYTES) / (bytes[24] * (PNG_SAMPLES[bytes[25]] ?? 1)),
  // Every block of 8 x 8 has a bit at least, that of its mean (ITU-T T.81, F.1.2.1 and G.1.2.1).
  jpeg: () => 8 * 64,
  // A code of 12 bits is of 4,096 pixels at most (GIF89a, appendix F).
  gif: () => (8 * 4096) / 12,
};

interface Claim {
  format: ImageFormat;
  height: number;
  width: number;
}

/** @throws ImageProblem where a header claims more pixels than are read, or than the file can hold */
export function requireCredible(bytes: Uint8Array, claim: Claim): void {
  const { format, height, width } = claim;
  const claims = `claims ${height} × ${width} pixels; at most`;
  const advice = 'are read. Make it smaller, or leave it out';
  if (height * width > MOST_PIXELS) {
    throw new ImageProblem(`${claims} ${MOST_PIXELS / 1e6} megapixels an image ${advice}`);
  }
  if (height * width > UNCHECKED_PIXELS) {
    const pixelsAByte = PIXELS_A_BYTE[format]?.(bytes) ?? Number.POSITIVE_INFINITY;
    requireBytes(bytes.length, Math.ceil((height * width) / pixelsAByte), claim);
  }
  if (Math.max(height, width) > MOST_PIXELS_A_SIDE) {
    throw new ImageProblem(`${claims} ${MOST_PIXELS_A_SIDE.toLocaleString('en-GB')} a side ${advice}`);
  }
}
