import type { SplitLook } from '../naming/split-answers.ts';
import { columnsOf, openParquetFile, readRows, type ParquetFile } from './parquet-file.ts';
import { MOST_PREVIEWED, previewFiles } from './preview.ts';

/** Files whose footers are read to count rows. */
const MOST_FILES = 500;

/** Columns of encoded images: structures with the bytes of a file. */
export const imageColumnsOf = (file: ParquetFile): string[] =>
  [...columnsOf(file)].filter(([, parts]) => parts.includes('bytes')).map(([name]) => name);

/** How many rows there are in these files, and the first images of a column; null where they cannot be read. */
export async function previewParquet(
  paths: readonly string[],
  column: string | null = null,
): Promise<SplitLook | null> {
  if (paths.length > MOST_FILES) return null;
  try {
    let images = 0;
    let first: ParquetFile | null = null;
    for (const path of paths) {
      const file = await openParquetFile(path);
      images += Number(file.metadata.num_rows);
      first ??= file;
    }
    const shown = column ?? (first === null ? undefined : imageColumnsOf(first)[0]);
    if (first === null || shown === undefined) return { images, preview: null };
    const rows = await readRows(first, [shown], 0, MOST_PREVIEWED);
    const files = rows.map((row) => () => encodedBytes(row[shown]) ?? new Uint8Array());
    return { images, preview: await previewFiles(files) };
  } catch {
    return null;
  }
}

/** The image file of a cell; null where it has none. */
export function encodedBytes(value: unknown): Uint8Array | null {
  const bytes = (value as { bytes?: unknown } | null)?.bytes;
  return bytes instanceof Uint8Array ? bytes : null;
}
