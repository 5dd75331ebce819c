import { bytesOf } from './byte-counts.ts';
import { fileError, type DatasetError } from './dataset-error.ts';

export type IdxContent = 'images' | 'labels';

/** How the values of a file are stored. */
interface IdxForm {
  /** The third byte of a file: what a value is. */
  type: number;
  valueBytes: number;
  rank: number;
}

/**
 * What is read: images `[count, height, width]` and labels `[count]` of bytes, and labels as QMNIST has them, a table
 * `[count, 8]` of 32-bit integers whose first column is the class (Yadav and Bottou 2019, Cold Case: The Lost MNIST Digits).
 */
const FORMS: Record<IdxContent, readonly IdxForm[]> = {
  images: [{ type: 0x08, valueBytes: 1, rank: 3 }],
  labels: [
    { type: 0x08, valueBytes: 1, rank: 1 },
    { type: 0x0c, valueBytes: 4, rank: 2 },
  ],
};

/** Columns of QMNIST's table: class, series, writer, number of the digit, class in NIST, its number, two unused. */
export const TABLE_COLUMNS = 8;

const OTHER_TYPES: Record<number, string> = {
  0x08: 'unsigned bytes',
  0x09: 'signed bytes',
  0x0b: '16-bit integers',
  0x0c: '32-bit integers',
  0x0d: '32-bit floats',
  0x0e: '64-bit floats',
};

/** What stands before the values. */
export interface IdxHeader {
  dimensions: number[];
  /** Where the values begin. */
  bytes: number;
  /** How many bytes they take. */
  contentBytes: number;
  isTable: boolean;
}

/** Nothing larger is read: 2 GiB of content. */
export const LARGEST_IDX_BYTES = 2 ** 31 - 1;

const COPY_AGAIN = 'Download or copy it again.';
const WRONG_FILE = 'Put the right file there instead.';

/**
 * Reads the header of an IDX file (big-endian).
 * @param head the beginning of the file
 * @param mostBytes that the file can hold; where it is compressed, at most
 * @returns null where more of it is needed
 * @throws DatasetError where the file is another one, or its size cannot be true
 */
export function readIdxHeader(
  head: Buffer,
  file: string,
  content: IdxContent,
  mostBytes: number,
  compressed: boolean,
): IdxHeader | null {
  if (head.length < 4) return null;
  const form = formOf(head, file, content);
  const bytes = 4 + 4 * form.rank;
  if (head.length < bytes) return null;
  const dimensions = Array.from({ length: form.rank }, (_, axis) => head.readUInt32BE(4 + 4 * axis));
  const header = {
    dimensions,
    bytes,
    contentBytes: dimensions.reduce((total, length) => total * length, form.valueBytes),
    isTable: form.rank === 2,
  };
  checkSize(header, file, mostBytes - bytes, compressed);
  return header;
}

function formOf(head: Buffer, file: string, content: IdxContent): IdxForm {
  const magic = `0x${head.subarray(0, 4).toString('hex')}`;
  const [usual] = FORMS[content];
  if (head[0] !== 0 || head[1] !== 0) {
    const wanted = `0x0000080${usual.rank}`;
    throw fileError(file, `is not an IDX file: it starts with ${magic} instead of ${wanted}.`, WRONG_FILE);
  }
  const form = FORMS[content].find(({ type, rank }) => type === head[2] && rank === head[3]);
  if (form) return form;
  const isOfType = FORMS[content].some(
    ({ type, rank }) => type === head[2] && (rank === head[3] || type === usual.type),
  );
  if (!isOfType) {
    const held = OTHER_TYPES[head[2]] ?? `values of the unknown type 0x${head[2].toString(16).padStart(2, '0')}`;
    throw fileError(file, `holds ${held} (magic ${magic}); only unsigned bytes are read.`, 'Convert it to 0 to 255.');
  }
  const other: IdxContent = content === 'images' ? 'labels' : 'images';
  if (head[3] === FORMS[other][0].rank) {
    throw fileError(
      file,
      `holds ${other} (magic ${magic}), but its name says ${content}.`,
      `The files of images and labels may have been swapped. ${WRONG_FILE}`,
    );
  }
  throw fileError(
    file,
    `has ${head[3]} dimensions (magic ${magic}); ${content} have ${usual.rank}.`,
    content === 'images' ? 'Only grey images, [count, height, width], are read.' : WRONG_FILE,
  );
}

function checkSize(header: IdxHeader, file: string, present: number, compressed: boolean): void {
  const { dimensions, contentBytes, isTable } = header;
  const declared = `declares ${describeIdx(header)}`;
  if (contentBytes === 0) throw fileError(file, `${declared}: there is nothing in it.`, WRONG_FILE);
  if (isTable && dimensions[1] !== TABLE_COLUMNS) {
    const problem = `holds a table of ${dimensions[1]} columns of 32-bit integers; of labels only QMNIST’s, of ${TABLE_COLUMNS}, is read.`;
    throw fileError(file, problem, 'Write the classes as unsigned bytes, [count] (magic 0x00000801).');
  }
  if (contentBytes > LARGEST_IDX_BYTES) {
    throw fileError(
      file,
      `${declared}, ${bytesOf(contentBytes)}; at most ${bytesOf(LARGEST_IDX_BYTES)} are read.`,
      `It is damaged, or has to be split up.`,
    );
  }
  if (contentBytes <= present) return;
  if (!compressed) throw truncatedIdx(file, header, present);
  throw fileError(
    file,
    `${declared}, ${bytesOf(contentBytes)}, more than a compressed file of its size can hold.`,
    `It is damaged. ${COPY_AGAIN}`,
  );
}

/** @param present bytes of content that are there */
export const truncatedIdx = (file: string, header: IdxHeader, present: number): DatasetError =>
  fileError(
    file,
    `declares ${describeIdx(header)}, ${bytesOf(header.contentBytes)}, but only ${bytesOf(present)} are there.`,
    `It is truncated. ${COPY_AGAIN}`,
  );

export function describeIdx({ dimensions, isTable }: IdxHeader): string {
  const count = dimensions[0].toLocaleString('en-GB');
  if (dimensions.length === 3) return `${count} images of ${dimensions[1]} × ${dimensions[2]}`;
  return `${count} labels${isTable ? ` in ${dimensions[1]} columns` : ''}`;
}
