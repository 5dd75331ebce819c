import { ImageProblem } from '../image-problem.ts';
import { requireBytes, type RawHeader } from './raw-image.ts';

/**
 * PBM, PGM and PPM as the manual pages of Netpbm describe them ("pbm(5)", "pgm(5)", "ppm(5)"): P1 to P3 in digits, P4 to
 * P6 in bytes, two of them, the high one first, where the maximal value is above 255. Of several images in one file the
 * first is read, as readers of these formats do. sharp's native build does not read them, its WebAssembly build does.
 */

interface NetpbmHeader extends RawHeader {
  /** 1 for 1 bit, black and white. */
  kind: 'bits' | 'greys' | 'colours';
  isText: boolean;
  pixelsAt: number;
}

const KINDS = ['bits', 'greys', 'colours'] as const;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);
const [COMMENT, LINE_FEED, CARRIAGE_RETURN, ZERO] = [0x23, 0x0a, 0x0d, 0x30];
/** Of a number in the header. */
const MOST_DIGITS = 10;

/** @throws ImageProblem */
export function readNetpbmHeader(bytes: Uint8Array): NetpbmHeader {
  const type = bytes[1] - ZERO;
  const kind = KINDS[(type - 1) % 3];
  const numbers = createTokens(bytes, 2);
  const [width, height] = [numbers.number('its width'), numbers.number('its height')];
  const largest = kind === 'bits' ? 1 : numbers.number('its maximal value');
  if (width === 0 || height === 0) throw new ImageProblem(`cannot be decoded (claims ${height} × ${width} pixels)`);
  if (largest === 0 || largest > 65_535) {
    throw new ImageProblem(`cannot be decoded (claims a maximal value of ${largest}; 1 to 65535 are possible)`);
  }
  // One white space ends the header.
  const pixelsAt = numbers.at() + 1;
  const channels = kind === 'colours' ? 3 : 1;
  return { height, width, channels, hasAlpha: false, isDeep: largest > 255, largest, kind, isText: type < 4, pixelsAt };
}

/** `[height, width, channels]`: bytes, or 16 bits where the maximal value is above 255. @throws ImageProblem */
export function decodeNetpbm(bytes: Uint8Array): { values: Uint8Array | Uint16Array; hasMore: boolean } {
  const header = readNetpbmHeader(bytes);
  const count = header.height * header.width * header.channels;
  const next = header.isText ? textValues(bytes, header, count) : byteValues(bytes, header, count);
  const values = header.isDeep ? new Uint16Array(count) : new Uint8Array(count);
  const { largest, kind } = header;
  const top = header.isDeep ? 65_535 : 255;
  for (let at = 0; at < count; at++) {
    const value = next.value();
    if (value > largest)
      throw new ImageProblem(`cannot be decoded (a value of ${value} is above its maximal value, ${largest})`);
    values[at] =
      kind === 'bits' ? 255 * (1 - value) : largest === top ? value : Math.floor((value * top) / largest + 0.5);
  }
  return { values, hasMore: bytes.subarray(next.end()).some((byte) => !SPACES.has(byte)) };
}

interface Values {
  value(): number;
  /** Where the values end. */
  end(): number;
}

function byteValues(bytes: Uint8Array, header: NetpbmHeader, count: number): Values {
  const { height, width, kind, isDeep, pixelsAt } = header;
  const rowBytes = Math.ceil(width / 8);
  const needed = kind === 'bits' ? height * rowBytes : count * (isDeep ? 2 : 1);
  requireBytes(bytes.length - pixelsAt, needed, header);
  const end = () => pixelsAt + needed;
  let at = pixelsAt;
  if (isDeep) return { value: () => bytes[at++] * 256 + bytes[at++], end };
  if (kind !== 'bits') return { value: () => bytes[at++], end };
  let pixel = 0;
  const bit = () => {
    const [row, column] = [Math.floor(pixel / width), pixel++ % width];
    return (bytes[pixelsAt + row * rowBytes + (column >> 3)] >> (7 - (column & 7))) & 1;
  };
  return { value: bit, end };
}

function textValues(bytes: Uint8Array, header: NetpbmHeader, count: number): Values {
  // Digits of bits need no space between them.
  requireBytes(bytes.length - header.pixelsAt, header.kind === 'bits' ? count : 2 * count - 1, header);
  const tokens = createTokens(bytes, header.pixelsAt);
  return { value: header.kind === 'bits' ? tokens.digit : () => tokens.number('a value'), end: tokens.at };
}

/** Numbers in digits, with white space and comments, which a number sign begins and the end of the line ends. */
function createTokens(bytes: Uint8Array, start: number) {
  let at = start;
  const skip = () => {
    for (; at < bytes.length; at++) {
      if (bytes[at] === COMMENT)
        while (at < bytes.length && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) at++;
      else if (!SPACES.has(bytes[at])) return;
    }
  };
  const isDigit = (byte: number | undefined) => byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
  const missing = (what: string) =>
    new ImageProblem(`cannot be decoded (${what} is no number, or missing: byte ${at})`);
  return {
    at: () => at,
    number(what: string): number {
      skip();
      const from = at;
      let value = 0;
      for (; isDigit(bytes[at]) && at < from + MOST_DIGITS; at++) value = value * 10 + bytes[at] - ZERO;
      if (at === from || isDigit(bytes[at])) throw missing(what);
      return value;
    },
    digit(): number {
      skip();
      if (!isDigit(bytes[at])) throw missing('a value');
      return bytes[at++] - ZERO;
    },
  };
}
