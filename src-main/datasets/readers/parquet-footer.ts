import type { ColumnMetaData, FileMetaData, SchemaElement } from 'hyparquet';
import { ParquetProblem } from './parquet-problem.ts';

/**
 * What the footer tells (parquet-format, `parquet.thrift`), checked before anything is read or taken memory for by it: the
 * decoder believes it.
 */

/** Run lengths and dictionaries may hold a row in less than a bit; no data set has so many for so few bytes. */
const MOST_ROWS_A_BYTE = 1000;
/** Of a file. A list of their labels takes 800 MB. */
const MOST_ROWS = 100_000_000;
/** Groups within groups; images take two. */
const DEEPEST = 16;

/** Numbers of a column's entry in the list of columns, of 32 bits each; what is written in 64 is read as another type. */
const INTEGERS = ['num_children', 'type_length', 'scale', 'precision', 'field_id'] as const;

/** @throws ParquetProblem naming what is wrong */
export function requireSoundFooter({ schema, row_groups: groups }: FileMetaData, fileBytes: number): void {
  const leaves = leavesOf(schema);
  const mostRows = Math.min(MOST_ROWS, fileBytes * MOST_ROWS_A_BYTE);
  let rows = 0;
  for (const [at, { columns, num_rows: count }] of groups.entries()) {
    const where = `its row group ${at}`;
    rows += wholeNumber(count, `the rows of ${where}`);
    if (rows > mostRows) {
      throw new ParquetProblem(
        `claims ${rows.toLocaleString('en-GB')} rows or more in ${fileBytes.toLocaleString('en-GB')} bytes; it is damaged`,
      );
    }
    for (const { meta_data: column, file_path: path } of columns) {
      if (path !== undefined) throw new ParquetProblem('keeps columns in other files, which are not read');
      if (column === undefined) throw damaged(`${where} has a column without metadata`);
      requireColumn(column, where, leaves, fileBytes, mostRows);
    }
  }
}

function requireColumn(
  column: ColumnMetaData,
  where: string,
  leaves: ReadonlySet<string>,
  fileBytes: number,
  mostValues: number,
): void {
  const { path_in_schema: path, codec, type, num_values: values, total_compressed_size: size } = column;
  if (!leaves.has(JSON.stringify(path))) throw damaged(`${where} has a column that the file does not list`);
  if (codec === undefined || type === undefined) throw damaged(`${where} has a column of an unknown type`);
  if (wholeNumber(values, `the values of ${where}`) > mostValues) throw damaged(`${where} claims too many values`);
  wholeNumber(column.total_uncompressed_size, `the bytes of ${where}`);
  const offsets = [column.data_page_offset, column.dictionary_page_offset ?? 0n];
  const [data, dictionary] = offsets.map((offset) => wholeNumber(offset, `the offsets of ${where}`));
  const end = (dictionary || data) + wholeNumber(size, `the bytes of ${where}`);
  if (end > fileBytes) throw damaged(`${where} ends at byte ${end} of ${fileBytes}`);
}

/** Paths of the columns that hold values, each as JSON. @throws ParquetProblem where the list is no tree */
function leavesOf(schema: readonly SchemaElement[]): ReadonlySet<string> {
  const leaves = new Set<string>();
  let next = 0;
  const visit = (path: readonly string[]): void => {
    const element = schema.at(next++);
    if (element === undefined || typeof element.name !== 'string' || path.length > DEEPEST) {
      throw damaged('its list of columns breaks off, or is too deep');
    }
    if (INTEGERS.some((key) => !['number', 'undefined'].includes(typeof element[key]))) {
      throw damaged('its list of columns has a number of another type than the format says');
    }
    const children = wholeNumber(element.num_children ?? 0, 'the columns within a column');
    const own = next === 1 ? [] : [...path, element.name];
    if (children === 0 && next > 1) {
      if (leaves.has(JSON.stringify(own))) throw damaged('it lists a column twice');
      leaves.add(JSON.stringify(own));
    }
    for (let child = 0; child < children; child++) visit(own);
  };
  visit([]);
  if (next !== schema.length) throw damaged('its list of columns has more than it says');
  return leaves;
}

function wholeNumber(value: unknown, what: string): number {
  const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : -1;
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw damaged(`${what} ${value === undefined ? 'are missing' : 'make no sense'}`);
}

const damaged = (what: string) => new ParquetProblem(`is not a whole Parquet file: ${what}`);
