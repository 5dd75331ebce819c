import { isSystemError, systemRefusal } from '../dataset-error.ts';
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
import { getSchemaPath } from 'hyparquet/src/schema.js';
import { requireSoundFooter } from './parquet-footer.ts';
import { requireSoundPages, type ColumnChunk } from './parquet-pages.ts';
import { ParquetProblem, reasonOf } from './parquet-problem.ts';

export { ParquetProblem } from './parquet-problem.ts';

export interface ParquetFile {
  path: string;
  buffer: AsyncBuffer;
  metadata: FileMetaData;
}

/** @throws ParquetProblem */
export async function openParquetFile(path: string): Promise<ParquetFile> {
  try {
    const buffer = await openBuffer(path);
    const metadata = await parquetMetadataAsync(buffer, { geoparquet: false });
    requireSoundFooter(metadata, buffer.byteLength);
    return { path, buffer, metadata };
  } catch (error) {
    if (error instanceof ParquetProblem) throw error;
    if (isSystemError(error)) throw systemRefusal(path, error, 'read');
    if (await isLfsPointerFile(path)) throw new ParquetProblem(LFS_PROBLEM);
    throw new ParquetProblem(`is not a whole Parquet file (${reasonOf(error)})`);
  }
}

async function openBuffer(path: string): Promise<AsyncBuffer> {
  const { byteLength, slice } = await asyncBufferFromFile(path);
  return {
    byteLength,
    slice(start, end) {
      const bytes = Promise.resolve(slice(start, end));
      // The decoder reads ahead, and may never come to what it asked for: its failure is nobody's then.
      bytes.catch(() => undefined);
      return bytes;
    },
  };
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

/**
 * A few rows, from one on; fewer where the file ends.
 *
 * @throws ParquetProblem, and whatever the decoder throws on what is broken
 */
export async function readRows(
  file: ParquetFile,
  columns: string[],
  rowStart: number,
  count: number,
): Promise<Record<string, unknown>[]> {
  const { buffer, metadata } = file;
  const rowEnd = Math.min(Number(metadata.num_rows), rowStart + count);
  const chunks: ReadChunk[] = [];
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    if (start < rowEnd && rowStart < end) chunks.push(...(await readSoundChunks(file, group, columns)));
    start = end;
  }
  // What was looked at is not read from the disk again.
  const known: AsyncBuffer = {
    byteLength: buffer.byteLength,
    slice(from, to = buffer.byteLength) {
      const chunk = chunks.find(({ start: at, bytes }) => at <= from && to <= at + bytes.byteLength);
      if (chunk && from === chunk.start && to === from + chunk.bytes.byteLength) return chunk.bytes;
      return chunk ? chunk.bytes.slice(from - chunk.start, to - chunk.start) : buffer.slice(from, to);
    },
  };
  return parquetReadObjects({ file: known, metadata, columns, rowStart, rowEnd, compressors, utf8: false });
}

/** Rows that are read at once. */
export interface RecordGroup {
  /** Index of the first in its file. */
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
  try {
    return await readRows(file, columns, rowStart, Number(group.num_rows));
  } catch (error) {
    if (isSystemError(error)) throw systemRefusal(file.path, error, 'read');
    return error instanceof ParquetProblem ? error : new ParquetProblem(`cannot be read (${reasonOf(error)})`);
  }
}

interface ReadChunk {
  start: number;
  bytes: ArrayBuffer;
}

/**
 * The chunks of a group's columns, sound and small enough to be unpacked.
 *
 * @throws ParquetProblem, and what the decoder throws on a broken page header
 */
async function readSoundChunks(
  { buffer, metadata }: Pick<ParquetFile, 'buffer' | 'metadata'>,
  group: RowGroup,
  columns: readonly string[],
): Promise<ReadChunk[]> {
  const size = group.columns
    .filter(({ meta_data: about }) => columns.includes(about?.path_in_schema[0] ?? ''))
    .reduce((sum, { meta_data: about }) => sum + Number(about?.total_uncompressed_size ?? 0), 0);
  if (size > totalmem() / 2) {
    const gibibytes = (size / 2 ** 30).toFixed(1);
    throw new ParquetProblem(
      `has a row group of ${gibibytes} GiB, which is read at once and is more than half of this machine’s memory; ` +
        'write the file again with smaller ones, such as row_group_size=1000',
    );
  }
  const chunks: ReadChunk[] = [];
  for (const { meta_data: about } of group.columns) {
    if (!about || !columns.includes(about.path_in_schema[0])) continue;
    const start = Number(about.dictionary_page_offset || about.data_page_offset);
    const bytes = await buffer.slice(start, start + Number(about.total_compressed_size));
    const path: ColumnChunk['path'] = getSchemaPath(metadata.schema, about.path_in_schema).map(
      ({ element }) => element,
    );
    requireSoundPages(bytes, { about, path });
    chunks.push({ start, bytes });
  }
  return chunks;
}
