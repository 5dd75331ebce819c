import { ParquetProblem } from './parquet-problem.ts';

/**
 * Goes through runs of equal and of packed values (parquet-format, Encodings: RLE, 3) without unfolding them.
 * @param bits of a value
 * @param count of values that the runs are read for
 * @param wanted how many of them have this value is counted; what is wider than a byte is not
 * @throws ParquetProblem where a run is longer than there are values, or the runs end too early
 */
export function countRuns(bytes: Uint8Array, bits: number, count: number, wanted: number): number {
  const valueBytes = Math.ceil(bits / 8);
  let at = 0;
  let seen = 0;
  let found = 0;
  while (seen < count) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= bytes.length || shift > 28) throw damaged('its runs break off');
      header += (bytes[at] & 127) * 2 ** shift;
      if (bytes[at++] < 128) break;
    }
    const length = Math.floor(header / 2);
    if (header % 2 === 0) {
      if (length > count - seen) throw damaged(`a run has ${length} values where ${count - seen} are left`);
      if (bytes[at] === wanted) found += length;
      seen += length;
      at += valueBytes;
      continue;
    }
    const packed = Math.min(length * 8, count - seen);
    if (length * bits > bytes.length - at + bits) throw damaged('its packed values break off');
    if (bits <= 8) {
      for (let index = 0; index < packed; index++) if (valueAt(bytes, at, index * bits, bits) === wanted) found++;
    }
    seen += packed;
    at += length * bits;
  }
  return found;
}

/** Lowest bit first; a value may span two bytes. */
function valueAt(bytes: Uint8Array, at: number, bit: number, bits: number): number {
  const byte = at + (bit >> 3);
  const pair = bytes[byte] | ((bytes[byte + 1] ?? 0) << 8);
  return (pair >> (bit & 7)) & ((1 << bits) - 1);
}

const damaged = (what: string) => new ParquetProblem(`cannot be read (${what}; the file is damaged)`);
