import type { ColumnMetaData, PageHeader, SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetHeader } from 'hyparquet/src/column.js';
import { isDelta, requireDeltas } from './parquet-deltas.ts';
import { countRuns } from './parquet-runs.ts';
import { ParquetProblem } from './parquet-problem.ts';

/**
 * The pages of a column (parquet-format, Data Pages), checked before they are decoded: the decoder takes memory for as many
 * values as a page claims, and repeats a value as often as a run says.
 */

/** A column of a row group, as the footer tells of it. */
export interface ColumnChunk {
  about: ColumnMetaData;
  /** From the root to the column: what may be missing or repeated. */
  path: readonly SchemaElement[];
}

/** Of values whose bytes are split into streams. */
const SPLIT_BYTES: Partial<Record<string, number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8 };

const DICTIONARY_ENCODINGS: readonly unknown[] = ['PLAIN_DICTIONARY', 'RLE_DICTIONARY'];

/** @param bytes of the chunk, all of it @throws ParquetProblem, and what the decoder throws on a broken page header */
export function requireSoundPages(bytes: ArrayBuffer, column: ColumnChunk): void {
  const { about, path } = column;
  const reader = { view: new DataView(bytes), offset: 0 };
  const most = Number(about.num_values);
  const levels = {
    repetition: path.filter(({ repetition_type: type }) => type === 'REPEATED').length,
    definition: path.slice(1).filter(({ repetition_type: type }) => type !== 'REQUIRED').length,
  };
  let values = 0;
  while (reader.offset < bytes.byteLength - 1 && values < most) {
    const header = parquetHeader(reader);
    const end = reader.offset + header.compressed_page_size;
    requireNumbers([header.compressed_page_size, header.uncompressed_page_size], Number.MAX_SAFE_INTEGER);
    if (end > bytes.byteLength) throw damaged('a page is longer than its column');
    if (header.uncompressed_page_size > Number(about.total_uncompressed_size)) {
      throw damaged('a page unpacks to more than its column');
    }
    const stored = new Uint8Array(bytes, reader.offset, header.compressed_page_size);
    values += requirePage(stored, header, column, levels, most - values);
    reader.offset = end;
  }
}

interface Levels {
  repetition: number;
  definition: number;
}

/** @returns how many values it holds */
function requirePage(
  stored: Uint8Array,
  header: PageHeader,
  column: ColumnChunk,
  levels: Levels,
  most: number,
): number {
  const { about } = column;
  const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = header;
  if (header.type === 'DICTIONARY_PAGE' && dictionary) {
    // A bit at least for each.
    requireNumbers([dictionary.num_values], header.uncompressed_page_size * 8);
    return 0;
  }
  if (header.type === 'DATA_PAGE' && first) {
    requireNumbers([first.num_values], most);
    if (levels.repetition + levels.definition === 0 && first.encoding === 'PLAIN') return first.num_values;
    const page = unpack(stored, header.uncompressed_page_size, about.codec);
    let at = 0;
    let present = first.num_values;
    for (const [level, isDefinition] of [[levels.repetition, false] as const, [levels.definition, true] as const]) {
      if (level === 0) continue;
      const length = new DataView(page.buffer, page.byteOffset, page.length).getUint32(at, true);
      const region = page.subarray(at + 4, at + 4 + length);
      const atLevel = countRuns(region, bitsOf(level), first.num_values, level);
      if (isDefinition) present = atLevel;
      at += 4 + length;
    }
    requireValues(page.subarray(at), first.encoding, column, present);
    return first.num_values;
  }
  if (header.type === 'DATA_PAGE_V2' && second) {
    const { repetition_levels_byte_length: repetition = 0, definition_levels_byte_length: definition } = second;
    requireNumbers([second.num_values], most);
    requireNumbers([second.num_nulls, second.num_rows], second.num_values);
    requireNumbers([repetition, definition], stored.length - repetition);
    if (levels.repetition > 0) {
      countRuns(stored.subarray(0, repetition), bitsOf(levels.repetition), second.num_values, 0);
    }
    const definitions = stored.subarray(repetition, repetition + definition);
    if (levels.definition > 0) countRuns(definitions, bitsOf(levels.definition), second.num_values, 0);
    const content = stored.subarray(repetition + definition);
    const size = header.uncompressed_page_size - repetition - definition;
    requireNumbers([size], Number.MAX_SAFE_INTEGER);
    const page = second.is_compressed === false ? content : unpack(content, size, about.codec);
    requireValues(page, second.encoding, column, second.num_values - second.num_nulls);
    return second.num_values;
  }
  throw damaged('a page is of no known type');
}

/** Indices into a dictionary, or flags, are runs too. */
function requireValues(
  page: Uint8Array,
  encoding: unknown,
  { about: { type }, path }: ColumnChunk,
  count: number,
): void {
  if (isDelta(encoding)) requireDeltas(page, encoding, count);
  if (encoding === 'BYTE_STREAM_SPLIT') {
    const width = type === 'FIXED_LEN_BYTE_ARRAY' ? (path.at(-1)?.type_length ?? 0) : SPLIT_BYTES[type];
    if (!width || count * width > page.length) throw damaged('its values are longer than their page');
  }
  if (encoding === 'RLE' && type === 'BOOLEAN') countRuns(page.subarray(4), 1, count, 0);
  else if ((DICTIONARY_ENCODINGS.includes(encoding) || encoding === 'RLE') && page.length > 0) {
    const width = page[0];
    if (width > 32) throw damaged(`a page has indices of ${width} bits`);
    if (width > 0) countRuns(page.subarray(1), width, count, 0);
  }
}

function unpack(stored: Uint8Array, size: number, codec: ColumnMetaData['codec']): Uint8Array {
  if (codec === 'UNCOMPRESSED') return stored;
  const decompress = compressors[codec];
  if (!decompress) throw damaged(`it is compressed as ${codec}, which is not read`);
  return decompress(stored, size);
}

const bitsOf = (level: number): number => 32 - Math.clz32(level);

function requireNumbers(numbers: readonly unknown[], most: number): void {
  const isSound = (number: unknown) => Number.isSafeInteger(number) && Number(number) >= 0 && Number(number) <= most;
  if (!numbers.every(isSound)) throw damaged('a page claims more than its column can hold');
}

const damaged = (what: string) => new ParquetProblem(`cannot be read (${what}; the file is damaged)`);
