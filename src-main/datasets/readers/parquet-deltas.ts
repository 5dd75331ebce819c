import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readVarInt, readZigZagBigInt } from 'hyparquet/src/thrift.js';
import { ParquetProblem } from './parquet-problem.ts';

/**
 * Pages of differences (parquet-format, Encodings: DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY), checked
 * before they are decoded: the decoder takes memory for as many blocks as a page claims, and for each value as much as it
 * says it shares with the one before.
 */

/** Bytes that the values of a page may take beyond those that it holds, by what they share. */
const MOST_SHARED_BYTES = 2 ** 27;
/** Values of a block. Writers take 128; what is larger than a page would be no block of it. */
const MOST_BLOCK_VALUES = 2 ** 24;

const ENCODINGS = ['DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY'] as const;
export type DeltaEncoding = (typeof ENCODINGS)[number];

export const isDelta = (encoding: unknown): encoding is DeltaEncoding =>
  (ENCODINGS as readonly unknown[]).includes(encoding);

/**
 * @param page its values, uncompressed
 * @param count of values that are read from it
 * @throws ParquetProblem where they are not whole, or would take more memory than they may
 */
export function requireDeltas(page: Uint8Array, encoding: DeltaEncoding, count: number): void {
  if (count === 0) return;
  let at = 0;
  const lengths = (): Int32Array => {
    const from = at;
    at = endOfPacked(page, from, count);
    const found = new Int32Array(count);
    deltaBinaryUnpack({ view: viewOf(page), offset: from }, count, found);
    if (found.some((length) => length < 0)) throw damaged('a value has less than no bytes');
    return found;
  };
  if (encoding === 'DELTA_BINARY_PACKED') {
    endOfPacked(page, 0, count);
    return;
  }
  const shared = encoding === 'DELTA_BYTE_ARRAY' ? lengths() : null;
  const own = lengths();
  if (sumOf(own) > page.length - at) throw damaged('its values are longer than their page');
  if (shared === null) return;
  if (sumOf(shared) > MOST_SHARED_BYTES) {
    throw new ParquetProblem(
      `cannot be read (its values share ${sumOf(shared).toLocaleString('en-GB')} bytes with those before; at most ` +
        `${MOST_SHARED_BYTES.toLocaleString('en-GB')} are read in a page)`,
    );
  }
  shared.forEach((length, value) => {
    const before = value === 0 ? 0 : shared[value - 1] + own[value - 1];
    if (length > before) throw damaged('a value shares more than there is of the one before');
  });
}

/** Parts hold a multiple of so many values (parquet-format, Encodings), and decoders count on it. */
const PART_VALUES = 32;

/** Where packed differences end; goes through their blocks without unfolding them. */
function endOfPacked(page: Uint8Array, from: number, count: number): number {
  const reader = { view: viewOf(page), offset: from };
  try {
    const blockValues = readVarInt(reader);
    const parts = readVarInt(reader);
    readVarInt(reader);
    readZigZagBigInt(reader);
    if (!(
      blockValues > 0 &&
      blockValues <= MOST_BLOCK_VALUES &&
      parts > 0 &&
      blockValues % (PART_VALUES * parts) === 0
    )) {
      throw damaged(`a block of ${blockValues} values in ${parts} parts`);
    }
    const partValues = blockValues / parts;
    for (let left = count - 1; left > 0;) {
      readZigZagBigInt(reader);
      const widthsAt = reader.offset;
      if (widthsAt + parts > page.length) throw damaged('its blocks break off');
      reader.offset += parts;
      for (let part = 0; part < parts && left > 0; part++) {
        const bits = page[widthsAt + part];
        if (bits > 64) throw damaged(`differences of ${bits} bits`);
        reader.offset += (partValues / 8) * bits;
        left -= partValues;
      }
      if (reader.offset > page.length) throw damaged('its blocks break off');
    }
    return reader.offset;
  } catch (error) {
    // Reading beyond the end.
    throw error instanceof RangeError ? damaged('its blocks break off') : error;
  }
}

const viewOf = ({ buffer, byteOffset, length }: Uint8Array) => new DataView(buffer, byteOffset, length);
const sumOf = (lengths: Int32Array): number => lengths.reduce((sum, length) => sum + length, 0);

const damaged = (what: string) => new ParquetProblem(`cannot be read (${what}; the file is damaged)`);
