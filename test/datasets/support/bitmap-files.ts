/** Writers of BMP, PBM, PGM and PPM files, each from the pixels of an image. */

export interface Pixels {
  height: number;
  width: number;
  channels: 1 | 3;
  /** `[height, width, channels]` */
  data: ArrayLike<number>;
}

const textOf = (values: readonly number[]) =>
  values.map((value, at) => `${value}${at % 7 === 6 ? '\n' : ' '}`).join('');

/** P2, P3, P5 or P6; values are of 0 to `largest`, and written as they are. */
export function netpbmBytes(
  { height, width, channels, data }: Pixels,
  { isText = false, largest = 255, comment = '' } = {},
): Buffer {
  const type = (channels === 3 ? 3 : 2) + (isText ? 0 : 3);
  const header = Buffer.from(`P${type}\n${comment}${width} ${height}\n${comment}${largest}\n`, 'latin1');
  const values = Array.from(data);
  if (isText) return Buffer.concat([header, Buffer.from(textOf(values), 'latin1')]);
  return Buffer.concat([
    header,
    Buffer.from(largest > 255 ? values.flatMap((value) => [value >> 8, value & 255]) : values),
  ]);
}

/** P1 or P4, of values that are 0 or 255; black is 1 in the file. */
export function bitsBytes({ height, width, data }: Pixels, { isText = false, spaced = false } = {}): Buffer {
  const header = Buffer.from(`P${isText ? 1 : 4}\n${width} ${height}\n`, 'latin1');
  const bit = (row: number, column: number) => (data[row * width + column] === 0 ? 1 : 0);
  if (isText)
    return Buffer.concat([
      header,
      Buffer.from(Array.from(data, (value) => (value === 0 ? '1' : '0')).join(spaced ? ' ' : '')),
    ]);
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: Math.ceil(width / 8) }, (_, byte) =>
      Array.from({ length: 8 }, (_, index) =>
        8 * byte + index < width ? bit(row, 8 * byte + index) << (7 - index) : 0,
      ).reduce((sum, each) => sum | each),
    ),
  );
  return Buffer.concat([header, Buffer.from(rows.flat())]);
}

export interface BmpOptions {
  bits: 1 | 4 | 8 | 16 | 24 | 32;
  header?: 12 | 40 | 56 | 108 | 124;
  isTopDown?: boolean;
  /** Of red, green, blue and opacity, for 16 and 32 bits. */
  masks?: readonly number[];
  /** Run-length coded, with runs, pixels as they are, and a move. */
  isRuns?: boolean;
}

/** Colours of up to 8 bits a pixel are those of the palette that the image itself gives. */
export function bmpBytes(
  image: Pixels,
  { bits, header = 40, isTopDown = false, masks, isRuns = false }: BmpOptions,
): Buffer {
  const { height, width } = image;
  const palette = bits <= 8 ? paletteOf(image) : [];
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => colourAt(image, row, column)),
  );
  const ordered = isTopDown ? rows : rows.reverse();
  const indices = ordered.map((row) => row.map((colour) => palette.findIndex((each) => each.join() === colour.join())));
  const content = isRuns
    ? runs(indices, bits)
    : Buffer.concat(
        ordered.map((row, at) =>
          padded(
            bits <= 8
              ? packed(indices[at], bits)
              : Buffer.from(row.flatMap((colour) => colourBytes(colour, bits, masks))),
          ),
        ),
      );
  const isCore = header === 12;
  const table = Buffer.from(
    palette.flatMap(([red, green, blue]) => (isCore ? [blue, green, red] : [blue, green, red, 0])),
  );
  const about = Buffer.alloc(header);
  about.writeUInt32LE(header, 0);
  if (isCore) {
    about.writeUInt16LE(width, 4);
    about.writeUInt16LE(height, 6);
    about.writeUInt16LE(1, 8);
    about.writeUInt16LE(bits, 10);
  } else {
    about.writeInt32LE(width, 4);
    about.writeInt32LE(isTopDown ? -height : height, 8);
    about.writeUInt16LE(1, 12);
    about.writeUInt16LE(bits, 14);
    about.writeUInt32LE(isRuns ? (bits === 8 ? 1 : 2) : masks ? 3 : 0, 16);
    about.writeUInt32LE(bits <= 8 ? palette.length : 0, 32);
  }
  const maskBytes = Buffer.alloc(masks ? (header >= 56 ? 16 : 12) : 0);
  masks?.forEach((mask, at) => 4 * at < maskBytes.length && maskBytes.writeUInt32LE(mask >>> 0, 4 * at));
  if (masks && header >= 56) maskBytes.copy(about, 40);
  const between = masks && header < 56 ? maskBytes : Buffer.alloc(0);
  const file = Buffer.alloc(14);
  file.write('BM', 'latin1');
  file.writeUInt32LE(14 + header + between.length + table.length + content.length, 2);
  file.writeUInt32LE(14 + header + between.length + table.length, 10);
  return Buffer.concat([file, about, between, table, content]);
}

const colourAt = ({ width, channels, data }: Pixels, row: number, column: number): number[] =>
  [0, 1, 2].map((channel) => data[(row * width + column) * channels + (channels === 3 ? channel : 0)]);

function paletteOf(image: Pixels): number[][] {
  const pixels = Array.from({ length: image.height * image.width }, (_, at) => at);
  const colours = pixels.map((at) => colourAt(image, Math.floor(at / image.width), at % image.width));
  return [...new Map(colours.map((colour) => [colour.join(), colour])).values()];
}

const padded = (row: Buffer): Buffer => Buffer.concat([row, Buffer.alloc((4 - (row.length % 4)) % 4)]);

function packed(indices: readonly number[], bits: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((indices.length * bits) / 8));
  indices.forEach((index, at) => (bytes[Math.floor((at * bits) / 8)] |= index << (8 - bits - ((at * bits) % 8))));
  return bytes;
}

function colourBytes([red, green, blue]: number[], bits: number, masks?: readonly number[]): number[] {
  if (bits === 24) return [blue, green, red];
  const [ofRed, ofGreen, ofBlue] = masks ?? (bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff]);
  const part = (value: number, mask: number) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return (Math.round((value * (mask >>> shift)) / 255) << shift) >>> 0;
  };
  const value = (part(red, ofRed) | part(green, ofGreen) | part(blue, ofBlue)) >>> 0;
  return bits === 16 ? [value & 255, value >> 8] : [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
}

/** Each row as a run of its first pixel, the next up to four as they are, and single runs. */
function runs(rows: readonly (readonly number[])[], bits: number): Buffer {
  const bytes = rows.flatMap((row) => {
    const same = (index: number) => (bits === 8 ? index : index * 17);
    const literal = row.slice(1, 5);
    const asTheyAre =
      literal.length < 3
        ? literal.flatMap((index) => [1, same(index)])
        : [0, literal.length, ...(bits === 8 ? evened(literal) : evened([...packed(literal, 4)]))];
    return [1, same(row[0]), ...asTheyAre, ...row.slice(5).flatMap((index) => [1, same(index)]), 0, 0];
  });
  return Buffer.from([...bytes, 0, 1]);
}

const evened = (bytes: readonly number[]) => (bytes.length % 2 === 1 ? [...bytes, 0] : [...bytes]);
