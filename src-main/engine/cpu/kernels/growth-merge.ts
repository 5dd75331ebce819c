import { FOUND_STRIDE, GROWTH_CANDIDATES, GROWTH_CAPACITY, GROWTH_COUNT, GROWTH_FOUND, RECORD_BYTES } from './layout';
import { sortRecords } from './records';
import { word } from './simd';

const DIGIT_BITS: u32 = 11;
const DIGITS: u32 = 3;
const DIGIT_BYTES: usize = 8192;

/**
 * The best of all threads' candidates, in order: by digits of their magnitudes' bits, then each run of equal ones.
 * @param from and @param to room for the records of all threads @param places room for 3 x 8192 bytes
 * @param positions as float64 @returns how many there are
 */
export function mergeCandidates(
  growth: usize,
  threads: u32,
  from: usize,
  to: usize,
  places: usize,
  positions: usize,
  magnitudes: usize,
): u32 {
  const total = countDigits(growth, threads, places);
  for (let digit: u32 = 0; digit < DIGITS; digit++) startDigit(places + <usize>digit * DIGIT_BYTES);
  for (let thread: u32 = 0; thread < threads; thread++)
    scatter(candidates(growth, thread), candidateCount(growth, thread), from, places, 0);
  scatter(from, total, to, places, 1);
  scatter(to, total, from, places, 2);

  const count = min(total, word(growth, GROWTH_COUNT));
  for (let i: u32 = 0; i < count;) {
    const bits = magnitudeBits(from + <usize>i * RECORD_BYTES);
    let end = i + 1;
    while (end < total && magnitudeBits(from + <usize>end * RECORD_BYTES) == bits) end++;
    if (end > i + 1) sortRecords(from + <usize>i * RECORD_BYTES, end - i);
    i = end;
  }
  for (let i: u32 = 0; i < count; i++) {
    const record = from + <usize>i * RECORD_BYTES;
    store<f64>(positions + (<usize>i << 3), <f64>load<u64>(record, 8));
    store<u32>(magnitudes + (<usize>i << 2), magnitudeBits(record));
  }
  return count;
}

// @ts-ignore: decorator
@inline
function magnitudeBits(record: usize): u32 {
  return load<u32>(record, 4);
}

// @ts-ignore: decorator
@inline
function candidates(growth: usize, thread: u32): usize {
  return <usize>word(growth, GROWTH_CANDIDATES) + <usize>thread * word(growth, GROWTH_CAPACITY) * RECORD_BYTES;
}

// @ts-ignore: decorator
@inline
function candidateCount(growth: usize, thread: u32): u32 {
  return load<u32>(<usize>word(growth, GROWTH_FOUND) + <usize>thread * FOUND_STRIDE);
}

// @ts-ignore: decorator
@inline
function slotOf(places: usize, bits: u32, digit: u32): usize {
  const value = (bits >> (digit * DIGIT_BITS)) & ((1 << DIGIT_BITS) - 1);
  return places + <usize>digit * DIGIT_BYTES + (<usize>value << 2);
}

function countDigits(growth: usize, threads: u32, places: usize): u32 {
  memory.fill(places, 0, DIGITS * DIGIT_BYTES);
  let total: u32 = 0;
  for (let thread: u32 = 0; thread < threads; thread++) {
    const records = candidates(growth, thread);
    const count = candidateCount(growth, thread);
    for (let i: u32 = 0; i < count; i++) {
      const bits = magnitudeBits(records + <usize>i * RECORD_BYTES);
      for (let digit: u32 = 0; digit < DIGITS; digit++) {
        const slot = slotOf(places, bits, digit);
        store<u32>(slot, load<u32>(slot) + 1);
      }
    }
    total += count;
  }
  return total;
}

/** From counts to places, the largest digit first. */
function startDigit(places: usize): void {
  let before: u32 = 0;
  for (let slot = places + DIGIT_BYTES - 4; slot >= places; slot -= 4) {
    const here = load<u32>(slot);
    store<u32>(slot, before);
    before += here;
  }
}

function scatter(from: usize, count: u32, to: usize, places: usize, digit: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const record = from + <usize>i * RECORD_BYTES;
    const slot = slotOf(places, magnitudeBits(record), digit);
    const place = load<u32>(slot);
    store<u32>(slot, place + 1);
    v128.store(to + <usize>place * RECORD_BYTES, v128.load(record));
  }
}
