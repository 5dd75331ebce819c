import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { contentBytes, readHeader } from './cache-header.ts';
import { DamagedCacheError, readFully } from './cache-io.ts';
import { readKeptFiles } from './kept-files.ts';

const PIECE_BYTES = 2 ** 22;

/**
 * Compares a dataset's copy with the checksums in it, a piece at a time. Where the images stay in their own files, the
 * list of them is what is compared.
 * @param tell called with the bytes that were read
 * @throws DamagedCacheError, the signal's reason where it is cancelled, or the system's error where it cannot be read
 */
export async function verifyCacheFile(
  file: string,
  tell: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const { header, contentStart } = await readHeader(handle);
    if (header.files) return void (await readKeptFiles(handle, header, contentStart));
    const total = contentBytes(header);
    const hash = createHash('sha256');
    for (let at = 0; at < total; at += PIECE_BYTES) {
      signal?.throwIfAborted();
      const piece = new Uint8Array(Math.min(PIECE_BYTES, total - at));
      await readFully(handle, piece, contentStart + at);
      hash.update(piece);
      tell(at + piece.length);
    }
    if (hash.digest('hex') !== header.contentSha256) {
      throw new DamagedCacheError('its content does not match its checksum');
    }
  } finally {
    await handle.close();
  }
}
