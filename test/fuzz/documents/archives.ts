import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { tarBytes } from '../../datasets/support/archive-files.ts';
import { join, type Field, type Layout } from '../mutation/bytes.ts';

const BLOCK = 512;
const [SUM_AT, SUM_END] = [148, 156];

/** Checksums of all headers put right (POSIX ustar): blocks that say `ustar` are taken for headers. */
function sealTar(bytes: Uint8Array): Uint8Array {
  const sealed = Buffer.from(bytes);
  for (let at = 0; at + BLOCK <= sealed.length; at += BLOCK) {
    const header = sealed.subarray(at, at + BLOCK);
    if (header.toString('latin1', 257, 262) !== 'ustar') continue;
    header.fill(' ', SUM_AT, SUM_END);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, SUM_AT);
  }
  return sealed;
}

export interface TarPlan {
  entries: Record<string, Uint8Array>;
  /** What headers say of sizes; else what they are. */
  declared?: Record<string, number>;
  isCompressed?: boolean;
}

/** A tar archive; entries are its parts, the letters of their types its fields. */
export function tarLayout({ entries, declared = {}, isCompressed = false }: TarPlan): Layout {
  const bytes = tarBytes(entries, declared);
  const headers: number[] = [];
  let next = 0;
  for (const content of Object.values(entries)) {
    headers.push(next);
    next += BLOCK + Math.ceil(content.length / BLOCK) * BLOCK;
  }
  return {
    bytes,
    fields: headers.map((at): Field => ({ at: at + 156, bytes: 1, order: 'big' })),
    parts: headers.map((at, index) => [at, headers[index + 1] ?? next] as const),
    seal: sealTar,
    ...(isCompressed ? { wrap: (content: Uint8Array) => gzipSync(content, { level: 1 }) } : {}),
  };
}

export interface ZipEntry {
  path: string;
  content: Uint8Array;
  isDeflated?: boolean;
}

/** A zip archive (APPNOTE 4.3): sizes, offsets, methods and flags are its fields, its records the parts. */
export function zipLayout(entries: readonly ZipEntry[]): Layout {
  const fields: Field[] = [];
  const parts: [number, number][] = [];
  const pieces: Uint8Array[] = [];
  let at = 0;
  const add = (piece: Uint8Array, numbers: readonly (readonly [number, 2 | 4])[]): void => {
    for (const [place, bytes] of numbers) fields.push({ at: at + place, bytes, order: 'little' });
    parts.push([at, at + piece.length]);
    pieces.push(piece);
    at += piece.length;
  };
  const directory = entries.map(({ path, content, isDeflated = false }) => {
    const stored = isDeflated ? deflateRawSync(content, { level: 1 }) : content;
    const name = Buffer.from(path, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(isDeflated ? 8 : 0, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(stored.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const offset = at;
    const local: (readonly [number, 2 | 4])[] = [
      [6, 2],
      [8, 2],
      [18, 4],
      [22, 4],
      [26, 2],
      [28, 2],
    ];
    add(join(Buffer.from('PK\x03\x04', 'latin1'), common, name, stored), local);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    return join(Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, rest, name);
  });
  const start = at;
  for (const record of directory) {
    add(record, [
      [8, 2],
      [10, 2],
      [16, 4],
      [20, 4],
      [24, 4],
      [28, 2],
      [30, 2],
      [32, 2],
      [38, 4],
      [42, 4],
    ]);
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(at - start, 12);
  end.writeUInt32LE(start, 16);
  add(end, [
    [4, 2],
    [8, 2],
    [10, 2],
    [12, 4],
    [16, 4],
    [20, 2],
  ]);
  return { bytes: join(...pieces), fields, parts };
}
