import { basename, posix } from 'node:path';
import { list } from 'tar';
import { open as openZip, type Entry, type ZipFile } from 'yauzl';
import { DatasetError } from '../dataset-error.ts';
import { LARGEST_WHOLE_BYTES, tooLarge } from './read-whole.ts';

/**
 * The files of a `.tar` or `.tar.gz` whose base names are wanted, read into memory; nothing is unpacked to disk.
 * @throws DatasetError on a damaged archive, on an entry whose path leaves it, and on one too large for memory
 */
export async function readTar(file: string, wanted: (name: string) => boolean): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const refused: DatasetError[] = [];
  try {
    await list({
      file,
      strict: true,
      onReadEntry(entry) {
        if (leavesItsFolder(entry.path)) refused.push(escapes(file, entry.path));
        const name = basename(entry.path);
        const isWanted = entry.type === 'File' && wanted(name);
        if (isWanted && entry.size > LARGEST_WHOLE_BYTES) refused.push(entryTooLarge(file, entry.path, entry.size));
        if (!isWanted || refused.length > 0) return entry.resume();
        const chunks: Buffer[] = [];
        entry.on('data', (chunk: Buffer) => chunks.push(chunk));
        entry.on('end', () => found.set(name, Buffer.concat(chunks)));
      },
    });
  } catch (error) {
    throw refused[0] ?? damaged(file, error);
  }
  if (refused.length > 0) throw refused[0];
  return found;
}

/**
 * The files of a zip archive whose paths are wanted, read into memory.
 * @throws DatasetError on a damaged archive, on an entry whose path leaves it, and on one too large for memory
 */
export async function readZip(file: string, wanted: (path: string) => boolean): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  try {
    const zip = await new Promise<ZipFile>((resolve, reject) =>
      // Paths are checked here, to name the entry in words of our own.
      openZip(file, { lazyEntries: true, decodeStrings: true, strictFileNames: false }, (error, opened) =>
        error ? reject(error) : resolve(opened),
      ),
    );
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject);
      zip.on('end', resolve);
      zip.on('entry', (entry: Entry) => {
        if (leavesItsFolder(entry.fileName)) return reject(escapes(file, entry.fileName));
        if (!wanted(entry.fileName)) return zip.readEntry();
        const { uncompressedSize: size } = entry;
        if (size > LARGEST_WHOLE_BYTES) return reject(entryTooLarge(file, entry.fileName, size));
        readEntry(zip, entry).then((bytes) => {
          found.set(entry.fileName, bytes);
          zip.readEntry();
        }, reject);
      });
      zip.readEntry();
    }).finally(() => zip.close());
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    if (/invalid relative path|absolute path/.test((error as Error).message)) {
      throw escapes(file, (error as Error).message.replace(/^.*path: /, ''));
    }
    throw damaged(file, error);
  }
  return found;
}

const readEntry = (zip: ZipFile, entry: Entry): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) return reject(error);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => resolve(Buffer.concat(chunks)));
    });
  });

const leavesItsFolder = (path: string): boolean => {
  const plain = path.replaceAll('\\', '/');
  return posix.isAbsolute(plain) || /^[a-z]:/i.test(plain) || plain.split('/').includes('..');
};

const escapes = (file: string, entry: string) =>
  new DatasetError(`${file}: its entry ${entry} leaves the archive’s folder. It is not a data set; delete it.`, file);

const entryTooLarge = (file: string, entry: string, size: number) =>
  tooLarge(file, `${file}: its entry ${entry} has`, size);

const damaged = (file: string, error: unknown) =>
  new DatasetError(`${file}: cannot be unpacked (${(error as Error).message}). Download or copy it again.`, file);
