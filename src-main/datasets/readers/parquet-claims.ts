import { totalmem } from 'node:os';
import type { AsyncBuffer, ColumnMetaData, FileMetaData, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

/** What a Parquet file says of itself, checked before memory is taken for it: hyparquet takes it as it is said. */

/** Of a file; the values of a column in a group are no more. No set of labelled images has so many. */
const MOST_ROWS = 20_000_000;
/** Page headers are short unless they have statistics. */
const HEADER_WINDOW_BYTES = 2 ** 16;
/** A dictionary has no more values than bits. */
const BITS = 8;

const counted = (count: number) => count.toLocaleString('en-GB');

/** What is wrong with the numbers of rows in a footer, as the end of a sentence; null where nothing is. */
export function problemOfRows({ row_groups: groups, num_rows: all }: FileMetaData): string | null {
  const counts = groups.map(({ num_rows: rows }) => Number(rows));
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (counts.some((count) => count < 0) || rows !== Number(all)) {
    return `claims ${counted(Number(all))} rows, but its row groups ${counted(rows)}: it is damaged`;
  }
  return rows > MOST_ROWS ? `claims ${counted(rows)} rows; at most ${counted(MOST_ROWS)} are read: split it up` : null;
}

/** What is wrong with what a row group claims of these columns, as the end of a sentence; null where nothing is. */
export async function problemOfGroup(
  buffer: AsyncBuffer,
  group: RowGroup,
  columns: readonly string[],
): Promise<string | null> {
  let bytes = 0;
  for (const { meta_data: about } of group.columns) {
    if (!about || !columns.includes(about.path_in_schema[0])) continue;
    const found = await pagesOf(buffer, about);
    if (typeof found === 'string') return found;
    bytes += Math.max(found.bytes, Number(about.total_uncompressed_size));
  }
  if (bytes <= totalmem() / 2) return null;
  return (
    `are one row group of ${(bytes / 2 ** 30).toFixed(1)} GiB, which is read at once and is more than half of this machine’s memory; ` +
    'write the file again with smaller ones, such as row_group_size=1000'
  );
}

async function pagesOf(buffer: AsyncBuffer, about: ColumnMetaData): Promise<{ bytes: number } | string> {
  const offsets = [about.dictionary_page_offset, about.data_page_offset].map((offset) => Number(offset ?? 0));
  const start = Math.min(...offsets.filter((offset) => offset > 0));
  const size = Number(about.total_compressed_size);
  const values = Number(about.num_values);
  if (!(size >= 0 && start + size <= buffer.byteLength))
    return 'claim bytes beyond the end of the file: it is damaged or cut short';
  if (!(values >= 0 && values <= MOST_ROWS))
    return `claim ${counted(values)} values in a column; at most ${counted(MOST_ROWS)} are read`;
  let [at, bytes, found] = [0, 0, 0];
  while (at < size - 1) {
    const page = await pageAt(buffer, start + at, start + size);
    // What is no page is told by the reader.
    if (page === null) break;
    at += page.headerBytes + page.compressed;
    bytes += page.unpacked;
    found += page.values;
    if (page.compressed < 0 || page.unpacked < 0 || page.values < 0 || at > size)
      return 'have a page that is longer than its column: it is damaged';
    if (page.dictionary > BITS * page.unpacked)
      return 'have a dictionary of more values than its bytes can hold: it is damaged';
    if (found > values) return `have pages of more values than the ${counted(values)} of their column: it is damaged`;
    if (bytes > totalmem() / 2) break;
  }
  return { bytes };
}

interface Page {
  headerBytes: number;
  compressed: number;
  unpacked: number;
  /** Of data; a dictionary's are counted apart. */
  values: number;
  dictionary: number;
}

async function pageAt(buffer: AsyncBuffer, at: number, end: number): Promise<Page | null> {
  for (const window of [HEADER_WINDOW_BYTES, Infinity]) {
    const reader = { view: new DataView(await buffer.slice(at, Math.min(end, at + window))), offset: 0 };
    try {
      const { compressed_page_size, uncompressed_page_size, ...headers } = parquetHeader(reader);
      return {
        headerBytes: reader.offset,
        compressed: compressed_page_size,
        unpacked: uncompressed_page_size,
        values: (headers.data_page_header ?? headers.data_page_header_v2)?.num_values ?? 0,
        dictionary: headers.dictionary_page_header?.num_values ?? 0,
      };
    } catch {
      if (at + window >= end) return null;
    }
  }
  return null;
}
