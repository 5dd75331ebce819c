/** An array of a `.npy` file, in row-major order whatever the file's. */
export interface NumberArray {
  shape: number[];
  values: ArrayLike<number>;
  isFloat: boolean;
}

/** The file is not an array of numbers; the message is the end of a sentence that starts with its name. */
export class ArrayProblem extends Error {
  override readonly name = 'ArrayProblem';
}

type TypedArrayMaker = new (buffer: ArrayBuffer) => ArrayLike<number> | BigInt64Array | BigUint64Array;

const TYPES: Record<string, { maker: TypedArrayMaker; bytes: number }> = {
  u1: { maker: Uint8Array, bytes: 1 },
  b1: { maker: Uint8Array, bytes: 1 },
  i1: { maker: Int8Array, bytes: 1 },
  u2: { maker: Uint16Array, bytes: 2 },
  i2: { maker: Int16Array, bytes: 2 },
  u4: { maker: Uint32Array, bytes: 4 },
  i4: { maker: Int32Array, bytes: 4 },
  u8: { maker: BigUint64Array, bytes: 8 },
  i8: { maker: BigInt64Array, bytes: 8 },
  f4: { maker: Float32Array, bytes: 4 },
  f8: { maker: Float64Array, bytes: 8 },
};

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/**
 * Reads a `.npy` file (NumPy Enhancement Proposal 1; versions 1 to 3), either byte order, C or Fortran order.
 * @throws ArrayProblem
 */
export function readNpy(bytes: Uint8Array): NumberArray {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < 12 || !file.subarray(0, 6).equals(MAGIC)) throw new ArrayProblem('is not an array of NumPy');
  const lengthBytes = file[6] === 1 ? 2 : 4;
  const headerStart = 8 + lengthBytes;
  const headerBytes = lengthBytes === 2 ? file.readUInt16LE(8) : file.readUInt32LE(8);
  const header = file.subarray(headerStart, headerStart + headerBytes).toString('utf8');
  const { descr, isFortran, shape } = parseHeader(header);
  const type = TYPES[descr.slice(1)];
  if (!type) throw new ArrayProblem(`holds values of type ${descr}; only whole numbers and floats are read`);
  const count = shape.reduce((product, side) => product * side, 1);
  const content = file.subarray(headerStart + headerBytes);
  if (content.length !== count * type.bytes) {
    throw new ArrayProblem(
      `declares ${shape.join(' × ')} values, ${count * type.bytes} bytes, but holds ${content.length}; it is truncated`,
    );
  }
  const aligned = Buffer.from(new ArrayBuffer(content.length));
  content.copy(aligned);
  if (descr.startsWith('>') && type.bytes > 1) swap(aligned, type.bytes);
  const raw = new type.maker(aligned.buffer);
  const values = raw instanceof BigInt64Array || raw instanceof BigUint64Array ? Float64Array.from(raw, Number) : raw;
  return { shape, values: isFortran ? toRowMajor(values, shape) : values, isFloat: descr[1] === 'f' };
}

function parseHeader(header: string): { descr: string; isFortran: boolean; shape: number[] } {
  const descr = /'descr':\s*'([<>|=]\w+)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw new ArrayProblem('has a header that cannot be read, or holds records instead of numbers');
  }
  const sides = shape.split(',').filter((side) => side.trim() !== '');
  return { descr, isFortran: order === 'True', shape: sides.map(Number) };
}

function swap(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else bytes.swap64();
}

/** In Fortran order the first index runs fastest. */
function toRowMajor(values: ArrayLike<number>, shape: readonly number[]): Float64Array {
  const result = new Float64Array(values.length);
  const strides: number[] = [];
  shape.reduce((stride, side, axis) => {
    strides[axis] = stride;
    return stride * side;
  }, 1);
  const index = shape.map(() => 0);
  for (let at = 0; at < result.length; at++) {
    result[at] = values[index.reduce((place, value, axis) => place + value * strides[axis], 0)];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return result;
}
