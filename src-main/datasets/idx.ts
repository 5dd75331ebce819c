import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fileError, isSystemError, systemRefusal, type DatasetError } from './dataset-error.ts';

/** An IDX file of unsigned bytes (the format of the MNIST files): big-endian header, then the values, last index fastest. */
export interface IdxArray {
  dimensions: number[];
  values: Uint8Array<SharedArrayBuffer>;
}

export type IdxContent = 'images' | 'labels';

/** Nothing larger is read: 2 GiB of content. */
export const LARGEST_IDX_BYTES = 2 ** 31 - 1;

/** The dimension count that tells images `[count, height, width]` from labels `[count]`. */
const RANK = { images: 3, labels: 1 } as const;
const UNSIGNED_BYTE = 0x08;
const OTHER_TYPES: Record<number, string> = {
  0x09: 'signed bytes',
  0x0b: '16-bit integers',
  0x0c: '32-bit integers',
  0x0d: '32-bit floats',
  0x0e: '64-bit floats',
};

const COPY_AGAIN = 'Download or copy it again.';
const WRONG_FILE = 'Put the right file in its place.';

/** Deflate cannot shrink further than this, so a gzip file that declares more is lying. */
const LARGEST_GZIP_RATIO = 1040;

/**
 * Reads an IDX file, gzip-compressed or not (told by its first bytes, not by its name).
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
    throw fileError(file, `has ${bytes(status.size)}; at most ${bytes(LARGEST_IDX_BYTES)} are read.`, 'Split it up.');
  }
  const start = new Uint8Array(2);
  await handle.read(start, 0, 2, 0);
  const compressed = start[0] === 0x1f && start[1] === 0x8b;
  if (!compressed && start[0] !== 0 && /\.gz$/i.test(file)) {
    throw fileError(file, 'is named .gz but is not gzip-compressed, nor an IDX file.', COPY_AGAIN);
  }
  const raw = handle.createReadStream({ start: 0, autoClose: false });
  const stream: Readable = compressed ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => stream.destroy(error));
  const most = compressed ? status.size * LARGEST_GZIP_RATIO : status.size;
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
  const headerBytes = 4 + 4 * RANK[content];
  let head = Buffer.alloc(0);
  let result: IdxArray | null = null;
  let filled = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let rest = chunk;
    if (!result) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= 4) checkMagic(head, file, content);
      if (head.length < headerBytes) continue;
      const dimensions = readDimensions(head, file, content, mostBytes, compressed);
      result = { dimensions, values: allocate(product(dimensions), file) };
      rest = head.subarray(headerBytes);
    }
    if (filled + rest.length > result.values.length) {
      const more = compressed ? 'more' : bytes(mostBytes - headerBytes);
      throw fileError(
        file,
        `declares ${describe(result.dimensions, content)}, ${bytes(result.values.length)}, but holds ${more}.`,
        `It is damaged or mislabelled. ${COPY_AGAIN}`,
      );
    }
    result.values.set(rest, filled);
    filled += rest.length;
  }
  if (!result) {
    throw fileError(file, `ends after ${bytes(head.length)}, within its header.`, `It is truncated. ${COPY_AGAIN}`);
  }
  if (filled < result.values.length) throw truncated(file, result.dimensions, content, filled);
  return result;
}

function checkMagic(head: Buffer, file: string, content: IdxContent): void {
  const magic = `0x${head.subarray(0, 4).toString('hex')}`;
  const wanted = `0x0000080${RANK[content]}`;
  if (head[0] !== 0 || head[1] !== 0) {
    throw fileError(file, `is not an IDX file: it starts with ${magic} instead of ${wanted}.`, WRONG_FILE);
  }
  if (content === 'labels' && head[2] === 0x0c && head[3] === 2) {
    throw fileError(
      file,
      `holds a table of 32-bit integers (magic ${magic}), such as QMNIST’s, whose first column is the class.`,
      'Write that column as unsigned bytes, in an IDX file of labels (magic 0x00000801) of the same name but idx1-ubyte.',
    );
  }
  if (head[2] !== UNSIGNED_BYTE) {
    const held = OTHER_TYPES[head[2]] ?? `values of the unknown type 0x${head[2].toString(16).padStart(2, '0')}`;
    throw fileError(file, `holds ${held} (magic ${magic}); only unsigned bytes are read.`, 'Convert it to 0 to 255.');
  }
  if (head[3] === RANK[content]) return;
  const other: IdxContent = content === 'images' ? 'labels' : 'images';
  if (head[3] === RANK[other]) {
    throw fileError(
      file,
      `holds ${other} (magic ${magic}), but its name says ${content}.`,
      `The files of images and labels may have been swapped. ${WRONG_FILE}`,
    );
  }
  throw fileError(
    file,
    `has ${head[3]} dimensions (magic ${magic}); ${content} have ${RANK[content]}.`,
    content === 'images' ? 'Only grey images, [count, height, width], are read.' : WRONG_FILE,
  );
}

function readDimensions(
  head: Buffer,
  file: string,
  content: IdxContent,
  mostBytes: number,
  compressed: boolean,
): number[] {
  const dimensions = Array.from({ length: RANK[content] }, (_, axis) => head.readUInt32BE(4 + 4 * axis));
  const total = product(dimensions);
  const declared = `declares ${describe(dimensions, content)}`;
  if (total === 0) throw fileError(file, `${declared}: there is nothing in it.`, WRONG_FILE);
  if (total > LARGEST_IDX_BYTES) {
    throw fileError(
      file,
      `${declared}, ${bytes(total)}; at most ${bytes(LARGEST_IDX_BYTES)} are read.`,
      `It is damaged, or has to be split up.`,
    );
  }
  const headerBytes = 4 + 4 * RANK[content];
  if (total > mostBytes - headerBytes) {
    if (!compressed) throw truncated(file, dimensions, content, mostBytes - headerBytes);
    throw fileError(
      file,
      `${declared}, ${bytes(total)}, more than a compressed file of its size can hold.`,
      `It is damaged. ${COPY_AGAIN}`,
    );
  }
  return dimensions;
}

function truncated(file: string, dimensions: number[], content: IdxContent, present: number): DatasetError {
  return fileError(
    file,
    `declares ${describe(dimensions, content)}, ${bytes(product(dimensions))}, but only ${bytes(present)} are there.`,
    `It is truncated. ${COPY_AGAIN}`,
  );
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
    const problem = `needs ${bytes(size)} of memory, which are not free.`;
    throw fileError(file, problem, 'Close other programs and try again.', 'machine');
  }
}

const product = (factors: number[]) => factors.reduce((total, factor) => total * factor, 1);
const bytes = (count: number) => `${count.toLocaleString('en-GB')} ${count === 1 ? 'byte' : 'bytes'}`;

function describe(dimensions: number[], content: IdxContent): string {
  const count = dimensions[0].toLocaleString('en-GB');
  return content === 'labels' ? `${count} labels` : `${count} images of ${dimensions[1]} × ${dimensions[2]}`;
}
