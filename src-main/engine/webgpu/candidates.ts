import type { Positions } from '../../contract/index.ts';
import { tieOrder } from '../../numerics/tie-order.ts';

/**
 * Positions, ascending, of the best `wanted` of records (row, column, bits of a magnitude), each found once: of largest
 * magnitude, then tie order, then smallest position.
 */
export function firstCandidates(records: Uint32Array, inputs: number, wanted: number, tieSeed: number): Positions {
  const total = records.length / 3;
  const order = byFallingMagnitude(records);
  const count = Math.min(wanted, total);
  const positionOf = (record: number) => records[3 * record] * inputs + records[3 * record + 1];
  const bitsOf = (record: number) => records[3 * record + 2];
  const positions = new Float64Array(count);
  for (let at = 0; at < count;) {
    let end = at + 1;
    while (end < total && bitsOf(order[end]) === bitsOf(order[at])) end++;
    const tied = Array.from(order.subarray(at, end), positionOf);
    if (tied.length > 1) {
      const ties = new Map(tied.map((position) => [position, tieOrder(position, tieSeed)]));
      tied.sort((a, b) => ties.get(b)! - ties.get(a)! || a - b);
    }
    for (let i = at; i < Math.min(end, count); i++) positions[i] = tied[i - at];
    at = end;
  }
  return positions.sort();
}

const MOST_RECORDS = 2 ** 22;

function byFallingMagnitude(records: Uint32Array): Uint32Array {
  const total = records.length / 3;
  if (total > MOST_RECORDS)
    return Uint32Array.from({ length: total }, (_, i) => i).sort((a, b) => records[3 * b + 2] - records[3 * a + 2]);
  // Magnitude and index in one number below 2^53 sort without a callback.
  const keys = new Float64Array(total);
  for (let i = 0; i < total; i++) keys[i] = (0x7fffffff - records[3 * i + 2]) * MOST_RECORDS + i;
  keys.sort();
  return Uint32Array.from(keys, (key) => key % MOST_RECORDS);
}
