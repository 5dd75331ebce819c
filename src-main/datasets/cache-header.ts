import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import * as v from 'valibot';
import { IMPORT_CHANGE_KINDS, importChoicesSchema, type ImportSummary } from '../contract/index.ts';
import { DamagedCacheError, readFully } from './cache-io.ts';
import { DatasetError } from './dataset-error.ts';
import { MOST_CLASSES } from './image-source.ts';
import { labelBytes } from './labels.ts';

/**
 * A dataset's compact copy, one file, laid out so that it can be mapped into memory or read at any sample:
 *
 *   8 bytes   magic `ESPDATA` and a zero
 *   4 bytes   length of the header, little-endian
 *   header    JSON, `CacheHeader`, with spaces after it so that the content starts at a multiple of 4096
 *   32 bytes  SHA-256 of everything above
 *   content   train pixels, train labels, test pixels, test labels; its SHA-256 is in the header
 *
 * Pixels are `[count, height, width, channels]`, a byte each; labels are a byte each, or
 * two where there are more than 256 classes. In version 1 nothing follows the
 * JSON. In version 3 the images stay in their files, and the content is the list of them (`kept-files.ts`).
 */
const MAGIC = Buffer.from('ESPDATA\0', 'latin1');
/** Holds 65,536 class names as long as a file system allows, and the counts of each. */
const LARGEST_HEADER = 2 ** 25;
const CHECKSUM_BYTES = 32;
const PAGE_BYTES = 4096;
/** Of what is kept of an import's report. */
const SUMMARY_BYTES = 2 ** 15;
/** What a header may still grow by once the samples are known: numbers and counts that were guessed before, and the summary. */
const HEADER_SLACK_BYTES = 2048 + SUMMARY_BYTES;
/** Of a kept file's SHA-256, as many as tell files apart. */
export const KEPT_DIGEST_BYTES = 16;

/** Of a file in the list: size, time of change, digest. */
const KEPT_SAMPLE_BYTES = 8 + 8 + KEPT_DIGEST_BYTES;

const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const counts = v.array(v.pipe(v.number(), v.integer(), v.minValue(0)));
const byteCount = v.pipe(v.number(), v.integer(), v.minValue(0));
const keptFilesSchema = v.object({
  folder: v.string(),
  resize: v.picklist(['stretch', 'cover', 'contain']),
  /** What becomes black and white of images with 16 bits a channel. */
  scale: v.optional(v.nullable(v.object({ low: v.number(), high: v.number() })), null),
  /** Of the names of each split's files. */
  nameBytes: v.object({ train: byteCount, test: byteCount }),
  /** Of the list. */
  listSha256: v.string(),
});

const summarySchema = v.object({
  changes: v.array(v.object({ kind: v.picklist(IMPORT_CHANGE_KINDS), what: v.string(), count: byteCount })),
  notes: v.array(v.string()),
  skippedCount: byteCount,
});

const headerSchema = v.object({
  version: v.picklist([1, 2, 3]),
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
  /** Where the images are, in version 3. */
  files: v.optional(v.nullable(keptFilesSchema), null),
  /** Of the import that made it; copies of before it was kept have none. */
  imported: v.optional(v.nullable(summarySchema), null),
});

export type CacheHeader = v.InferOutput<typeof headerSchema>;
export type KeptFilesHeader = v.InferOutput<typeof keptFilesSchema>;

/** What a header says beyond what the samples tell. */
export type CacheAbout = Pick<CacheHeader, 'title' | 'source' | 'licence' | 'origin' | 'choices'>;

export const CACHE_EXTENSION = '.espdata';

/** Ending of files that are still being written, or were left behind by a crash. */
export const PARTIAL_SUFFIX = '.partial';

/** Beginning of those that this process writes. */
export const partialPrefix = () => `${process.pid}-`;

/**
 * Where the content of a header that is not finished can start, so that the finished one fits before it.
 * @throws DatasetError where the header would be larger than can be read again
 */
export function contentStartOf(unfinished: CacheHeader): number {
  const { classes } = unfinished;
  const headerBytes = Buffer.byteLength(JSON.stringify(unfinished)) + classes.length * 20;
  if (headerBytes + HEADER_SLACK_BYTES + PAGE_BYTES > LARGEST_HEADER) {
    const [found, most] = [headerBytes, LARGEST_HEADER].map((bytes) => `${Math.round(bytes / 2 ** 20)} MiB`);
    throw new DatasetError(
      `The names of its ${classes.length} classes take ${found}; at most ${most} are kept. Give them shorter names.`,
    );
  }
  return roundUp(MAGIC.length + 4 + headerBytes + HEADER_SLACK_BYTES + CHECKSUM_BYTES, PAGE_BYTES);
}

/** The summary as far as there is room for it in a header; what had to go is said in its last note. */
export function fitSummary({ changes, notes, skippedCount }: ImportSummary): ImportSummary {
  const kept: ImportSummary = { changes: [], notes: [], skippedCount };
  let room = SUMMARY_BYTES - 512;
  const take = <T>(items: readonly T[], into: T[]): number => {
    for (const item of items) {
      room -= Buffer.byteLength(JSON.stringify(item)) + 1;
      if (room < 0) break;
      into.push(item);
    }
    return items.length - into.length;
  };
  const [changesGone, notesGone] = [take(changes, kept.changes), take(notes, kept.notes)];
  const gone = changesGone + notesGone;
  if (gone > 0) kept.notes.push(`${gone} more lines of the report were not kept; importing again shows them.`);
  return kept;
}

const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;

/** Padded with spaces so that the content starts where it was written. */
export function encodeHeader(header: CacheHeader, contentStart: number): Buffer {
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

/** The same of a file that is open, and where its content starts. */
export async function readHeader(handle: FileHandle): Promise<{ header: CacheHeader; contentStart: number }> {
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
  const wanted = contentStart + contentBytes(parsed.output);
  const { size: found } = await handle.stat();
  if (found !== wanted) throw new DamagedCacheError(`it has ${found} bytes instead of ${wanted}`);
  return { header: parsed.output, contentStart };
}

/** Bytes of the content as it is in the file; where pixels are copied also what it takes in memory. */
export function contentBytes(header: CacheHeader): number {
  const { shape, classes, trainCount, testCount, files } = header;
  const [height, width, channels] = shape;
  const perSample = (files ? KEPT_SAMPLE_BYTES : height * width * channels) + labelBytes(classes.length);
  const names = files ? files.nameBytes.train + files.nameBytes.test : 0;
  return (trainCount + testCount) * perSample + names;
}

const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
