import { FOUND_STRIDE, GROWTH_CANDIDATES, GROWTH_CAPACITY, GROWTH_COUNT, GROWTH_FOUND, GROWTH_THRESHOLD, GROWTH_TIE_SEED, RECORD_BYTES } from './growth-layout';
import { selectRecords } from './records';
import { word } from './simd';

/** The candidates for growth that each thread has found so far. */

/** Order among equal magnitudes: a hash of the position that `seed` reshuffles. */
// @ts-ignore: decorator
@inline
export function tieOrder(position: u64, seed: u32): u32 {
  let h = position * 0x9e3779b97f4a7c15 + <u64>seed;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93;
  return <u32>(h >> 32);
}

/** Offers the gradients of four rows (the first `rowsHere` of them) for one column. */
export function offerFour(
  growth: usize,
  thread: u32,
  marks: usize,
  inputs: u32,
  magnitude: v128,
  column: u32,
  rowsHere: u32,
  r0: u32,
): void {
  const mark = <u32>load<u8>(marks + column);
  if (!(mark & 1)) offer(growth, thread, inputs, i32x4.extract_lane(magnitude, 0), r0, column);
  if (rowsHere > 1 && !(mark & 2)) offer(growth, thread, inputs, i32x4.extract_lane(magnitude, 1), r0 + 1, column);
  if (rowsHere > 2 && !(mark & 4)) offer(growth, thread, inputs, i32x4.extract_lane(magnitude, 2), r0 + 2, column);
  if (rowsHere > 3 && !(mark & 8)) offer(growth, thread, inputs, i32x4.extract_lane(magnitude, 3), r0 + 3, column);
}

/** Keeps a candidate unless it is below the threshold (which starts at the least magnitude above zero). */
// @ts-ignore: decorator
@inline
export function offer(growth: usize, thread: u32, inputs: u32, bits: u32, row: u32, column: u32): void {
  if (bits < atomic.load<u32>(growth + GROWTH_THRESHOLD * 4)) return;
  const found = <usize>word(growth, GROWTH_FOUND) + <usize>thread * FOUND_STRIDE;
  const capacity = word(growth, GROWTH_CAPACITY);
  const records = <usize>word(growth, GROWTH_CANDIDATES) + <usize>thread * capacity * RECORD_BYTES;
  const count = load<u32>(found);
  const position = <u64>row * inputs + column;
  const record = records + <usize>count * RECORD_BYTES;
  store<u64>(record, (<u64>bits << 32) | tieOrder(position, word(growth, GROWTH_TIE_SEED)));
  store<u64>(record, position, 8);
  store<u32>(found, count + 1);
  if (count + 1 == capacity) compact(growth, found, records);
}

/** Keeps a thread's best `count`; the worst of them is a threshold for all threads. */
function compact(growth: usize, found: usize, records: usize): void {
  const wanted = word(growth, GROWTH_COUNT);
  selectRecords(records, load<u32>(found), wanted);
  store<u32>(found, wanted);
  let worst: u64 = u64.MAX_VALUE;
  for (let i: u32 = 0; i < wanted; i++) worst = min(worst, load<u64>(records + <usize>i * RECORD_BYTES));
  const threshold = <u32>(worst >> 32);
  let current = atomic.load<u32>(growth + GROWTH_THRESHOLD * 4);
  while (current < threshold) {
    const seen = atomic.cmpxchg<u32>(growth + GROWTH_THRESHOLD * 4, current, threshold);
    if (seen == current) break;
    current = seen;
  }
}
