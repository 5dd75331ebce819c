import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { OfficialFile } from '../../contract/index.ts';
import { DatasetError, systemRefusal } from '../dataset-error.ts';
import { DownloadCancelledError, HttpStatusError, UnreachableError, reasonOf } from './download-errors.ts';
import { fetchRest } from './fetch-rest.ts';

/** Ending of a file that is still coming; the next download goes on from there. */
const PART_SUFFIX = '.part';

export interface DownloadOptions {
  /** Bytes of the file that are here. */
  onBytes?(bytes: number): void;
  signal?: AbortSignal;
  /** A connection that brings nothing for so long is given up and made anew. */
  stallMilliseconds?: number;
  /** Before the second attempt; twice as long before each further one. */
  retryMilliseconds?: number;
}

/** Attempts in a row that bring no byte, after which a download that had begun is given up. */
const MOST_IDLE_ATTEMPTS = 4;

/**
 * Brings a published file into a folder: what is there already is kept, what is half there is gone on with, and it gets
 * its name only once its SHA-256 is right.
 * @throws UnreachableError, HttpStatusError, DownloadCancelledError, and DatasetError that names the file at fault
 */
export async function downloadFile(file: OfficialFile, folder: string, options: DownloadOptions = {}): Promise<void> {
  const { onBytes = () => {}, signal } = options;
  const target = join(folder, file.name);
  if (await isThere(target)) {
    await requireOfficial(target, file, signal);
    return onBytes(file.bytes);
  }
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw unwritable(folder, error);
  });
  const part = `${target}${PART_SUFFIX}`;
  const began = await sizeOf(part);
  if (began > file.bytes) await rm(part);
  await fetchAll(file, part, options);
  const found = await sha256Of(part, signal);
  if (found === file.sha256) return rename(part, target);
  await rm(part);
  // What an earlier attempt left may be of another file; whole and fresh it gets one chance.
  if (began > 0) return downloadFile(file, folder, options);
  throw new DatasetError(
    `${file.url}: is not the published file: its SHA-256 is ${found} instead of ${file.sha256}. Nothing of it was kept.`,
    file.url,
    'machine',
  );
}

/** @throws DatasetError where a file that was put under its name is another one */
export async function requireOfficial(path: string, file: OfficialFile, signal?: AbortSignal): Promise<void> {
  const bytes = await sizeOf(path);
  const problem =
    bytes !== file.bytes
      ? `has ${bytes} bytes instead of ${file.bytes}`
      : await sha256Of(path, signal).then((found) =>
          found === file.sha256 ? null : `has SHA-256 ${found} instead of ${file.sha256}`,
        );
  if (problem === null) return;
  throw new DatasetError(
    `${path}: is not the published file: it ${problem}. Delete it, and fetch it again.`,
    path,
    'machine',
  );
}

/** Attempts until the whole file is in `part`, as long as they bring something. */
async function fetchAll(file: OfficialFile, part: string, options: DownloadOptions): Promise<void> {
  const { onBytes = () => {}, signal, stallMilliseconds = 30_000, retryMilliseconds = 1000 } = options;
  let received = 0;
  for (let idle = 0; ;) {
    const from = await sizeOf(part);
    onBytes(from);
    if (from === file.bytes) return;
    let failure: unknown = null;
    const attempt = new AbortController();
    const giveUp = () => attempt.abort();
    signal?.addEventListener('abort', giveUp);
    try {
      if (signal?.aborted) throw new DownloadCancelledError();
      const rest = await withStall(fetchRest(file, from, attempt.signal), stallMilliseconds, giveUp);
      if (rest.from < from) await truncate(part, rest.from);
      await append(part, rest.from, rest.chunks, { file, onBytes, stallMilliseconds, giveUp });
    } catch (error) {
      failure = error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
      giveUp();
    }
    if (signal?.aborted) throw new DownloadCancelledError();
    if (failure instanceof DatasetError || (failure instanceof HttpStatusError && !failure.mayPass)) throw failure;
    const made = (await sizeOf(part)) - from;
    received += Math.max(0, made);
    idle = made > 0 ? 0 : idle + 1;
    // Where nothing ever came the person should hear so at once.
    if (idle > 0 && (received === 0 || idle >= MOST_IDLE_ATTEMPTS)) {
      throw failure instanceof HttpStatusError ? failure : new UnreachableError(file.url, reasonOf(failure));
    }
    if (failure !== null) {
      await wait(retryMilliseconds * 2 ** idle, undefined, { signal }).catch(() => {
        throw new DownloadCancelledError();
      });
    }
  }
}

interface Appending {
  file: OfficialFile;
  onBytes(bytes: number): void;
  stallMilliseconds: number;
  giveUp(): void;
}

async function append(
  part: string,
  from: number,
  chunks: AsyncIterator<Uint8Array>,
  { file, onBytes, stallMilliseconds, giveUp }: Appending,
): Promise<void> {
  const handle = await open(part, 'a').catch((error: unknown) => {
    throw unwritable(part, error);
  });
  try {
    for (let bytes = from; ;) {
      const next = await withStall(chunks.next(), stallMilliseconds, giveUp);
      if (next.done) break;
      bytes += next.value.length;
      if (bytes > file.bytes) {
        giveUp();
        throw new DatasetError(`${file.url}: is longer than the published ${file.bytes} bytes.`, file.url, 'machine');
      }
      await handle.appendFile(next.value).catch((error: unknown) => {
        throw unwritable(part, error);
      });
      onBytes(bytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function withStall<T>(promise: Promise<T>, milliseconds: number, giveUp: () => void): Promise<T> {
  const timer = setTimeout(giveUp, milliseconds);
  return promise.finally(() => clearTimeout(timer));
}

async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) {
    if (signal?.aborted) throw new DownloadCancelledError();
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

const sizeOf = (path: string) =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

const unwritable = (path: string, error: unknown) => systemRefusal(path, error, 'written');
