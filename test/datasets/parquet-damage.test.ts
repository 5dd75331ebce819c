import { parquetMetadata, type FileMetaData } from 'hyparquet';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { requireSoundFooter } from '../../src-main/datasets/readers/parquet-footer.ts';
import { openParquetFile, readGroups } from '../../src-main/datasets/readers/parquet-file.ts';
import { ParquetProblem, reasonOf } from '../../src-main/datasets/readers/parquet-problem.ts';
import { countRuns } from '../../src-main/datasets/readers/parquet-runs.ts';
import { parquetBytes } from './support/parquet-files.ts';
import { writeTree } from './support/image-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const bytes = parquetBytes([0, 1, 0, 1].map((label) => ({ bytes: Uint8Array.of(1, 2, 3), label })));
const footer = (): FileMetaData => parquetMetadata(Uint8Array.from(bytes).buffer, { geoparquet: false });

describe('a footer', () => {
  it('that was written so is sound', () => {
    expect(() => requireSoundFooter(footer(), bytes.length)).not.toThrow();
  });

  type Change = (
    metadata: FileMetaData,
    column: NonNullable<FileMetaData['row_groups'][0]['columns'][0]['meta_data']>,
  ) => void;
  test.each<[string, Change, RegExp]>([
    [
      'more rows than its bytes can hold',
      ({ row_groups: [group] }) => (group.num_rows = 2n ** 40n),
      /claims 1,099,511,627,776 rows/,
    ],
    [
      'less than no rows',
      ({ row_groups: [group] }) => (group.num_rows = -1n),
      /the rows of its row group 0 make no sense/,
    ],
    [
      'no number of rows',
      ({ row_groups: [group] }) => Reflect.deleteProperty(group, 'num_rows'),
      /rows of its row group 0 are missing/,
    ],
    [
      'a column within a file elsewhere',
      ({ row_groups: [group] }) => (group.columns[0].file_path = '/etc/passwd'),
      /other files, which are not read/,
    ],
    [
      'a column of nothing',
      ({ row_groups: [group] }) => (group.columns[0].meta_data = undefined),
      /has a column without metadata/,
    ],
    ['a column that is not listed', (_, column) => (column.path_in_schema = ['other']), /does not list/],
    ['a column twice', ({ schema }) => (schema[2].name = 'path'), /lists a column twice/],
    ['columns without an end', ({ schema }) => (schema[0].num_children = 9), /breaks off/],
    ['fewer columns than there are', ({ schema }) => (schema[0].num_children = 1), /more than it says/],
    ['less than no columns', ({ schema }) => (schema[1].num_children = -1), /columns within a column make no sense/],
    [
      'groups without an end',
      ({ schema }) => schema.forEach((element) => (element.num_children = 1)),
      /too deep|breaks off/,
    ],
    // 64 bits where the format has 32: the decoder adds them to other numbers, which the runtime refuses.
    ...(['num_children', 'type_length', 'scale', 'precision', 'field_id'] as const).map(
      (key): [string, Change, RegExp] => [
        `${key} of another type`,
        ({ schema }) => Object.assign(schema[1], { [key]: 0n }),
        /its list of columns has a number of another type/,
      ],
    ),
    ['a column of no type', (_, column) => Reflect.deleteProperty(column, 'type'), /unknown type/],
    ['a column beyond its end', (_, column) => (column.total_compressed_size = 10_000n), /ends at byte 10004 of/],
    [
      'a column before its start',
      (_, column) => (column.data_page_offset = -5n),
      /the offsets of its row group 0 make no sense/,
    ],
    ['more values than its bytes can hold', (_, column) => (column.num_values = 2n ** 50n), /claims too many values/],
  ])('that tells of %s is refused', (_, change, message) => {
    const metadata = footer();
    const [{ meta_data: column }] = metadata.row_groups[0].columns;
    if (!column) throw new Error('The file has no column.');
    change(metadata, column);
    expect(() => requireSoundFooter(metadata, bytes.length)).toThrow(message);
    expect(() => requireSoundFooter(metadata, bytes.length)).toThrow(ParquetProblem);
  });
});

