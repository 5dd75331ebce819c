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
  type?: '|u1' | '<i8' | '>i2' | '<f4' | '<f8' | '|S3';
  isFortran?: boolean;
}

/** A `.npy` file of version 1; `values` in the order in which they are written. */
export function npyBytes(
  shape: number[],
  values: number[],
  { type = '|u1', isFortran = false }: NpyOptions = {},
): Buffer {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': (${sides}), }`;
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const header = Buffer.alloc(10);
  header.write('\x93NUMPY\x01\0', 'latin1');
  header.writeUInt16LE(padded.length, 8);
  const bytes = Number(type.slice(2));
  const content = Buffer.alloc(values.length * bytes);
  values.forEach((value, at) => {
    if (type === '<i8') content.writeBigInt64LE(BigInt(value), at * 8);
    else if (type === '>i2') content.writeInt16BE(value, at * 2);
    else if (type === '<f4') content.writeFloatLE(value, at * 4);
    else if (type === '<f8') content.writeDoubleLE(value, at * 8);
    else content[at * bytes] = value;
  });
  return Buffer.concat([header, Buffer.from(padded, 'latin1'), content]);
}
