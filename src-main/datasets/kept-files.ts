import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Labels } from '../contract/index.ts';
import { KEPT_DIGEST_BYTES, type CacheHeader, type KeptFilesHeader } from './cache-header.ts';
import { DamagedCacheError, readFully } from './cache-io.ts';
import { allocateLabels, bytesOfLabels } from './labels.ts';
import { SPLIT_NAMES, type FileMark, type SplitName } from './image-source.ts';

/** The image files of one split, in the order of their samples. */
export interface KeptSplit {
  labels: Labels<SharedArrayBuffer>;
  bytes: Float64Array;
  modified: Float64Array;
  /** `[count, KEPT_DIGEST_BYTES]` */
  digests: Uint8Array;
  names: string[];
}

/** No file system allows it in a name. */
const SEPARATOR = '\0';

export const digestOf = (content: Uint8Array): Uint8Array =>
  createHash('sha256').update(content).digest().subarray(0, KEPT_DIGEST_BYTES);

/** The list as it is in the file: of each split labels, sizes, times, digests and names. */
export function encodeKeptFiles(splits: Record<SplitName, { labels: Uint8Array; marks: readonly FileMark[] }>): {
  parts: Uint8Array[];
  nameBytes: Record<SplitName, number>;
  listSha256: string;
} {
  const nameBytes = { train: 0, test: 0 };
  const parts = SPLIT_NAMES.flatMap((split) => {
    const { labels, marks } = splits[split];
    const names = Buffer.from(marks.map(({ name }) => name).join(SEPARATOR), 'utf8');
    nameBytes[split] = names.length;
    return [
      labels,
      doubles(marks.map(({ bytes }) => bytes)),
      doubles(marks.map(({ modified }) => modified)),
      Buffer.concat(marks.map(({ digest }) => digest)),
      names,
    ];
  });
  return { parts, nameBytes, listSha256: sha256(parts) };
}

/** Of what decides a run: names, labels and contents of the files, and how they become images. */
export function keptContentSha256(
  splits: Record<SplitName, { labels: Uint8Array; marks: readonly FileMark[] }>,
  { resize, scale }: Pick<KeptFilesHeader, 'resize' | 'scale'>,
): string {
  const about = SPLIT_NAMES.map((split) => splits[split].marks.map(({ name }) => name));
  const parts = SPLIT_NAMES.flatMap((split) => {
    const { labels, marks } = splits[split];
    return [labels, Buffer.concat(marks.map(({ digest }) => digest))];
  });
  return sha256([Buffer.from(JSON.stringify(scale ? [resize, about, scale] : [resize, about])), ...parts]);
}

/** @throws DamagedCacheError where the list is not what was written */
export async function readKeptFiles(
  handle: FileHandle,
  { files, classes, trainCount, testCount }: CacheHeader,
  contentStart: number,
): Promise<Record<SplitName, KeptSplit>> {
  if (!files) throw new DamagedCacheError('it holds no list of files');
  const parts: Uint8Array[] = [];
  let position = contentStart;
  const take = async <T extends Uint8Array>(part: T): Promise<T> => {
    await readFully(handle, part, position);
    position += part.length;
    parts.push(part);
    return part;
  };
  const readSplit = async (count: number, nameBytes: number): Promise<KeptSplit> => {
    const labels = allocateLabels(count, classes.length);
    await take(bytesOfLabels(labels));
    const bytes = fromDoubles(await take(new Uint8Array(8 * count)));
    const modified = fromDoubles(await take(new Uint8Array(8 * count)));
    const digests = await take(new Uint8Array(KEPT_DIGEST_BYTES * count));
    const names = Buffer.from(await take(new Uint8Array(nameBytes)))
      .toString('utf8')
      .split(SEPARATOR);
    return { labels, bytes, modified, digests, names };
  };
  const train = await readSplit(trainCount, files.nameBytes.train);
  const test = await readSplit(testCount, files.nameBytes.test);
  const isWhole = train.names.length === trainCount && test.names.length === testCount;
  if (!isWhole || sha256(parts) !== files.listSha256)
    throw new DamagedCacheError('its list does not match its checksum');
  return { train, test };
}

function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** Little-endian on every machine. */
function doubles(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, at) => bytes.writeDoubleLE(value, 8 * at));
  return bytes;
}

function fromDoubles(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, at) => view.getFloat64(8 * at, true));
}