describe('runs of values', () => {
  const read = (content: number[], bits: number, count: number, wanted = 1) =>
    countRuns(Uint8Array.from(content), bits, count, wanted);

  it('are counted by their value, equal ones and packed ones', () => {
    expect(read([10 << 1, 1], 1, 10)).toBe(10);
    expect(read([10 << 1, 1], 1, 10, 0)).toBe(0);
    expect(read([(1 << 1) | 1, 0b1011_0001], 1, 8)).toBe(4);
    expect(read([(1 << 1) | 1, 0b1011_0001], 1, 5)).toBe(2);
    expect(read([3 << 1, 2, (1 << 1) | 1, 0b00_10_01_10, 0b11_10_01_00], 2, 11, 2)).toBe(3 + 3);
  });

  it('of packed values of any width are counted as they were packed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.nat(255), { minLength: 8, maxLength: 40 }),
        (bits, all) => {
          const values = all.slice(0, all.length - (all.length % 8)).map((value) => value & ((1 << bits) - 1));
          const packed = new Uint8Array((values.length * bits) / 8);
          values.forEach((value, index) => {
            for (let bit = 0; bit < bits; bit++) {
              const at = index * bits + bit;
              packed[at >> 3] |= ((value >> bit) & 1) << (at & 7);
            }
          });
          const content = Uint8Array.from([((values.length / 8) << 1) | 1, ...packed]);
          for (const wanted of new Set(values)) {
            const found = values.filter((value) => value === wanted).length;
            expect(countRuns(content, bits, values.length, wanted)).toBe(found);
          }
        },
      ),
    );
  });

  test.each<[string, number[], number, RegExp]>([
    [
      'that is longer than there are values',
      [0xfe, 0xff, 0xff, 0xff, 0x0f, 1],
      10,
      /a run has 2147483647 values where 10 are left/,
    ],
    ['that breaks off', [0x80], 10, /break off/],
    ['of a length without an end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], 10, /break off/],
    ['of packed values that break off', [(100 << 1) | 1, 1], 800, /packed values break off/],
    ['that is not there', [], 1, /break off/],
  ])('a run %s is refused', (_, content, count, message) => {
    expect(() => read(content, 1, count)).toThrow(message);
  });
});

describe('pages', () => {
  /** The first page's header: its type, two sizes, then the number of values, in zigzag. */
  const sizesAt = bytes.indexOf(Buffer.from([0x15, 0, 0x15]), 4);
  const valuesAt = bytes.indexOf(Buffer.from([0x2c, 0x15, 8]), 4) + 2;

  test.each<[string, number, number, RegExp]>([
    ['of more values than the column has', valuesAt, 0x7e, /claims more than its column can hold/],
    ['of less than no values', valuesAt, 1, /claims more than its column can hold/],
    ['of an unknown type', sizesAt + 1, 0x30, /no known type|does not follow/],
    ['that unpacks to more than its column', sizesAt + 3, 0x7e, /unpacks to more than its column/],
  ])('%s are refused', async (_, at, value, message) => {
    const changed = Buffer.from(bytes);
    changed[at] = value;
    const folder = await writeTree(await temporaryFolder(), { 'x.parquet': changed });
    const file = await openParquetFile(`${folder}/x.parquet`);
    for await (const { records } of readGroups(file, ['image', 'label'])) {
      expect(records).toBeInstanceOf(ParquetProblem);
      expect((records as ParquetProblem).message).toMatch(message);
    }
  });
});

test('of an error of the runtime nothing is repeated', () => {
  expect(reasonOf(new TypeError('Cannot read properties of null'))).toMatch(/does not follow the format/);
  expect(reasonOf(new Error('parquet unhandled type: undefined'))).toMatch(/does not follow the format/);
  expect(reasonOf(new Error('parquet file is too short'))).toBe('parquet file is too short');
});
