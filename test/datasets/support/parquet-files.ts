/**
 * Parquet written by hand, after the format's specification (parquet-format: FileMetaData in Thrift's compact protocol,
 * one row group, plain encoding, nothing compressed): just enough for images and labels, also wrong ones. What hubs'
 * own tools write is in `test/fixtures/hub-parquet`.
 */

import { packed } from './delta-pages.ts';

export interface ParquetRow {
  bytes: Uint8Array;
  /** null makes the column optional, text makes it one of strings. */
  label: number | string | null;
}

export interface ParquetOptions {
  /** Class names as the hub's description of its features has them. */
  names?: string[];
  labelColumn?: string;
  imageColumn?: string;
  /** More columns of the same images, and of the same labels. */
  otherImages?: string[];
  otherLabels?: string[];
  /** Whether labels of text are bytes of which nothing says that they are text. */
  isBinary?: boolean;
  /** Whether labels, all of them numbers, are stored as differences. */
  isDelta?: boolean;
  /** Without images: only the labels. */
  hasImages?: boolean;
  /** What the footer says each column unpacks to; else what it does. */
  declaredBytes?: number;
  /** What the footer says of rows and of a column's compressed bytes, and each page's header of its values and bytes. */
  claims?: { rows?: number; compressed?: number; pageValues?: number; pageBytes?: number };
}

/** Of a column's leaf: whether a value may be missing. */
const REQUIRED = 0;
const OPTIONAL = 1;
const UTF8 = 0;

const PLAIN = 0;
const DELTA_BINARY_PACKED = 5;

const INT64 = 2;
const BYTE_ARRAY = 6;

export function parquetBytes(rows: ParquetRow[], options: ParquetOptions = {}): Buffer {
  const { names, labelColumn = 'label', imageColumn = 'image', hasImages = true, declaredBytes, claims = {} } = options;
  const { otherImages = [], otherLabels = [], isBinary = false, isDelta = false } = options;
  const imageColumns = hasImages ? [imageColumn, ...otherImages] : [];
  const labelColumns = [labelColumn, ...otherLabels];
  const images = imageColumns.flatMap((column) => [
    {
      path: [column, 'bytes'],
      type: BYTE_ARRAY,
      values: Buffer.concat(rows.map(({ bytes }) => byteArray(bytes))),
    },
    {
      path: [column, 'path'],
      type: BYTE_ARRAY,
      values: Buffer.concat(rows.map(() => byteArray(Buffer.from('x.png')))),
    },
  ]);
  const isText = rows.some(({ label }) => typeof label === 'string');
  const isOptional = rows.some(({ label }) => label === null);
  const labelType = isText ? BYTE_ARRAY : INT64;
  const values = isDelta
    ? Buffer.from(packed(rows.map(({ label }) => Number(label))))
    : labelValues(rows, isText, isOptional);
  const encoding = isDelta ? DELTA_BINARY_PACKED : PLAIN;
  const columns = [
    ...images.map((image) => ({ ...image, encoding: PLAIN })),
    ...labelColumns.map((column) => ({ path: [column], type: labelType, values, encoding })),
  ];

  const parts: Buffer[] = [Buffer.from('PAR1')];
  let offset = 4;
  const chunks = columns.map(({ path, type, values, encoding }) => {
    const header = struct([
      [1, 5, i32(0)],
      [2, 5, i32(claims.pageBytes ?? values.length)],
      [3, 5, i32(values.length)],
      // Data page: number of values, encoding, levels in RLE.
      [
        5,
        12,
        struct([
          [1, 5, i32(claims.pageValues ?? rows.length)],
          [2, 5, i32(encoding)],
          [3, 5, i32(3)],
          [4, 5, i32(3)],
        ]),
      ],
    ]);
    const start = offset;
    parts.push(header, values);
    offset += header.length + values.length;
    const size = header.length + values.length;
    const metadata = struct([
      [1, 5, i32(type)],
      [2, 9, list(5, [i32(encoding)])],
      [3, 9, list(8, path.map(text))],
      [4, 5, i32(0)],
      [5, 6, i64(rows.length)],
      [6, 6, i64(declaredBytes ?? size)],
      [7, 6, i64(claims.compressed ?? size)],
      [9, 6, i64(start)],
    ]);
    return struct([
      [2, 6, i64(start)],
      [3, 12, metadata],
    ]);
  });

  const group = (name: string, children: number) =>
    struct([
      [3, 5, i32(0)],
      [4, 8, text(name)],
      [5, 5, i32(children)],
    ]);
  const leaf = (name: string, type: number, repetition = REQUIRED, isUtf8 = false) =>
    struct([
      [1, 5, i32(type)],
      [3, 5, i32(repetition)],
      [4, 8, text(name)],
      ...(isUtf8 ? [[6, 5, i32(UTF8)] as Field] : []),
    ]);
  const schema = [
    group('schema', imageColumns.length + labelColumns.length),
    ...imageColumns.flatMap((column) => [group(column, 2), leaf('bytes', BYTE_ARRAY), leaf('path', BYTE_ARRAY)]),
    ...labelColumns.map((column) => leaf(column, labelType, isOptional ? OPTIONAL : REQUIRED, isText && !isBinary)),
  ];
  const described = JSON.stringify({ info: { features: { [labelColumn]: { names, _type: 'ClassLabel' } } } });
  const footer = struct([
    [1, 5, i32(1)],
    [2, 9, list(12, schema)],
    [3, 6, i64(claims.rows ?? rows.length)],
    [
      4,
      9,
      list(12, [
        struct([
          [1, 9, list(12, chunks)],
          [2, 6, i64(offset - 4)],
          [3, 6, i64(claims.rows ?? rows.length)],
        ]),
      ]),
    ],
    ...(names
      ? [
          [
            5,
            9,
            list(12, [
              struct([
                [1, 8, text('huggingface')],
                [2, 8, text(described)],
              ]),
            ]),
          ] as Field,
        ]
      : []),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, Buffer.from('PAR1')]);
}

/** Where some may be missing, a bit for each comes before the values (RLE, bit-packed). */
function labelValues(rows: readonly ParquetRow[], isText: boolean, isOptional: boolean): Buffer {
  const present = rows.flatMap(({ label }) => (label === null ? [] : [label]));
  const values = present.map((label) => (isText ? byteArray(Buffer.from(String(label))) : int64(Number(label))));
  if (!isOptional) return Buffer.concat(values);
  const bits = Buffer.alloc(Math.ceil(rows.length / 8));
  rows.forEach(({ label }, at) => (bits[at >> 3] |= (label === null ? 0 : 1) << (at & 7)));
  const run = Buffer.concat([varint(bits.length * 2 + 1), bits]);
  return Buffer.concat([byteArray(run), ...values]);
}

/** Identifier, type of Thrift's compact protocol, encoded value. */
type Field = [id: number, type: number, value: Buffer];

function struct(fields: Field[]): Buffer {
  const parts: Buffer[] = [];
  let last = 0;
  for (const [id, type, value] of fields) {
    parts.push(Buffer.from([((id - last) << 4) | type]), value);
    last = id;
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function list(type: number, items: Buffer[]): Buffer {
  const head =
    items.length < 15
      ? Buffer.from([(items.length << 4) | type])
      : Buffer.concat([Buffer.from([0xf0 | type]), varint(items.length)]);
  return Buffer.concat([head, ...items]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}

/** Zigzag; nothing here is negative. */
const i32 = (value: number) => varint(value * 2);
const i64 = i32;
const text = (value: string) => Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value, 'utf8')]);

function byteArray(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}
