import { crc32, gzipSync } from 'node:zlib';

/** A tar archive (POSIX ustar) of these entries, whatever their paths; `declared` is what it says of their sizes. */
export function tarBytes(entries: Record<string, Uint8Array>, declared: Record<string, number> = {}): Buffer {
  const blocks: Buffer[] = [];
  for (const [path, content] of Object.entries(entries)) {
    const header = Buffer.alloc(512);
    header.write(path, 0, 100, 'utf8');
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${(declared[path] ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\0' + '00', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export const tarGzBytes = (entries: Record<string, Uint8Array>, declared: Record<string, number> = {}): Buffer =>
  gzipSync(tarBytes(entries, declared));

/** A zip archive (stored entries) with these paths, whatever they are; `declared` is what it says of their sizes. */
export function zipBytes(entries: Record<string, Uint8Array>, declared: Record<string, number> = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(entries)) {
    const name = Buffer.from(path, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(declared[path] ?? content.length, 14);
    common.writeUInt32LE(declared[path] ?? content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, content]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(central.length, 4);
  end.writeUInt16LE(central.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

export interface NpyOptions {
  /** As NumPy writes it: byte order, kind and bytes. */
  type?: string;
  isFortran?: boolean;
  /** The dictionary of the header, instead of what the others make. */
  header?: string;
  version?: 1 | 2 | 3;
}

/** A `.npy` file; `values` in the order in which they are written. */
export function npyBytes(
  shape: number[],
  values: number[],
  { type = '|u1', isFortran = false, header, version = 1 }: NpyOptions = {},
): Buffer {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text =
    header ?? `{'descr': '${type}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': (${sides}), }`;
  const lengthBytes = version === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  const padded = text.padEnd(Math.ceil((text.length + start + 1) / 64) * 64 - start - 1) + '\n';
  const head = Buffer.alloc(start);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  head.writeUIntLE(padded.length, 8, lengthBytes);
  const bytes = Number.parseInt(type.slice(2), 10) || 0;
  const content = Buffer.alloc(values.length * bytes);
  const view = new DataView(content.buffer, content.byteOffset);
  const isLittle = !type.startsWith('>');
  values.forEach((value, at) => NUMBERS[type.slice(1)]?.(view, at * bytes, value, isLittle));
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), content]);
}

/** How each type of NumPy is written; of any other, zeros are. */
const NUMBERS: Record<string, (view: DataView, at: number, value: number, isLittle: boolean) => void> = {
  b1: (view, at, value) => view.setUint8(at, value),
  u1: (view, at, value) => view.setUint8(at, value),
  i1: (view, at, value) => view.setInt8(at, value),
  u2: (view, at, value, isLittle) => view.setUint16(at, value, isLittle),
  i2: (view, at, value, isLittle) => view.setInt16(at, value, isLittle),
  u4: (view, at, value, isLittle) => view.setUint32(at, value, isLittle),
  i4: (view, at, value, isLittle) => view.setInt32(at, value, isLittle),
  u8: (view, at, value, isLittle) => view.setBigUint64(at, BigInt(value), isLittle),
  i8: (view, at, value, isLittle) => view.setBigInt64(at, BigInt(value), isLittle),
  f2: (view, at, value, isLittle) => view.setUint16(at, halfOf(value), isLittle),
  f4: (view, at, value, isLittle) => view.setFloat32(at, value, isLittle),
  f8: (view, at, value, isLittle) => view.setFloat64(at, value, isLittle),
};

/** The bits of a 16-bit float (IEEE 754), rounded towards zero. */
function halfOf(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | Math.floor(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | Math.floor((size / 2 ** exponent - 1) * 1024);
}
