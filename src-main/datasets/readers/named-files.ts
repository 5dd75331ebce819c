import { open, stat } from 'node:fs/promises';
import { DatasetError, isSystemError, systemRefusal } from '../dataset-error.ts';
import { LFS_PROBLEM, isLfsPointer } from '../lfs-pointer.ts';
import { tooLarge } from './memory-limit.ts';

/** Files of a folder or an archive, by their names. */
export interface NamedFiles {
  names: readonly string[];
  /** How the file is called towards the reader. */
  location(name: string): string;
  /** Its bytes, as its folder or archive says. */
  size(name: string): Promise<number>;
  /** Its content from the start, piece by piece. @throws DatasetError where it cannot be read, or is damaged */
  open(name: string): AsyncIterable<Uint8Array>;
}

/** Files on a disk. @param pathOf where the file of that name is */
export const filesOnDisk = (names: readonly string[], pathOf: (name: string) => string): NamedFiles => ({
  names,
  location: pathOf,
  async size(name) {
    return (await stat(pathOf(name)).catch((error: unknown) => unreadable(pathOf(name), error))).size;
  },
  async *open(name) {
    const path = pathOf(name);
    const handle = await open(path, 'r').catch((error: unknown) => unreadable(path, error));
    try {
      const { size } = await handle.stat();
      for (let from = 0; from < size;) {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - from)));
        if (bytesRead === 0) break;
        yield buffer.subarray(0, bytesRead);
        from += bytesRead;
      }
    } catch (error) {
      unreadable(path, error);
    } finally {
      await handle.close();
    }
  },
});

/** Files that are in memory already. @param location how each is called towards the reader */
export const filesInMemory = (
  found: ReadonlyMap<string, Uint8Array>,
  location: (name: string) => string,
): NamedFiles => ({
  names: [...found.keys()],
  location,
  size: (name) => Promise.resolve(found.get(name)?.length ?? 0),
  async *open(name) {
    yield await Promise.resolve(found.get(name) ?? new Uint8Array());
  },
});

/** @throws DatasetError where the file is larger than `mostBytes`, or cannot be read */
export async function readAll(files: NamedFiles, name: string, mostBytes: number): Promise<Uint8Array> {
  const size = await files.size(name);
  if (size > mostBytes) throw tooLarge(files.location(name), 'has', size, mostBytes);
  const pieces: Uint8Array[] = [];
  for await (const piece of files.open(name)) pieces.push(piece);
  if (pieces.length === 1 && isLfsPointer(pieces[0])) {
    throw new DatasetError(`${files.location(name)}: ${LFS_PROBLEM}.`, files.location(name));
  }
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

const PIECE_BYTES = 2 ** 20;

function unreadable(path: string, error: unknown): never {
  throw isSystemError(error) ? systemRefusal(path, error, 'read') : error;
}
