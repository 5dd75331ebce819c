import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  type AsyncBuffer,
  type FileMetaData,
  type RowGroup,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { isLfsPointer } from './lfs-pointer.ts';
import { problemOfGroup, problemOfRows } from './parquet-claims.ts';

export interface ParquetFile {
  path: string;
  buffer: AsyncBuffer;
  metadata: FileMetaData;
}

/** A file, or some of its rows, cannot be read; the message is the end of a sentence that starts with its name. */
export class ParquetProblem extends Error {
  override readonly name = 'ParquetProblem';
}

/** @throws ParquetProblem */
export async function openParquetFile(path: string): Promise<ParquetFile> {
  try {
    const buffer = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(buffer);
    const problem = problemOfRows(metadata);
    if (problem !== null) throw new ParquetProblem(problem);
    return { path, buffer, metadata };
  } catch (error) {
    if (error instanceof ParquetProblem) throw error;
    if (await isLfsPointer(path)) {
      throw new ParquetProblem(
        'is a Git LFS pointer, not the file itself: run git lfs pull in its folder, and import again',
      );
    }
    throw new ParquetProblem(`is not a whole Parquet file (${(error as Error).message})`);
  }
}

/** Names of the top-level columns, each with the names of its parts. */
export function columnsOf({ metadata: { schema } }: ParquetFile): Map<string, string[]> {
  const columns = new Map<string, string[]>();
  const [, ...elements] = schema;
  for (let at = 0; at < elements.length;) {
    const { name, num_children: parts = 0 } = elements[at];
    const inner = elements.slice(at + 1, at + 1 + parts);
    columns.set(
      name,
      inner.map((element) => element.name),
    );
    at += 1 + descendants(elements, at);
  }
  return columns;
}

function descendants(elements: readonly { num_children?: number }[], at: number): number {
  let open = elements[at].num_children ?? 0;
  let count = 0;
  while (open > 0) {
    count++;
    open += (elements[at + count]?.num_children ?? 0) - 1;
  }
  return count;
}

/** Rows that are read at once. */
export interface RecordGroup {
  /** Place of the first in its file. */
  start: number;
  count: number;
  records: Record<string, unknown>[] | ParquetProblem;
}

/** The row groups of a file in their order, also those that cannot be read. */
export async function* readGroups(file: ParquetFile, columns: string[]): AsyncGenerator<RecordGroup> {
  let start = 0;
  for (const group of file.metadata.row_groups) {
    const count = Number(group.num_rows);
    yield { start, count, records: await readGroup(file, group, columns, start) };
    start += count;
  }
}

async function readGroup(
  { buffer, metadata }: ParquetFile,
  group: RowGroup,
  columns: string[],
  rowStart: number,
): Promise<RecordGroup['records']> {
  const problem = await problemOfGroup(buffer, group, columns);
  if (problem !== null) return new ParquetProblem(problem);
  try {
    const rowEnd = rowStart + Number(group.num_rows);
    return await parquetReadObjects({ file: buffer, metadata, columns, rowStart, rowEnd, compressors, utf8: false });
  } catch (error) {
    return new ParquetProblem(`cannot be read (${(error as Error).message})`);
  }
}
