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
  let beyond: { name: string; size: number } | null = null;
  for (const name of names) {
    const size = await files.size(name);
    total += size;
    if (total > mostBytes) beyond ??= { name, size };
  }
  if (beyond) {
    const start = `has ${bytesOf(beyond.size)}; with it the files of its dataset have`;
    throw tooLarge(files.location(beyond.name), start, total, mostBytes);
  }
  const contents = new Map<string, Uint8Array>();
  for (const name of names) {
    signal.throwIfAborted();
    contents.set(name, await readAll(files, name, mostBytes));
  }
  return contents;
}
