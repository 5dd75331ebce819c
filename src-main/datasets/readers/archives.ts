import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { Parser } from 'tar';
import { shortened } from '../../contract/index.ts';
import { DatasetError, isSystemError, systemRefusal } from '../dataset-error.ts';
import { bytesOf } from '../byte-counts.ts';
import { tooLarge } from './memory-limit.ts';

/** An archive of more is no data set that is kept in one file. */
export const MOST_ENTRIES = 1_000_000;

/**
 * The files of a `.tar` or `.tar.gz` whose paths are wanted, by path, read into memory; nothing is unpacked to disk.
 * @param mostBytes that the wanted ones may take together
 * @throws DatasetError on a damaged archive, on an entry whose path leaves it, and on what is too large or too many
 */
export async function readTar(
  file: string,
  wanted: (path: string) => boolean,
  mostBytes: number,
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const refused: DatasetError[] = [];
  let entries = 0;
  let bytes = 0;
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      if (leavesItsFolder(entry.path)) refused.push(escapes(file, entry.path));
      if (++entries > MOST_ENTRIES) refused.push(tooManyEntries(file));
      const path = posix.normalize(entry.path);
      const isWanted = entry.type === 'File' && wanted(path);
      if (isWanted) bytes += entry.size;
      if (bytes > mostBytes) {
        refused.push(
          tooLarge(
            file,
            `with its entry ${shortened(entry.path)}, of ${bytesOf(entry.size)}, has`,
            bytes,
            mostBytes,
            false,
          ),
        );
      }
      if (!isWanted || refused.length > 0) return entry.resume();
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => {
        if (found.has(path)) refused.push(twoEntries(file, path));
        found.set(path, Buffer.concat(chunks));
      });
    },
  });
  try {
    let isDamaged = false;
    const ended = once(parser, 'end');
    ended.catch(() => (isDamaged = true));
    for await (const chunk of createReadStream(file)) {
      if (isDamaged || refused.length > 0) break;
      parser.write(chunk as Buffer);
    }
    if (refused.length === 0) parser.end();
    if (refused.length === 0) await ended;
  } catch (error) {
    throw refused[0] ?? damaged(file, error);
  }
  if (refused.length > 0) throw refused[0];
  return found;
}

/** An entry that is there twice: which one is meant, nobody knows. */
export const twoEntries = (file: string, path: string) =>
  new DatasetError(`${file}: has more than one entry named ${shortened(path)}. Unpack it and keep one of them.`, file);

/**
 * Files of an archive by their base names.
 * @throws DatasetError that names both paths where two of the wanted ones have the same
 */
export function byBaseName(
  file: string,
  found: ReadonlyMap<string, Uint8Array>,
  isWanted: (name: string) => boolean,
): Map<string, Uint8Array> {
  const byName = new Map<string, { path: string; bytes: Uint8Array }>();
  for (const [path, bytes] of found) {
    const name = posix.basename(path);
    if (!isWanted(name)) continue;
    const other = byName.get(name);
    if (other !== undefined) {
      const problem = `has two files named ${shortened(name)}: ${shortened(other.path)} and ${shortened(path)}.`;
      throw new DatasetError(`${file}: ${problem} Unpack it, and import the folder of one of them.`, file);
    }
    byName.set(name, { path, bytes });
  }
  return new Map([...byName].map(([name, { bytes }]) => [name, bytes]));
}

/** Whether a path in an archive leads out of where it is unpacked to. */
export const leavesItsFolder = (path: string): boolean => {
  const plain = path.replaceAll('\\', '/');
  return posix.isAbsolute(plain) || /^[a-z]:/i.test(plain) || plain.split('/').includes('..');
};

export const escapes = (file: string, entry: string) =>
  new DatasetError(
    `${file}: its entry ${shortened(entry)} leaves the archive’s folder. It is not a data set; delete it.`,
    file,
  );

export const tooManyEntries = (file: string) =>
  new DatasetError(
    `${file}: has more than ${MOST_ENTRIES.toLocaleString('en-GB')} entries. Import the unpacked folder instead.`,
    file,
  );

/** What keeps an archive from being read: its own damage, or what the system refuses. @param file the archive, or one of its entries */
export const damaged = (file: string, error: unknown) =>
  isSystemError(error)
    ? systemRefusal(file, error, 'read')
    : new DatasetError(`${file}: cannot be unpacked (${(error as Error).message}). Download or copy it again.`, file);
