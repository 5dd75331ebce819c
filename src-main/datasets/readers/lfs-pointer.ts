import { open } from 'node:fs/promises';

/** Every pointer begins so (the specification of Git LFS, section The Pointer). */
const START = 'version https://git-lfs.github.com/spec/';

/** Whether a file is what Git leaves in place of one that it did not fetch. */
export async function isLfsPointer(path: string): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => null);
  if (handle === null) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START.length), 0, START.length, 0);
    return buffer.toString('latin1', 0, bytesRead) === START;
  } finally {
    await handle.close();
  }
}
