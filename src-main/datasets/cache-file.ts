import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import {
  importChoicesSchema,
  type ImageSplit,
  type StreamedData,
  type StreamedSplit,
  type TrainingData,
} from '../contract/index.ts';
import { sha256 } from './cooperative.ts';
import { MOST_CLASSES, SPLIT_NAMES, type ImageSource } from './image-source.ts';
import { createChannelCounter } from './statistics.ts';

/**
 * A dataset's compact copy, one file, laid out so that it can be mapped into memory or read at any sample:
 *
 *   8 bytes   magic `ESPDATA` and a zero
 *   4 bytes   length of the header, little-endian
 *   header    JSON, `CacheHeader`, with spaces after it so that the content starts at a multiple of 4096
 *   32 bytes  SHA-256 of everything above
 *   content   train pixels, train labels, test pixels, test labels; its SHA-256 is in the header
 *
 * Pixels are `[count, height, width, channels]`, a byte each; labels are a byte each. In version 1 nothing follows the
 * JSON.
 */
const MAGIC = Buffer.from('ESPDATA\0', 'latin1');
const LARGEST_HEADER = 2 ** 22;
const CHECKSUM_BYTES = 32;
const IO_BYTES = 2 ** 24;
const PAGE_BYTES = 4096;
/** What a header may still grow by once the samples are known: numbers and counts that were guessed before. */
const HEADER_SLACK_BYTES = 2048;

const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const counts = v.array(v.pipe(v.number(), v.integer(), v.minValue(0)));
const headerSchema = v.object({
  version: v.picklist([1, 2]),
  title: v.string(),
  source: v.string(),
  licence: v.nullable(v.string()),
  /** The folder or file it was read from, in case the copy is damaged, and how. */
  origin: v.nullable(v.string()),
  choices: v.optional(v.nullable(importChoicesSchema), null),
  shape: v.tuple([size, size, size]),
  classes: v.pipe(v.array(v.string()), v.minLength(2), v.maxLength(MOST_CLASSES)),
  trainCount: size,
  testCount: size,
  /** Samples of every class; null in copies of version 1. */
  classCounts: v.optional(v.nullable(v.object({ train: counts, test: counts })), null),
  /** Of the training split, per channel, on the 0 to 1 scale. */
  mean: v.array(v.number()),
  deviation: v.array(v.pipe(v.number(), v.gtValue(0))),
  contentSha256: v.string(),
});

export type CacheHeader = v.InferOutput<typeof headerSchema>;

/** What a header says beyond what the samples tell. */
export type CacheAbout = Pick<CacheHeader, 'title' | 'source' | 'licence' | 'origin' | 'choices'>;

/** The file is there but is not what was once written. */
export class DamagedCacheError extends Error {
  override readonly name = 'DamagedCacheError';
}

export const CACHE_EXTENSION = '.espdata';

/** Ending of files that are still being written, or were left behind by a crash. */
export const PARTIAL_SUFFIX = '.partial';

/** A copy that is whole but not yet in its place. One of the two has to be called. */
export interface PendingCacheFile {
  header: CacheHeader;
  /** Gives it its name: from then on it is there. */
  commit(file: string): Promise<void>;
  discard(): Promise<void>;
}

export interface CacheWriting {
  /** Samples written of all that may come. */
  onSamples?(done: number, total: number): void;
  signal?: AbortSignal;
}

/**
 * Writes the samples of a source into `folder` under a temporary name, flushed, and measures them on the way. Memory
 * holds one block and the labels.
 * @throws whatever the source or the disk throws, and the signal's reason; then nothing is left behind
 */
