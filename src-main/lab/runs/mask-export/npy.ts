/** Integers and truth values as NumPy writes them, version 1.0 (numpy.org, "numpy.lib.format"). */
export interface NpyArray {
  /** Shape, such as `[5]` or `[2, 2]`; `[]` is one value. */
  shape: readonly number[];
  values: Int32Array | BigInt64Array | Uint8Array;
  /** Of what `values` holds the bytes, where that is not the kind of array. */
  type?: string;
}

const MAGIC = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
/** Values begin at a multiple of this. */
const ALIGNMENT = 64;

const typeOf = (values: NpyArray['values']): string =>
  values instanceof Int32Array ? '<i4' : values instanceof BigInt64Array ? '<i8' : '|b1';

/** What stands before the values. */
export function npyHeader({ shape, values, type = typeOf(values) }: NpyArray): Buffer {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sides}), }`;
  const length = MAGIC.length + 2 + text.length + 1;
  const padded = `${text}${' '.repeat((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT)}\n`;
  const size = Buffer.alloc(2);
  size.writeUInt16LE(padded.length);
  return Buffer.concat([MAGIC, size, Buffer.from(padded, 'latin1')]);
}

/** An array of text, one string each, none longer than the longest. */
export function textArray(texts: readonly string[]): NpyArray {
  const letters = texts.map((text) => Array.from(text, (letter) => letter.codePointAt(0) ?? 0));
  const longest = Math.max(1, ...letters.map(({ length }) => length));
  const codes = new Int32Array(texts.length * longest);
  for (const [at, codePoints] of letters.entries()) codes.set(codePoints, at * longest);
  return { shape: [texts.length], values: codes, type: `<U${longest}` };
}
