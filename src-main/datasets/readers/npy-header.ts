import { shortened, ReadableError } from '../../contract/index.ts';
import type { Fault } from '../dataset-error.ts';
import { LFS_PROBLEM, isLfsPointer } from '../lfs-pointer.ts';

/** The file is not an array of numbers; the message is the end of a sentence that starts with its name. */
export class ArrayProblem extends ReadableError {
  override readonly name = 'ArrayProblem';
  readonly fault: Fault;

  constructor(message: string, fault: Fault = 'input') {
    super(message);
    this.fault = fault;
  }
}

/** What stands before the numbers of a `.npy` file. */
export interface NpyHeader {
  type: NumberType;
  isBigEndian: boolean;
  /** The first index runs fastest. */
  isFortran: boolean;
  shape: number[];
  /** Where the numbers begin. */
  start: number;
  /** How many bytes they take. */
  bytes: number;
}

/** Kind and bytes of a number as NumPy writes them: b(oolean), u(nsigned), i(nteger), f(loat). */
const NUMBER_TYPES = ['b1', 'u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8'] as const;
export type NumberType = (typeof NUMBER_TYPES)[number];

/** What else NumPy writes, by the letter of its kind (numpy.dtype.kind). */
const OTHER_KINDS: Record<string, string> = {
  f: 'floats of more than 64 bits',
  c: 'complex numbers',
  S: 'text (bytes)',
  a: 'text (bytes)',
  U: 'text',
  O: 'pickled objects of Python',
  M: 'dates',
  m: 'spans of time',
  V: 'raw records',
};

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const VERSIONS = [1, 2, 3];
/** NumPy itself takes no longer one without being asked to (numpy.lib.format, `max_header_size` is 10,000). */
const LONGEST_HEADER = 65_536;
/** Nor arrays of more axes (`NPY_MAXDIMS` of NumPy 2; 32 before). */
const MOST_AXES = 64;

/**
 * Reads the header of a `.npy` file (NumPy Enhancement Proposal 1; versions 1 to 3), written by Python 2 or 3.
 * @param bytes the beginning of the file
 * @returns null where more of it is needed
 * @throws ArrayProblem that says what the file is instead, or what it holds instead of numbers
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isLfsPointer(file)) throw new ArrayProblem(LFS_PROBLEM);
  if (!file.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, file.length))) {
    throw new ArrayProblem('is not an array of NumPy');
  }
  if (file.length < 12) return null;
  if (!VERSIONS.includes(file[6])) throw new ArrayProblem(`is of version ${file[6]}; 1 to 3 are read`);
  const lengthBytes = file[6] === 1 ? 2 : 4;
  const headerBytes = lengthBytes === 2 ? file.readUInt16LE(8) : file.readUInt32LE(8);
  if (headerBytes > LONGEST_HEADER) throw new ArrayProblem(`claims a header of ${headerBytes} bytes; it is damaged`);
  const start = 8 + lengthBytes + headerBytes;
  if (file.length < start) return null;
  return { ...parseHeader(file.subarray(8 + lengthBytes, start).toString(file[6] === 3 ? 'utf8' : 'latin1')), start };
}

/** Values of the dictionary: text, True, False, a tuple of whole numbers, or a list (of a record's fields). */
const ENTRY = /^\s*(['"])(\w+)\1\s*:\s*(?:(['"])([^'"]*)\3|(True|False)|\(([\d,\sL]*)\)|(\[.*?\]))\s*,?/s;

function parseHeader(text: string): Omit<NpyHeader, 'start'> {
  const entries = new Map<string, RegExpExecArray>();
  let rest = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? '';
  for (let match = ENTRY.exec(rest); match; match = ENTRY.exec(rest)) {
    entries.set(match[2], match);
    rest = rest.slice(match[0].length);
  }
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((key) => entries.get(key));
  if (descr?.[7] !== undefined) throw new ArrayProblem('holds records of several fields; only numbers are read');
  if (rest.trim() !== '' || !descr?.[4] || !order?.[5] || shape?.[6] === undefined) {
    throw new ArrayProblem('has a header that cannot be read; it is damaged');
  }
  const type = typeOf(descr[4]);
  const sides = parseShape(shape[6]);
  const bytes = sides.reduce((product, side) => product * side, Number(type[1]));
  if (!Number.isSafeInteger(bytes)) throw new ArrayProblem(`claims ${sides.join(' × ')} values; it is damaged`);
  return { type, isBigEndian: descr[4].startsWith('>'), isFortran: order[5] === 'True', shape: sides, bytes };
}

function typeOf(descr: string): NumberType {
  // NumPy writes a byte order before every type; others leave it out.
  const [, kind = '', size = ''] = /^[<>|=]?([a-zA-Z?])(.*)$/.exec(descr) ?? [];
  const type = NUMBER_TYPES.find((each) => each === `${kind === '?' ? 'b' : kind}${size || 1}`);
  if (type) return type;
  const what = OTHER_KINDS[kind];
  throw new ArrayProblem(
    `holds ${what ?? 'values of an unknown type'} (${shortened(descr)}); only whole numbers, floats and booleans are read`,
  );
}

/** Python 2 wrote long numbers with an L. */
function parseShape(text: string): number[] {
  const sides = text.split(',').map((side) => side.trim());
  if (sides.at(-1) === '') sides.pop();
  if (sides.length > MOST_AXES) throw new ArrayProblem(`claims ${sides.length} axes; it is damaged`);
  if (sides.every((side) => /^\d+L?$/.test(side))) return sides.map((side) => Number.parseInt(side, 10));
  throw new ArrayProblem(`has a shape that cannot be read, (${shortened(text)}); it is damaged`);
}
