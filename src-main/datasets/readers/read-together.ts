import { bytesOf } from '../byte-counts.ts';
import { tooLarge } from './memory-limit.ts';
import { readAll, type NamedFiles } from './named-files.ts';

/**
 * Several files that are in memory at the same time.
 * @param mostBytes that they may take together, checked before the first is read
 * @throws DatasetError where they take more, or one cannot be read
 */
export async function readTogether(
  files: NamedFiles,
  names: readonly string[],
  mostBytes: number,
  signal: AbortSignal,
): Promise<Map<string, Uint8Array>> {
  let total = 0;
  for (const name of names) {
    const size = await files.size(name);
    total += size;
    if (total <= mostBytes) continue;
    throw tooLarge(
      files.location(name),
      `has ${bytesOf(size)}; with it the files of its dataset have`,
      total,
      mostBytes,
    );
  }
  const contents = new Map<string, Uint8Array>();
  for (const name of names) {
    signal.throwIfAborted();
    contents.set(name, await readAll(files, name, mostBytes));
  }
  return contents;
}
