import type { GrowthCandidates } from '../engine.ts';

/**
 * Order among equal magnitudes, the larger first: the CPU engine's hash of a position (`cpu/kernels/growth.ts`), 64-bit
 * products and all, so that engines agree.
 */
function tieOrder(position: number, seed: number): number {
  const wrap = (value: bigint) => BigInt.asUintN(64, value);
  let h = wrap(BigInt(position) * 0x9e3779b97f4a7c15n + BigInt(seed >>> 0));
  h ^= h >> 32n;
  h = wrap(h * 0xd6e8feb86659fd93n);
  h ^= h >> 32n;
  h = wrap(h * 0xd6e8feb86659fd93n);
  return Number(h >> 32n);
}

/**
 * The first `wanted` of records (row, column, bits of a magnitude), each found once, by falling magnitude, then tie
 * order, then position.
 */
export function firstCandidates(
  records: Uint32Array,
  inputs: number,
  wanted: number,
  tieSeed: number,
): GrowthCandidates {
  const total = records.length / 3;
  const order = byFallingMagnitude(records);
  const count = Math.min(wanted, total);
  const positionOf = (record: number) => records[3 * record] * inputs + records[3 * record + 1];
  const bitsOf = (record: number) => records[3 * record + 2];
  const positions = new Float64Array(count);
  const bits = new Uint32Array(count);
  for (let at = 0; at < count;) {
    let end = at + 1;
    while (end < total && bitsOf(order[end]) === bitsOf(order[at])) end++;
    const tied = Array.from(order.subarray(at, end), positionOf);
    if (tied.length > 1) {
      const ties = new Map(tied.map((position) => [position, tieOrder(position, tieSeed)]));
      tied.sort((a, b) => ties.get(b)! - ties.get(a)! || a - b);
    }
    for (let i = at; i < Math.min(end, count); i++) {
      positions[i] = tied[i - at];
      bits[i] = bitsOf(order[at]);
    }
    at = end;
  }
  return { positions, magnitudes: new Float32Array(bits.buffer) };
}

const PLACES = 2 ** 22;

function byFallingMagnitude(records: Uint32Array): Uint32Array {
  const total = records.length / 3;
  if (total > PLACES)
    return Uint32Array.from({ length: total }, (_, i) => i).sort((a, b) => records[3 * b + 2] - records[3 * a + 2]);
  // Magnitude and place in one number below 2^53 sort without a callback.
  const keys = new Float64Array(total);
  for (let i = 0; i < total; i++) keys[i] = (0x7fffffff - records[3 * i + 2]) * PLACES + i;
  keys.sort();
  return Uint32Array.from(keys, (key) => key % PLACES);
}
