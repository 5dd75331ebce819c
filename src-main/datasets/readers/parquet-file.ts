import { totalmem } from 'node:os';
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  type AsyncBuffer,
  type FileMetaData,
  type RowGroup,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { LFS_PROBLEM, isLfsPointerFile } from '../lfs-pointer.ts';

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
    return { path, buffer, metadata: await parquetMetadataAsync(buffer) };
  } catch (error) {
    if (await isLfsPointerFile(path)) throw new ParquetProblem(LFS_PROBLEM);
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

/** A few rows, from one on; fewer where the file ends. @throws whatever the decoder throws on what is broken */
export function readRows(
  { buffer, metadata }: ParquetFile,
  columns: string[],
  rowStart: number,
  count: number,
): Promise<Record<string, unknown>[]> {
  const rowEnd = Math.min(Number(metadata.num_rows), rowStart + count);
  return parquetReadObjects({ file: buffer, metadata, columns, rowStart, rowEnd, compressors, utf8: false });
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
  file: ParquetFile,
  group: RowGroup,
  columns: string[],
  rowStart: number,
): Promise<RecordGroup['records']> {
  const size = group.columns
    .filter(({ meta_data: about }) => columns.includes(about?.path_in_schema[0] ?? ''))
    .reduce((sum, { meta_data: about }) => sum + Number(about?.total_uncompressed_size ?? 0), 0);
  if (size > totalmem() / 2) {
    const gibibytes = (size / 2 ** 30).toFixed(1);
    return new ParquetProblem(
      `are one row group of ${gibibytes} GiB, which is read at once and is more than half of this machine’s memory; ` +
        'write the file again with smaller ones, such as row_group_size=1000',
    );
  }
  try {
    const rowEnd = rowStart + Number(group.num_rows);
    return await readRows(file, columns, rowStart, rowEnd - rowStart);
  } catch (error) {
    return new ParquetProblem(`cannot be read (${(error as Error).message})`);
  }
}
