import { open } from 'node:fs/promises';

/** Every pointer begins so (the specification of Git LFS, section The Pointer). */
const START = Buffer.from('version https://git-lfs.github.com/spec/', 'latin1');

/** What is wrong with such a file; the end of a sentence that starts with its name. */
export const LFS_PROBLEM =
  'is a Git LFS pointer, not the file itself: run git lfs pull in its folder, and import again';

/** Whether these bytes begin what Git leaves in place of a file that it did not fetch. */
export const isLfsPointer = (bytes: Uint8Array): boolean => START.equals(bytes.subarray(0, START.length));

/** The same of a file; one that cannot be read is none. */
export async function isLfsPointerFile(path: string): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => null);
  if (handle === null) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START.length), 0, START.length, 0);
    return isLfsPointer(buffer.subarray(0, bytesRead));
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
