import { addSums } from './series-cells.ts';
import { crc32, hashNumbers } from '../numerics/checksum.ts';

/** A value as SQLite gives it. */
export type StoredValue = string | number | null | Uint8Array;

/** Rows of a table, counted and hashed. */
export interface RowSum {
  count: number;
  /** The rows' hashes added modulo 2^32, so that the order in which they came does not matter. */
  sum: number;
}

export const NO_ROWS: RowSum = { count: 0, sum: 0 };

const encoder = new TextEncoder();

/** 32 bits in which every value of a row counts, and its type. */
export function hashRow(row: readonly StoredValue[]): number {
  const text = JSON.stringify(row, (_, value: unknown) => {
    if (value instanceof Uint8Array) return [value.length, crc32(value)];
    // JSON has neither NaN nor infinities, which only damage brings.
    return typeof value === 'number' && !Number.isFinite(value) ? [String(value)] : value;
  });
  // A CRC alone is linear: two rows that swap their values could come to the same sum.
  return hashNumbers(crc32(encoder.encode(text)), row.length, 0);
}

export function sumRows(rows: Iterable<readonly StoredValue[]>): RowSum {
  const total = { ...NO_ROWS };
  for (const row of rows) {
    total.count++;
    total.sum = addSums(total.sum, hashRow(row));
  }
  return total;
}

/** What has to be added to `from` to come to `to`. */
export const difference = (to: RowSum, from: RowSum): RowSum => ({
  count: to.count - from.count,
  sum: addSums(to.sum, -from.sum),
});
