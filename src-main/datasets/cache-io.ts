import { ReadableError } from '../contract/index.ts';
import type { FileHandle } from 'node:fs/promises';

const IO_BYTES = 2 ** 24;

/** The file is there but is not what was once written. */
export class DamagedCacheError extends ReadableError {
  override readonly name = 'DamagedCacheError';
}

export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(IO_BYTES, bytes.length - at);
    at += (await handle.write(bytes, at, length, position + at)).bytesWritten;
  }
}

export async function readFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(IO_BYTES, bytes.length - at), position + at);
    if (bytesRead === 0) throw new DamagedCacheError('it ends too early');
    at += bytesRead;
  }
}
