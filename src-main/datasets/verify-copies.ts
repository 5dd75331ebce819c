import { stat } from 'node:fs/promises';
import { contentBytes, readCacheHeader } from './cache-header.ts';
import { exists } from './exists.ts';
import { verifyCacheFile } from './verify-cache.ts';

/** What became of comparing a dataset's copy with its checksums. */
export interface DatasetVerification {
  id: string;
  /** What is wrong and what to do, for the reader; null where nothing is. */
  problem: string | null;
}

export interface Copy {
  id: string;
  file: string;
  isKnown: boolean;
}

/**
 * Compares copies with their checksums; those that are not there are left out.
 * @param residentBytes copies that are larger are not read whole before they are trained on
 * @param tell called with a dataset's name, and bytes of it that were read and that there are
 * @throws the signal's reason where it is cancelled, also within a copy
 */
export async function verifyCopies(
  copies: readonly Copy[],
  residentBytes: number,
  tell: (name: string, done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<DatasetVerification[]> {
  const sized = await Promise.all(copies.map(async (copy) => ({ ...copy, bytes: (await sizeOf(copy.file)) ?? null })));
  const found: DatasetVerification[] = [];
  for (const copy of sized) {
    signal?.throwIfAborted();
    const { id, file, bytes } = copy;
    if (bytes === null) continue;
    const problem = await verifyCacheFile(file, (done) => tell(id, done, bytes), signal).then(
      () => null,
      async (error: unknown) => {
        signal?.throwIfAborted();
        return `${file}: ${(error as Error).message}. ${await remedyOf(copy, residentBytes)}`;
      },
    );
    found.push({ id, problem });
  }
  return found;
}

const sizeOf = (file: string): Promise<number | undefined> =>
  stat(file).then(
    ({ size }) => size,
    () => undefined,
  );

/** What to do about a damaged copy: nothing where its next use makes it anew (catalogue.ts), else what a person can do. */
async function remedyOf({ id, file, isKnown }: Copy, residentBytes: number): Promise<string> {
  const header = await readCacheHeader(file).catch(() => null);
  const origin = header?.origin ?? null;
  // Else training reads what it needs, and never compares all of it.
  const isReadWhole = header === null || (header.files === null && contentBytes(header) <= residentBytes);
  const canBeMade = header?.choices ? origin !== null && (await exists(origin)) : isKnown;
  if (canBeMade && isReadWhole) return 'It is made anew when it is next used.';
  if (canBeMade && !header?.choices) return 'Remove that file: it is made anew when it is next used.';
  return `Import ${origin ?? 'what it came from'} again${isKnown ? ` under the name ${id}` : ''}.`;
}
