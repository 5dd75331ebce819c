import { ArrayProblem, readNpyHeader, type NpyHeader, type NumberType } from './npy-header.ts';

/** An array of a `.npy` file, its numbers in the file's own order. */
export interface NumberArray {
  shape: number[];
  /** From one index to the next of each axis, in numbers. */
  strides: number[];
  values: NumberValues;
  isFloat: boolean;
  isBoolean: boolean;
  /** Bytes after the array, which NumPy passes over. */
  trailingBytes: number;
}

export type NumberValues =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/**
 * Reads a `.npy` file piece by piece straight into the memory of its numbers.
 * @param size of the file, as its folder or archive says
 * @param allow is asked for the memory that the numbers take before any of it is taken; it throws where that is too much
 * @param part of the file's header that is to be read, from the first number on; nothing after it is looked at
 * @throws ArrayProblem where the file is no array of numbers, or ends before its end
 */
export async function readNpy(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  allow: (header: NpyHeader) => void,
  part: NpyHeader | null = null,
): Promise<NumberArray> {
  let head: Uint8Array = new Uint8Array();
  let header: NpyHeader | null = null;
  let content: Uint8Array<ArrayBuffer> = new Uint8Array();
  let filled = 0;
  let trailingBytes = 0;
  for await (const piece of pieces) {
    let rest = piece;
    if (!header) {
      head = Buffer.concat([head, piece]);
      const found = readNpyHeader(head);
      if (!found) continue;
      header = part ?? found;
      if (header.start + header.bytes > size) throw truncated(header, size - header.start);
      allow(header);
      content = allocate(header);
      rest = head.subarray(header.start);
    }
    const taken = rest.subarray(0, content.length - filled);
    content.set(taken, filled);
    filled += taken.length;
    trailingBytes += rest.length - taken.length;
    if (part !== null && filled === part.bytes) break;
  }
  if (!header) throw new ArrayProblem(head.length < 6 ? 'is not an array of NumPy' : 'ends within its header');
  if (filled < header.bytes) throw truncated(header, filled);
  const { type, shape, isFortran } = header;
  const values = toNumbers(content, header);
  const strides = stridesOf(shape, isFortran);
  return { shape, strides, values, isFloat: type.startsWith('f'), isBoolean: type === 'b1', trailingBytes };
}

const truncated = ({ shape, bytes }: NpyHeader, present: number) =>
  new ArrayProblem(`declares ${shape.join(' × ')} values, ${bytes} bytes, but holds ${present}; it is truncated`);

function allocate({ bytes }: NpyHeader): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw new ArrayProblem(`needs ${bytes.toLocaleString('en-GB')} bytes of memory, which are not free`, 'machine');
  }
}

function stridesOf(shape: readonly number[], isFortran: boolean): number[] {
  const strides = shape.map(() => 1);
  const axes = [...shape.keys()];
  let stride = 1;
  for (const axis of isFortran ? axes : axes.reverse()) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

type View = (memory: ArrayBuffer) => NumberValues;

const VIEWS: Record<NumberType, View> = {
  b1: (memory) => new Uint8Array(memory).map((value) => (value === 0 ? 0 : 1)),
  u1: (memory) => new Uint8Array(memory),
  i1: (memory) => new Int8Array(memory),
  u2: (memory) => new Uint16Array(memory),
  i2: (memory) => new Int16Array(memory),
  u4: (memory) => new Uint32Array(memory),
  i4: (memory) => new Int32Array(memory),
  u8: (memory) => fromLongs(memory, 0),
  i8: (memory) => fromLongs(memory, 1),
  f2: (memory) => fromHalves(new Uint16Array(memory)),
  f4: (memory) => new Float32Array(memory),
  f8: (memory) => new Float64Array(memory),
};

function toNumbers(content: Uint8Array<ArrayBuffer>, { type, isBigEndian }: NpyHeader): NumberValues {
  const bytes = Buffer.from(content.buffer);
  const size = Number(type[1]);
  if (isBigEndian && size === 2) bytes.swap16();
  else if (isBigEndian && size === 4) bytes.swap32();
  else if (isBigEndian && size === 8) bytes.swap64();
  return VIEWS[type](content.buffer);
}

/** 64-bit whole numbers as floats, in the same memory; exact to 2^53. @param signed 1 for those that may be negative */
function fromLongs(memory: ArrayBuffer, signed: 0 | 1): Float64Array {
  const low = new Uint32Array(memory);
  const high = signed === 1 ? new Int32Array(memory) : low;
  const values = new Float64Array(memory);
  for (let at = 0; at < values.length; at++) values[at] = high[2 * at + 1] * 2 ** 32 + low[2 * at];
  return values;
}

/** IEEE 754 binary16. */
const fromHalves = (halves: Uint16Array): Float32Array =>
  Float32Array.from(halves, (bits) => {
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
