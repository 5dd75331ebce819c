import fc from 'fast-check';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { describe, expect, it, test } from 'vitest';
import { requireDeltas, type DeltaEncoding } from '../../src-main/datasets/readers/parquet-deltas.ts';
import { packed, varint } from './support/delta-pages.ts';

const TEXTS = ['cat', 'catfish', 'dog', '', 'dogs'];
const own = TEXTS.map((text) => [...Buffer.from(text)]);
const PAGES: Record<DeltaEncoding, number[]> = {
  DELTA_BINARY_PACKED: packed([5, -3, 1000, 7]),
  DELTA_LENGTH_BYTE_ARRAY: [...packed(own.map(({ length }) => length)), ...own.flat()],
  DELTA_BYTE_ARRAY: [...packed([0, 3, 0, 0, 0]), ...packed([3, 4, 3, 0, 4]), ...Buffer.from('catfishdogdogs')],
};
const COUNTS: Record<DeltaEncoding, number> = {
  DELTA_BINARY_PACKED: 4,
  DELTA_LENGTH_BYTE_ARRAY: 5,
  DELTA_BYTE_ARRAY: 5,
};

function decoded(page: Uint8Array, encoding: DeltaEncoding, count: number): unknown[] {
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.length), offset: 0 };
  if (encoding === 'DELTA_BINARY_PACKED') {
    const values = new BigInt64Array(count);
    deltaBinaryUnpack(reader, count, values);
    return [...values].map(Number);
  }
  const values = new Array<Uint8Array>(count);
  (encoding === 'DELTA_BYTE_ARRAY' ? deltaByteArray : deltaLengthByteArray)(reader, count, values);
  return values.map((value) => Buffer.from(value).toString());
}

describe('pages of differences', () => {
  test.each<[DeltaEncoding, unknown[]]>([
    ['DELTA_BINARY_PACKED', [5, -3, 1000, 7]],
    ['DELTA_LENGTH_BYTE_ARRAY', TEXTS],
    ['DELTA_BYTE_ARRAY', TEXTS],
  ])('%s: whole ones pass, and the decoder reads them', (encoding, values) => {
    const page = Uint8Array.from(PAGES[encoding]);
    expect(() => requireDeltas(page, encoding, values.length)).not.toThrow();
    expect(decoded(page, encoding, values.length)).toEqual(values);
  });

  test.each<[string, DeltaEncoding, number[], RegExp]>([
    [
      'a block of billions of parts',
      'DELTA_BINARY_PACKED',
      [...varint(128), ...varint(2 ** 30), 9, 0],
      /128 values in 1073741824 parts/,
    ],
    ['a block of nothing', 'DELTA_BINARY_PACKED', [0, 4, 9, 0], /a block of 0 values/],
    ['blocks that break off', 'DELTA_BINARY_PACKED', packed([1, 2, 3, 4]).slice(0, -1), /its blocks break off/],
    [
      'blocks whose parts hold 8 values',
      'DELTA_BINARY_PACKED',
      [32, 4, 9, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0],
      /32 values in 4 parts/,
    ],
    ['no block at all', 'DELTA_BINARY_PACKED', [128], /its blocks break off/],
    [
      'differences of 65 bits',
      'DELTA_BINARY_PACKED',
      [...varint(128), 4, 9, 0, 0, 65, 0, 0, 0],
      /differences of 65 bits/,
    ],
    ['values of less than no bytes', 'DELTA_LENGTH_BYTE_ARRAY', packed([3, -1, 2, 2]), /less than no bytes/],
    [
      'values longer than their page',
      'DELTA_LENGTH_BYTE_ARRAY',
      [...packed([3, 3, 3, 3]), 1, 2],
      /longer than their page/,
    ],
    [
      'a first value that shares',
      'DELTA_BYTE_ARRAY',
      [...packed([3, 0, 0, 0]), ...packed([0, 0, 0, 0])],
      /shares more than there is/,
    ],
    [
      'values that share gibibytes',
      'DELTA_BYTE_ARRAY',
      [...packed([0, 2 ** 30, 2 ** 30, 0]), ...packed([1, 1, 1, 1]), 1, 2, 3, 4],
      /share 2,147,483,648 bytes .* at most 134,217,728/,
    ],
  ])('%s are refused', (_, encoding, page, message) => {
    expect(() => requireDeltas(Uint8Array.from(page), encoding, 4)).toThrow(message);
  });

  it('what passes is decoded without an error and without reading beyond the page', () => {
    const mutated = fc.record({
      encoding: fc.constantFrom(...(Object.keys(PAGES) as DeltaEncoding[])),
      changes: fc.array(fc.tuple(fc.nat(999), fc.nat(255)), { maxLength: 4 }),
      cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
    });
    let passed = 0;
    fc.assert(
      fc.property(mutated, ({ encoding, changes, cut }) => {
        const page = Uint8Array.from(PAGES[encoding]).slice(0, PAGES[encoding].length - cut);
        for (const [at, value] of changes) page[at % page.length] = value;
        try {
          requireDeltas(page, encoding, COUNTS[encoding]);
        } catch {
          return;
        }
        passed++;
        expect(decoded(page, encoding, COUNTS[encoding])).toHaveLength(COUNTS[encoding]);
      }),
      { numRuns: 3000, seed: 1 },
    );
    expect(passed).toBeGreaterThan(300);
  });
});