export async function writeCacheFile(
  folder: string,
  about: CacheAbout,
  source: Pick<ImageSource, 'shape' | 'classes' | 'counts' | 'read'>,
  { onSamples, signal }: CacheWriting = {},
): Promise<PendingCacheFile> {
  await mkdir(folder, { recursive: true });
  const partial = join(folder, `${process.pid}-${randomBytes(4).toString('hex')}${PARTIAL_SUFFIX}`);
  const discard = () => rm(partial, { force: true });
  try {
    const handle = await open(partial, 'wx');
    try {
      const header = await writeSamples(handle, about, source, { onSamples, signal });
      await handle.sync();
      return { header, discard, commit: (file) => rename(partial, file) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    await discard();
    throw error;
  }
}

async function writeSamples(
  handle: FileHandle,
  about: CacheAbout,
  { shape, classes, counts: most, read }: Pick<ImageSource, 'shape' | 'classes' | 'counts' | 'read'>,
  { onSamples, signal }: CacheWriting,
): Promise<CacheHeader> {
  const none = classes.map(() => 0);
  const blank = { version: 2 as const, ...about, shape, classes, trainCount: most.train, testCount: most.test };
  const unmeasured = { classCounts: { train: none, test: none }, mean: [], deviation: [], contentSha256: '' };
  const headerBytes = Buffer.byteLength(JSON.stringify({ ...blank, ...unmeasured })) + classes.length * 20;
  const contentStart = roundUp(MAGIC.length + 4 + headerBytes + HEADER_SLACK_BYTES + CHECKSUM_BYTES, PAGE_BYTES);

  const hash = createHash('sha256');
  const greys = createChannelCounter(shape[2]);
  const classCounts = { train: [...none], test: [...none] };
  let position = contentStart;
  let done = 0;
  for (const split of SPLIT_NAMES) {
    const labels: Uint8Array[] = [];
    for await (const block of read(split)) {
      signal?.throwIfAborted();
      hash.update(block.pixels);
      if (split === 'train') greys.add(block.pixels);
      for (const label of block.labels) classCounts[split][label]++;
      labels.push(block.labels.slice());
      await writeFully(handle, block.pixels, position);
      position += block.pixels.length;
      done += block.labels.length;
      onSamples?.(done, most.train + most.test);
    }
    const allLabels = Buffer.concat(labels);
    hash.update(allLabels);
    await writeFully(handle, allLabels, position);
    position += allLabels.length;
  }
  const [trainCount, testCount] = SPLIT_NAMES.map((split) => sum(classCounts[split]));
  const measured = { trainCount, testCount, classCounts, ...greys.statistics(), contentSha256: hash.digest('hex') };
  const header: CacheHeader = { ...blank, ...measured };
  await writeFully(handle, encodeHeader(header, contentStart), 0);
  return header;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;

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
    if ((await sha256(contentParts({ train, test }))) !== header.contentSha256) {
      throw new DamagedCacheError('its content does not match its checksum');
    }
    const { shape, classes, mean, deviation } = header;
    return { shape, classes: classes.length, mean, deviation, train, test };
  } finally {
    await handle.close();
  }
}

/** Bytes that the whole dataset takes in memory. */
export const contentBytes = ({ shape: [height, width, channels], trainCount, testCount }: CacheHeader): number =>
  (trainCount + testCount) * (height * width * channels + 1);

/**
 * The dataset with its images left in the file, to be read when a batch needs them. The header's checksum and the
 * file's size are checked; the content's checksum would mean reading all of it.
 * @throws DamagedCacheError, or the system's ENOENT where there is no such file
 */
export async function openCacheFile(file: string): Promise<StreamedData> {
  const handle = await open(file, 'r');
  try {
    const { header, contentStart } = await readHeader(handle);
    const { shape, classes } = header;
    const imageBytes = shape[0] * shape[1] * shape[2];
    const openSplit = async (count: number, position: number): Promise<StreamedSplit> => {
      const labels = new Uint8Array(new SharedArrayBuffer(count));
      await readFully(handle, labels, position + count * imageBytes);
      return { count, labels, images: { kind: 'pixels', file, position } };
    };
    const train = await openSplit(header.trainCount, contentStart);
    const test = await openSplit(header.testCount, contentStart + header.trainCount * (imageBytes + 1));
    return { shape, classes: classes.length, train, test };
  } finally {
    await handle.close();
  }
}

/** Padded with spaces so that the content starts where it was written. */
function encodeHeader(header: CacheHeader, contentStart: number): Buffer {
  const jsonBytes = contentStart - MAGIC.length - 4 - CHECKSUM_BYTES;
  const json = Buffer.alloc(jsonBytes, ' ');
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  if (text.length > jsonBytes) throw new Error(`A header of ${text.length} bytes does not fit into ${jsonBytes}.`);
  text.copy(json);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(jsonBytes);
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

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(IO_BYTES, bytes.length - at);
    at += (await handle.write(bytes, at, length, position + at)).bytesWritten;
  }
}

async function readFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(IO_BYTES, bytes.length - at), position + at);
    if (bytesRead === 0) throw new DamagedCacheError('it ends too early');
    at += bytesRead;
  }
}
