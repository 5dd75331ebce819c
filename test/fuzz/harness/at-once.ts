import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { FileHandle } from 'node:fs/promises';

type Functions = Record<string, (...given: never[]) => unknown>;

const PROMISED = 'access lstat mkdir readFile readdir realpath rm stat writeFile'.split(' ');
const CALLED_BACK = 'close fstat lstat open read stat'.split(' ');

/**
 * Lets what is asked of small files be done at once instead of by Node's threads: on a busy machine a case would wait
 * longer for these than it takes. Answers still come later, as promises and by callbacks. To be called before anything
 * else wraps these functions.
 */
export async function doAtOnce(file: string): Promise<void> {
  const table = fs as unknown as Functions;
  const promises = fs.promises as unknown as Functions;
  const twinOf = (name: string) => table[`${name}Sync`] as (...given: unknown[]) => unknown;
  for (const name of PROMISED) {
    const [twin, original] = [twinOf(name), promises[name] as (...given: unknown[]) => unknown];
    // Only where a path is given: a handle has no twin.
    promises[name] = (async (...given: unknown[]) =>
      typeof given[0] === 'string' ? twin(...given) : original(...given)) as Functions[string];
  }
  for (const name of CALLED_BACK) {
    const twin = twinOf(name);
    const called = (...all: unknown[]): void => {
      const given = all.slice(0, -1);
      const callback = all.at(-1) as (error: unknown, ...results: unknown[]) => void;
      try {
        const found = twin(...given);
        // Of a read also the buffer.
        process.nextTick(callback, null, found, given[1]);
      } catch (error) {
        process.nextTick(callback, error);
      }
    };
    table[name] = Object.assign(called, table[name]) as Functions[string];
  }
  const handle = await fs.promises.open(file, 'r');
  const methods = Object.getPrototypeOf(handle) as Pick<FileHandle, 'read' | 'stat'>;
  await handle.close();
  const read = (fd: number, buffer: Uint8Array, rest: unknown[]): number => {
    const [offset, length, position] = rest as [number?, number?, number?];
    return fs.readSync(fd, buffer, offset ?? 0, length ?? buffer.byteLength - (offset ?? 0), position ?? null);
  };
  const original = methods.read as (this: FileHandle, ...given: unknown[]) => Promise<unknown>;
  Object.assign(methods, {
    async stat(this: FileHandle, options?: fs.StatOptions) {
      return fs.fstatSync(this.fd, options);
    },
    async read(this: FileHandle, buffer: unknown, ...rest: unknown[]) {
      if (!(buffer instanceof Uint8Array) || typeof rest[0] === 'object') return original.call(this, buffer, ...rest);
      return { bytesRead: read(this.fd, buffer, rest), buffer };
    },
  });
  syncBuiltinESMExports();
}
