import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemRefusal } from '../dataset-error.ts';
import type { ImportFindings } from '../image-source.ts';
import { litterOf } from '../naming/litter.ts';

/** Folders within folders, of which hubs use three: `data/CONFIGURATION/SPLIT/0000.parquet`. */
const DEEPEST = 6;

/**
 * Parquet files of a folder and of those in it, also behind links, as hubs' caches have them. Where there are none, nothing
 * is reported. System files right in `root` are reported by whoever looked there first.
 * @throws DatasetError where a folder cannot be read
 */
export async function findParquetFiles(root: string, report: ImportFindings): Promise<string[]> {
  const files: string[] = [];
  const litter: string[] = [];
  const search = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      throw systemRefusal(folder, error, 'read');
    });
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const left = litterOf(entry.name);
      if (left !== null) {
        if (depth > 0) litter.push(left);
        continue;
      }
      const kind = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry;
      if (kind?.isDirectory() && depth < DEEPEST && !entry.isSymbolicLink()) await search(path, depth + 1);
      // A link that leads nowhere counts: reading it says what is wrong.
      if (!kind?.isDirectory() && /\.parquet$/i.test(entry.name)) files.push(path);
    }
  };
  await search(root, 0);
  if (files.length > 0) for (const each of litter) report.changed('left-out', each);
  return files;
}
