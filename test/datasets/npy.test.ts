import { describe, expect, test } from 'vitest';
import { ArrayProblem } from '../../src-main/datasets/readers/npy-header.ts';
import { readNpy } from '../../src-main/datasets/readers/npy.ts';
import { npyBytes, type NpyOptions } from './support/archive-files.ts';

/** Headers and numbers as NumPy writes them, or as NumPy itself reads them (numpy.lib.format). */

/** In pieces of so many bytes, as a disk or an archive gives them. */
async function* inPieces(file: Uint8Array, bytes = 50): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += bytes) yield await Promise.resolve(file.subarray(at, at + bytes));
}

const read = (file: Uint8Array, bytes?: number) => readNpy(inPieces(file, bytes), file.length, () => undefined);

describe('every type of number', () => {
  const orders = (kinds: string[]) => kinds.flatMap((kind) => [`<${kind}`, `>${kind}`]);
  const wholes = [0, 1, 3, 5, 100, 127];
  test.each([
    ...['|b1', '|u1', '|i1', ...orders(['u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8'])].map((type) => ({
      type,
      values: type === '|b1' ? [0, 1, 1, 0, 1, 0] : wholes,
    })),
    { type: '|i1', values: [-128, -1, 0, 1, 2, 127] },
    { type: '<i2', values: [-32768, -1, 0, 1, 2, 32767] },
    { type: '>i4', values: [-(2 ** 31), -1, 0, 1, 2, 2 ** 31 - 1] },
    { type: '<u4', values: [0, 1, 2, 3, 4, 2 ** 32 - 1] },
    { type: '<i8', values: [-(2 ** 53), -(2 ** 32) - 1, -1, 0, 2 ** 32 + 7, 2 ** 53] },
    { type: '>u8', values: [0, 1, 2 ** 31, 2 ** 32, 2 ** 52, 2 ** 53] },
    { type: '<f2', values: [0.5, -0.25, 65504, 2 ** -24, 2 ** -14, 1 + 2 ** -10] },
    { type: '>f2', values: [Infinity, -Infinity, NaN, 0, 1, -2] },
    { type: '<f8', values: [0.1, -0.1, 1e300, NaN, Infinity, 5e-324] },
  ])('$type: $values', async ({ type, values }) => {
    const array = await read(npyBytes([2, 3], values, { type }));
    expect(Array.from(array.values)).toEqual(values);
    expect(array).toMatchObject({ shape: [2, 3], strides: [3, 1], trailingBytes: 0 });
    expect([array.isFloat, array.isBoolean]).toEqual([type[1] === 'f', type[1] === 'b']);
  });

  test.each([
    ['<f16', 'floats of more than 64 bits'],
    ['<c8', 'complex numbers'],
    ['|S3', 'text (bytes)'],
    ['<U5', 'text'],
    ['|O', 'pickled objects of Python'],
    ['<M8[ns]', 'dates'],
    ['<m8[s]', 'spans of time'],
    ['|V4', 'raw records'],
    ['<u3', 'values of an unknown type'],
    ['|x1', 'values of an unknown type'],
  ])('%s is refused as %s', async (type, what) => {
    const file = npyBytes([1], [], { type });
    await expect(read(file)).rejects.toThrow(new ArrayProblem(`holds ${what} (${type}); only whole numbers, floats and booleans are read`)); // prettier-ignore
  });

  test('records are refused', async () => {
    const header = "{'descr': [('a', '<i4'), ('b', '<f4', (2,))], 'fortran_order': False, 'shape': (1,), }";
    await expect(read(npyBytes([1], [], { header }))).rejects.toThrow(/holds records of several fields/);
  });
});

describe('headers', () => {
  const values = [1, 2, 3, 4, 5, 6];
  test.each<[string, NpyOptions]>([
    ['of version 1', {}],
    ['of version 2', { version: 2 }],
    ['of version 3', { version: 3 }],
    ['of Python 2, with long numbers', { header: "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 3L), }" }],
    ['with double quotes', { header: '{"descr": "|u1", "fortran_order": False, "shape": (2, 3), }' }],
    ['in another order and spacing', { header: "{ 'shape':(2,3) ,'descr' :'u1','fortran_order':False}" }],
  ])('%s', async (_, options) => {
    for (const bytes of [1, 7, 1000]) {
      const array = await read(npyBytes([2, 3], values, options), bytes);
      expect([array.shape, Array.from(array.values)]).toEqual([[2, 3], values]);
    }
  });

  test.each<[string, Buffer, RegExp]>([
    ['no array', Buffer.from('hello world, hello'), /is not an array of NumPy/],
    ['empty', Buffer.alloc(0), /is not an array of NumPy/],
    ['cut within the header', npyBytes([2], [1, 2]).subarray(0, 40), /ends within its header/],
    ['of a later version', Buffer.from(npyBytes([2], [1, 2]).toString('latin1').replace('\x01', '\x04'), 'latin1'), /is of version 4; 1 to 3/], // prettier-ignore
    ['without a shape', npyBytes([2], [1, 2], { header: "{'descr': '|u1', 'fortran_order': False}" }), /cannot be read; it is damaged/], // prettier-ignore
    ['with more than NumPy writes', npyBytes([2], [1, 2], { header: "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), } or {}" }), /cannot be read; it is damaged/], // prettier-ignore
    ['of a negative side', npyBytes([2], [1, 2], { header: "{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }" }), /cannot be read; it is damaged/], // prettier-ignore
    ['of more values than there can be', npyBytes([2], [1, 2], { header: "{'descr': '|u1', 'fortran_order': False, 'shape': (4294967295, 4294967295), }" }), /claims 4294967295 × 4294967295 values/], // prettier-ignore
    ['of more axes than NumPy has', npyBytes([2], [1, 2], { header: `{'descr': '|u1', 'fortran_order': False, 'shape': (${'1,'.repeat(65)}), }` }), /claims 65 axes; it is damaged/], // prettier-ignore
    ['of a type with a long name', npyBytes([2], [1, 2], { header: `{'descr': '${'x'.repeat(9000)}', 'fortran_order': False, 'shape': (2,), }` }), /unknown type \(x{100}… \(9,000 characters\)\)/], // prettier-ignore
    ['of a shape that is no list of sides', npyBytes([2], [1, 2], { header: `{'descr': '|u1', 'fortran_order': False, 'shape': (${'1 '.repeat(9000)}), }` }), /cannot be read, \((1 ){50}… \(/], // prettier-ignore
    ['of more values than follow', npyBytes([2, 2], [1, 2, 3]), /declares 2 × 2 values, 4 bytes, but holds 3; it is truncated/], // prettier-ignore
  ])('%s is refused', async (_, file, message) => {
    await expect(read(file)).rejects.toThrow(message);
  });

  test('what follows the array is passed over, and counted', async () => {
    const array = await read(Buffer.concat([npyBytes([2], [1, 2]), Buffer.from('tail')]), 3);
    expect([Array.from(array.values), array.trailingBytes]).toEqual([[1, 2], 4]);
  });

  test('in Fortran order the first index runs fastest', async () => {
    const { shape, strides } = await read(npyBytes([2, 3, 4], Array<number>(24).fill(0), { isFortran: true }));
    expect([shape, strides]).toEqual([
      [2, 3, 4],
      [1, 2, 6],
    ]);
  });

  test('memory is asked for before it is taken', async () => {
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 100000), }";
    const file = npyBytes([1], [], { header });
    const refuse = () => {
      throw new Error('too much');
    };
    await expect(readNpy(inPieces(file), 2 ** 40, refuse)).rejects.toThrow('too much');
  });
});
