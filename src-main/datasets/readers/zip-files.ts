import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { shortened } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import { LARGEST_DEFLATE_RATIO } from '../byte-counts.ts';
import { MOST_ENTRIES, damaged, escapes, leavesItsFolder, tooManyEntries, twoEntries } from './archives.ts';
import type { NamedFiles } from './named-files.ts';

export interface ZipFiles extends NamedFiles {
  close(): void;
}

/**
 * The files of a zip archive whose paths are wanted. Only its directory is read here; what each entry holds is read when
 * it is opened, and compared with its CRC-32 at its end.
 * @throws DatasetError on a damaged archive, on an entry whose path leaves it, and on too many entries
 */
export async function openZipFiles(file: string, wanted: (path: string) => boolean): Promise<ZipFiles> {
  const zip = await openZip(file);
  const location = (name: string) => `${file}, ${shortened(name)}`;
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      if (leavesItsFolder(entry.fileName)) throw escapes(file, entry.fileName);
      if (zip.entriesRead > MOST_ENTRIES) throw tooManyEntries(file);
      if (!wanted(entry.fileName)) continue;
      if (entries.has(entry.fileName)) {
        throw twoEntries(file, entry.fileName);
      }
      entries.set(entry.fileName, entry);
    }
  } catch (error) {
    zip.close();
    if (error instanceof DatasetError) throw error;
    const outside = /(?:invalid relative path|absolute path): (.*)/.exec((error as Error).message)?.[1];
    throw outside === undefined ? damaged(file, error) : escapes(file, outside);
  }
  const find = (name: string): Entry => {
    const entry = entries.get(name);
    if (entry) return entry;
    throw new DatasetError(`${file}: holds no entry ${shortened(name)}.`, file);
  };
  return {
    names: [...entries.keys()],
    location,
    size(name) {
      const { uncompressedSize, compressedSize } = find(name);
      if (uncompressedSize <= LARGEST_DEFLATE_RATIO * compressedSize) return Promise.resolve(uncompressedSize);
      const [claimed, present] = [uncompressedSize, compressedSize].map((bytes) => bytes.toLocaleString('en-GB'));
      const problem = `claims ${claimed} bytes, more than its ${present} compressed ones can hold; it is damaged`;
      return Promise.reject(new DatasetError(`${location(name)}: ${problem}. Download or copy it again.`, file));
    },
    open: (name) => readEntry(file, zip, find(name)),
    close: () => zip.close(),
  };
}

async function openZip(file: string): Promise<ZipFile> {
  try {
    // Paths are checked here, to name the entry in words of our own.
    return await openPromise(file, { autoClose: false, decodeStrings: true, strictFileNames: false });
  } catch (error) {
    throw damaged(file, error);
  }
}

async function* readEntry(file: string, zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  let found = 0;
  try {
    for await (const piece of await zip.openReadStreamPromise(entry)) {
      found = crc32(piece as Buffer, found);
      yield piece as Buffer;
    }
  } catch (error) {
    throw damaged(`${file}, ${shortened(entry.fileName)}`, error);
  }
  if (found === entry.crc32) return;
  const [was, is] = [entry.crc32, found].map((sum) => sum.toString(16).padStart(8, '0'));
  throw damaged(`${file}, ${shortened(entry.fileName)}`, new Error(`its CRC-32 is ${is} instead of ${was}`));
}
