import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportSummary } from '../contract/index.ts';
import { sum } from '../numerics/sum.ts';
import {
  PARTIAL_SUFFIX,
  contentStartOf,
  encodeHeader,
  fitSummary,
  partialPrefix,
  type CacheAbout,
  type CacheHeader,
  type KeptFilesHeader,
} from './cache-header.ts';
import { writeFully } from './cache-io.ts';
import {
  SPLIT_NAMES,
  type FileMark,
  type ImageSource,
  type KeptFilesSource,
  type SampleBlock,
  type SplitName,
} from './image-source.ts';
import { encodeKeptFiles, keptContentSha256 } from './kept-files.ts';
import { encodeLabels } from './labels.ts';
import { createChannelCounter } from './statistics.ts';

const TOUCH_EVERY_MILLISECONDS = 60_000;

/** A copy that is whole but not yet under its name. One of the two has to be called. */
export interface PendingCacheFile {
  header: CacheHeader;
  /** Gives it its name: from then on it is there. */
  commit(file: string): Promise<void>;
  discard(): Promise<void>;
}

export interface CacheWriting {
  /** Samples written of all that may come. */
  onSamples?(done: number, total: number): void;
  /** What is kept of the import's report, once every sample was read. */
  summarise?(measured: Pick<CacheHeader, 'classes' | 'classCounts'>): ImportSummary;
  signal?: AbortSignal;
}

export type WritableSource = Pick<ImageSource, 'shape' | 'classes' | 'counts'>;

/**
 * Writes the samples of a source into `folder` under a temporary name, flushed, and measures them on the way. Memory
 * holds one block and the labels.
 * @throws whatever the source or the disk throws, and the signal's reason; then nothing is left behind
 */
export const writeCacheFile = (
  folder: string,
  about: CacheAbout,
  source: WritableSource & Pick<ImageSource, 'read'>,
  writing: CacheWriting = {},
): Promise<PendingCacheFile> =>
  writePending(folder, (handle) => measure(handle, unfinished(2, about, source), source.read, pixelSink, writing));

/** The same, but leaves the images where they are and writes the list of their files. */
export const writeKeptFiles = (
  folder: string,
  about: CacheAbout,
  source: WritableSource & { keptFiles: KeptFilesSource },
  writing: CacheWriting = {},
): Promise<PendingCacheFile> => {
  const { keptFiles } = source;
  const files = {
    folder: keptFiles.folder,
    resize: keptFiles.resize,
    scale: keptFiles.scale,
    nameBytes: { train: 0, test: 0 },
    listSha256: '',
  };
  return writePending(folder, (handle) =>
    measure(handle, { ...unfinished(3, about, source), files }, keptFiles.read, keptSink(files), writing),
  );
};

/** Where the content goes while a source is read, split after split. */
interface Sink<B extends SampleBlock> {
  add(split: SplitName, block: B): Promise<void>;
  /** @param labels as they are in the file */
  endSplit(split: SplitName, labels: Uint8Array): Promise<void>;
  finish(): Promise<Pick<CacheHeader, 'contentSha256' | 'files'>>;
}
type OpenSink<B extends SampleBlock> = (handle: FileHandle, contentStart: number) => Sink<B>;

async function writePending(
  folder: string,
  write: (handle: FileHandle) => Promise<CacheHeader>,
): Promise<PendingCacheFile> {
  await mkdir(folder, { recursive: true });
  const partial = join(folder, `${partialPrefix()}${randomBytes(4).toString('hex')}${PARTIAL_SUFFIX}`);
  const discard = () => rm(partial, { force: true });
  try {
    const handle = await open(partial, 'wx');
    try {
      const header = await write(handle);
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

/** Everything that is known before the first sample. */
function unfinished(version: 2 | 3, about: CacheAbout, { shape, classes, counts }: WritableSource): CacheHeader {
  const none = classes.map(() => 0);
  return {
    version,
    ...about,
    shape,
    classes,
    trainCount: counts.train,
    testCount: counts.test,
    classCounts: { train: none, test: none },
    mean: [],
    deviation: [],
    contentSha256: '',
    files: null,
    imported: null,
  };
}

async function measure<B extends SampleBlock>(
  handle: FileHandle,
  blank: CacheHeader,
  read: (split: SplitName) => AsyncIterable<B>,
  openSink: OpenSink<B>,
  { onSamples, summarise, signal }: CacheWriting,
): Promise<CacheHeader> {
  const contentStart = contentStartOf(blank);
  const sink = openSink(handle, contentStart);
  const greys = createChannelCounter(blank.shape[2]);
  const classCounts = { train: blank.classes.map(() => 0), test: blank.classes.map(() => 0) };
  const touch = createToucher(handle);
  let done = 0;
  for (const split of SPLIT_NAMES) {
    const labels: number[] = [];
    for await (const block of read(split)) {
      signal?.throwIfAborted();
      if (split === 'train') greys.add(block.pixels);
      for (const label of block.labels) classCounts[split][label]++;
      for (const label of block.labels) labels.push(label);
      await sink.add(split, block);
      await touch();
      done += block.labels.length;
      onSamples?.(done, blank.trainCount + blank.testCount);
    }
    await sink.endSplit(split, encodeLabels(Uint16Array.from(labels), blank.classes.length));
  }
  const [trainCount, testCount] = SPLIT_NAMES.map((split) => sum(classCounts[split]));
  const summary = summarise?.({ classes: blank.classes, classCounts });
  const imported = summary ? fitSummary(summary) : null;
  const measured = { trainCount, testCount, classCounts, imported, ...greys.statistics() };
  const header: CacheHeader = { ...blank, ...measured, ...(await sink.finish()) };
  await writeFully(handle, encodeHeader(header, contentStart), 0);
  return header;
}

/** So that nobody takes the file for what a crash left behind: a list of kept files is written only at the end. */
function createToucher(handle: FileHandle): () => Promise<void> {
  let touchedAt = -Infinity;
  return async () => {
    const now = Date.now();
    if (now - touchedAt < TOUCH_EVERY_MILLISECONDS) return;
    touchedAt = now;
    await handle.utimes(now / 1000, now / 1000);
  };
}

const pixelSink: OpenSink<SampleBlock> = (handle, contentStart) => {
  const hash = createHash('sha256');
  let position = contentStart;
  const append = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await writeFully(handle, bytes, position);
    position += bytes.length;
  };
  return {
    add: (_, { pixels }) => append(pixels),
    endSplit: (_, labels) => append(labels),
    finish: () => Promise.resolve({ contentSha256: hash.digest('hex'), files: null }),
  };
};

const keptSink =
  (files: KeptFilesHeader): OpenSink<SampleBlock & { marks: FileMark[] }> =>
  (handle, contentStart) => {
    const splits = {
      train: { labels: new Uint8Array() as Uint8Array, marks: [] as FileMark[] },
      test: { labels: new Uint8Array() as Uint8Array, marks: [] as FileMark[] },
    };
    return {
      add(split, { marks }) {
        splits[split].marks.push(...marks);
        return Promise.resolve();
      },
      endSplit(split, labels) {
        splits[split].labels = labels;
        return Promise.resolve();
      },
      async finish() {
        const { parts, nameBytes, listSha256 } = encodeKeptFiles(splits);
        let position = contentStart;
        for (const part of parts) {
          await writeFully(handle, part, position);
          position += part.length;
        }
        const contentSha256 = keptContentSha256(splits, files);
        return { contentSha256, files: { ...files, nameBytes, listSha256 } };
      },
    };
  };
