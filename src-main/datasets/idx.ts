import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DatasetError, fileError, isSystemError, systemRefusal } from './dataset-error.ts';
import { bytesOf, LARGEST_DEFLATE_RATIO } from './byte-counts.ts';
import {
  LARGEST_IDX_BYTES,
  TABLE_COLUMNS,
  describeIdx,
  readIdxHeader,
  truncatedIdx,
  type IdxContent,
  type IdxHeader,
} from './idx-header.ts';
import { LFS_PROBLEM, isLfsPointerFile } from './lfs-pointer.ts';

/** An IDX file (the format of the MNIST files): big-endian header, then the values, last index fastest. */
export interface IdxArray {
  dimensions: number[];
  values: Uint8Array<SharedArrayBuffer>;
  /** Columns of a table of labels beside the class. */
  leftOutColumns: number;
}

const COPY_AGAIN = 'Download or copy it again.';
const WRONG_FILE = 'Put the right file there instead.';

/**
 * Reads an IDX file, gzip-compressed or not (recognised by its first bytes, not by its name).
 * Memory is taken only once the declared size is known to be plausible.
 * @throws DatasetError that names the file, what is wrong with it and what to do
 */
export async function readIdx(file: string, content: IdxContent): Promise<IdxArray> {
  const handle = await openFile(file);
  try {
    return await readOpenIdx(handle, file, content);
  } finally {
    await handle.close();
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw systemRefusal(file, error, 'read');
  }
}

async function readOpenIdx(handle: FileHandle, file: string, content: IdxContent): Promise<IdxArray> {
  const status = await handle.stat();
  if (!status.isFile()) throw fileError(file, 'is not a file.', WRONG_FILE);
  if (status.size === 0) throw fileError(file, 'is empty (0 bytes).', COPY_AGAIN);
  if (status.size > LARGEST_IDX_BYTES) {
    throw fileError(
      file,
      `has ${bytesOf(status.size)}; at most ${bytesOf(LARGEST_IDX_BYTES)} are read.`,
      'Split it up.',
    );
  }
  if (await isLfsPointerFile(file)) throw new DatasetError(`${file}: ${LFS_PROBLEM}.`, file);
  const start = new Uint8Array(2);
  await handle.read(start, 0, 2, 0);
  const compressed = start[0] === 0x1f && start[1] === 0x8b;
  if (!compressed && start[0] !== 0 && /\.gz$/i.test(file)) {
    throw fileError(file, 'is named .gz but is not gzip-compressed, nor an IDX file.', COPY_AGAIN);
  }
  const raw = handle.createReadStream({ start: 0, autoClose: false });
  const stream: Readable = compressed ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => stream.destroy(error));
  const most = compressed ? status.size * LARGEST_DEFLATE_RATIO : status.size;
  try {
    return await collect(stream, file, content, most, compressed);
  } catch (error) {
    throw explain(error, file);
  } finally {
    raw.destroy();
    stream.destroy();
  }
}

async function collect(
  stream: Readable,
  file: string,
  content: IdxContent,
  mostBytes: number,
  compressed: boolean,
): Promise<IdxArray> {
  let head = Buffer.alloc(0);
  let header: IdxHeader | null = null;
  let values = new Uint8Array(new SharedArrayBuffer(0));
  let filled = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let rest = chunk;
    if (!header) {
      head = Buffer.concat([head, chunk]);
      header = readIdxHeader(head, file, content, mostBytes, compressed);
      if (!header) continue;
      values = allocate(header.contentBytes, file);
      rest = head.subarray(header.bytes);
    }
    if (filled + rest.length > values.length) {
      const more = compressed ? 'more' : bytesOf(mostBytes - header.bytes);
      throw fileError(
        file,
        `declares ${describeIdx(header)}, ${bytesOf(values.length)}, but holds ${more}.`,
        `It is damaged or mislabelled. ${COPY_AGAIN}`,
      );
    }
    values.set(rest, filled);
    filled += rest.length;
  }
  if (!header) {
    throw fileError(file, `ends after ${bytesOf(head.length)}, within its header.`, `It is truncated. ${COPY_AGAIN}`);
  }
  if (filled < values.length) throw truncatedIdx(file, header, filled);
  if (!header.isTable) return { dimensions: header.dimensions, values, leftOutColumns: 0 };
  const [count] = header.dimensions;
  return { dimensions: [count], values: firstColumn(values, count, file), leftOutColumns: TABLE_COLUMNS - 1 };
}

/** The classes of QMNIST's table. */
function firstColumn(table: Uint8Array, count: number, file: string): Uint8Array<SharedArrayBuffer> {
  const view = new DataView(table.buffer);
  const labels = allocate(count, file);
  for (let row = 0; row < count; row++) {
    const label = view.getInt32(row * TABLE_COLUMNS * 4);
    if (label < 0 || label > 255) {
      throw fileError(file, `labels image ${row} as ${label}; classes are 0 to 255.`, `It is damaged. ${COPY_AGAIN}`);
    }
    labels[row] = label;
  }
  return labels;
}

/** Zlib and disk errors in the reader's words; errors that are ours pass. */
function explain(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') {
    return fileError(file, 'breaks off in the middle of its compressed data.', `It is truncated. ${COPY_AGAIN}`);
  }
  if (code?.startsWith('Z_')) {
    return fileError(file, `cannot be uncompressed (${(error as Error).message}).`, `It is damaged. ${COPY_AGAIN}`);
  }
  return isSystemError(error) ? systemRefusal(file, error, 'read') : error;
}

function allocate(size: number, file: string): Uint8Array<SharedArrayBuffer> {
  try {
    return new Uint8Array(new SharedArrayBuffer(size));
  } catch {
    const problem = `needs ${bytesOf(size)} of memory, which are not free.`;
    throw fileError(file, problem, 'Close other programs and try again.', 'machine');
  }
}
