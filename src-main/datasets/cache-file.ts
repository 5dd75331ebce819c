import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { ImageSplit, TrainingData } from '../contract/index.ts';
import { sha256 } from './cooperative.ts';

/**
 * A dataset's compact copy, one file:
 *
 *   8 bytes   magic `ESPDATA` and a zero
 *   4 bytes   length of the header, little-endian
 *   header    JSON, `CacheHeader`
 *   32 bytes  SHA-256 of everything above
 *   content   train pixels, train labels, test pixels, test labels; its SHA-256 is in the header
 */
const MAGIC = Buffer.from('ESPDATA\0', 'latin1');
const LARGEST_HEADER = 2 ** 20;
const CHECKSUM_BYTES = 32;
const IO_BYTES = 2 ** 24;

const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const headerSchema = v.object({
  version: v.literal(1),
  title: v.string(),
  source: v.string(),
  licence: v.nullable(v.string()),
  /** The folder it was read from, in case the copy is damaged. */
  origin: v.nullable(v.string()),
  shape: v.tuple([size, size, size]),
  classes: v.pipe(v.array(v.string()), v.minLength(2), v.maxLength(256)),
  trainCount: size,
  testCount: size,
  mean: v.array(v.number()),
  deviation: v.array(v.pipe(v.number(), v.gtValue(0))),
  contentSha256: v.string(),
});

export type CacheHeader = v.InferOutput<typeof headerSchema>;

/** The file is there but is not what was once written. */
export class DamagedCacheError extends Error {
  override readonly name = 'DamagedCacheError';
}

/**
 * SHA-256 of a dataset's content: pixels and labels in the order of the file.
 * @param data the two splits
 */
export const contentChecksum = (data: { train: ImageSplit; test: ImageSplit }) => sha256(contentParts(data));

/** Writes the file under a temporary name, flushes it and renames it: it is there whole, or not at all. */
export async function writeCacheFile(
  file: string,
  header: CacheHeader,
  data: { train: ImageSplit; test: ImageSplit },
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}-${randomBytes(4).toString('hex')}${PARTIAL_SUFFIX}`;
  try {
    const handle = await open(partial, 'wx');
    try {
      await writeFully(handle, encodeHeader(header));
      for (const part of contentParts(data)) await writeFully(handle, part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Ending of files that are still being written, or were left behind by a crash. */
export const PARTIAL_SUFFIX = '.partial';

/**
 * The header alone, checked against its own checksum, and the file's size against the header.
 * @throws DamagedCacheError, or the system's ENOENT where there is no such file
 */
export async function readCacheHeader(file: string): Promise<CacheHeader> {
  const handle = await open(file, 'r');
  try {
    return (await readHeader(handle)).header;
  } finally {
    await handle.close();
  }
}

/** The whole dataset, checked. @throws DamagedCacheError, or the system's ENOENT where there is no such file */
export async function readCacheFile(file: string): Promise<TrainingData> {
  const handle = await open(file, 'r');
  try {
    const { header, contentStart } = await readHeader(handle);
    const train = allocateSplit(header.trainCount, header.shape);
    const test = allocateSplit(header.testCount, header.shape);
    let at = contentStart;
    for (const part of contentParts({ train, test })) {
      await readFully(handle, part, at);
      at += part.length;
    }
    if ((await contentChecksum({ train, test })) !== header.contentSha256) {
      throw new DamagedCacheError('its content does not match its checksum');
    }
    const { shape, classes, mean, deviation } = header;
    return { shape, classes: classes.length, mean, deviation, train, test };
  } finally {
    await handle.close();
  }
}

function encodeHeader(header: CacheHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const head = Buffer.concat([MAGIC, length, json]);
  return Buffer.concat([head, checksum(head)]);
}

async function readHeader(handle: FileHandle): Promise<{ header: CacheHeader; contentStart: number }> {
  const start = Buffer.alloc(MAGIC.length + 4);
  await readFully(handle, start, 0);
  if (!start.subarray(0, MAGIC.length).equals(MAGIC)) throw new DamagedCacheError('it does not start as one');
  const jsonBytes = start.readUInt32LE(MAGIC.length);
  if (jsonBytes > LARGEST_HEADER) throw new DamagedCacheError('its header has an impossible length');
  const rest = Buffer.alloc(jsonBytes + CHECKSUM_BYTES);
  await readFully(handle, rest, start.length);
  const json = rest.subarray(0, jsonBytes);
  if (!checksum(Buffer.concat([start, json])).equals(rest.subarray(jsonBytes))) {
    throw new DamagedCacheError('its header does not match its checksum');
  }
  const parsed = v.safeParse(headerSchema, JSON.parse(json.toString('utf8')));
  if (!parsed.success) throw new DamagedCacheError('its header is of another version of Espalier');
  const contentStart = start.length + rest.length;
  const pixels = parsed.output.shape.reduce((total, side) => total * side, 1);
  const wanted = contentStart + (parsed.output.trainCount + parsed.output.testCount) * (pixels + 1);
  const { size: found } = await handle.stat();
  if (found !== wanted) throw new DamagedCacheError(`it has ${found} bytes instead of ${wanted}`);
  return { header: parsed.output, contentStart };
}

const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

const contentParts = ({ train, test }: { train: ImageSplit; test: ImageSplit }) => [
  train.pixels,
  train.labels,
  test.pixels,
  test.labels,
];

function allocateSplit(count: number, [height, width, channels]: [number, number, number]): ImageSplit {
  return {
    count,
    pixels: new Uint8Array(new SharedArrayBuffer(count * height * width * channels)),
    labels: new Uint8Array(new SharedArrayBuffer(count)),
  };
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += (await handle.write(bytes, at, Math.min(IO_BYTES, bytes.length - at))).bytesWritten;
  }
}

async function readFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(IO_BYTES, bytes.length - at), position + at);
    if (bytesRead === 0) throw new DamagedCacheError('it ends too early');
    at += bytesRead;
  }
}
