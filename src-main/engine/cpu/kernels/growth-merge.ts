import { FOUND_STRIDE, GROWTH_CANDIDATES, GROWTH_CAPACITY, GROWTH_FOUND, RECORD_BYTES } from './growth-layout';
import { selectRecords } from './records';
import { word } from './simd';

const DIGIT_BITS: u32 = 11;
const DIGIT_MASK: u32 = 2047;
const DIGIT_BYTES: usize = 8192;
/** A magnitude's highest digit: its exponent and three bits. */
const HIGHEST_SHIFT: u32 = 20;

/**
 * The best `count` of all threads' candidates: leaves their positions in `best`, as float64, ascending.
 * @param size positions of the layer @param best and @param rest room for all records @param table room for 8192 bytes
 */
export function mergeCandidates(
  growth: usize,
  threads: u32,
  count: u32,
  size: f64,
  best: usize,
  rest: usize,
  table: usize,
): void {
  if (!count) return;
  takeBest(growth, threads, count, best, rest, table);
  // Positions move up to the front of their records.
  for (let i: u32 = 0; i < count; i++) store<u64>(best + (<usize>i << 3), load<u64>(best + <usize>i * RECORD_BYTES, 8));
  let from = best;
  let to = rest;
  for (let shift: u64 = 0; <f64>(<u64>1 << shift) < size; shift += DIGIT_BITS) {
    sortByDigit(from, to, count, table, shift);
    const sorted = to;
    to = from;
    from = sorted;
  }
  for (let at: usize = 0; at < <usize>count << 3; at += 8) store<f64>(best + at, <f64>load<u64>(from + at));
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

/** The best `count` records to the front of `best`. @param rest room for as many as all */
function takeBest(growth: usize, threads: u32, count: u32, best: usize, rest: usize, table: usize): void {
  memory.fill(table, 0, DIGIT_BYTES);
  for (let thread: u32 = 0; thread < threads; thread++) {
    const end = candidates(growth, thread) + <usize>candidateCount(growth, thread) * RECORD_BYTES;
    for (let record = candidates(growth, thread); record < end; record += RECORD_BYTES) {
      const slot = table + ((load<u32>(record, 4) >> HIGHEST_SHIFT) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
  }
  // The digit that the least of the best has; what is above it is in, what is below is out.
  let digit = DIGIT_MASK;
  let above: u32 = 0;
  for (; digit > 0; digit--) {
    const here = load<u32>(table + (<usize>digit << 2));
    if (above + here >= count) break;
    above += here;
  }
  let same: u32 = 0;
  let taken = best;
  for (let thread: u32 = 0; thread < threads; thread++) {
    const end = candidates(growth, thread) + <usize>candidateCount(growth, thread) * RECORD_BYTES;
    // Written always and kept where it counts: a branch would often be guessed wrong.
    for (let record = candidates(growth, thread); record < end; record += RECORD_BYTES) {
      const held = v128.load(record);
      const own = load<u32>(record, 4) >> HIGHEST_SHIFT;
      v128.store(taken, held);
      v128.store(rest + <usize>same * RECORD_BYTES, held);
      taken += <usize>(own > digit) * RECORD_BYTES;
      same += <u32>(own == digit);
    }
  }
  selectRecords(rest, same, count - above);
  memory.copy(taken, rest, <usize>(count - above) * RECORD_BYTES);
}

/** Positions by one of their digits, in the order that they had where it is the same. */
function sortByDigit(from: usize, to: usize, count: u32, table: usize, shift: u64): void {
  memory.fill(table, 0, DIGIT_BYTES);
  const end = from + (<usize>count << 3);
  for (let at = from; at < end; at += 8) {
    const slot = slotOf(table, load<u64>(at), shift);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let before: u32 = 0;
  for (let slot = table; slot < table + DIGIT_BYTES; slot += 4) {
    const here = load<u32>(slot);
    store<u32>(slot, before);
    before += here;
  }
  for (let at = from; at < end; at += 8) {
    const position = load<u64>(at);
    const slot = slotOf(table, position, shift);
    const index = load<u32>(slot);
    store<u32>(slot, index + 1);
    store<u64>(to + (<usize>index << 3), position);
  }
}

// @ts-ignore: decorator
@inline
function slotOf(table: usize, position: u64, shift: u64): usize {
  return table + ((<usize>(position >> shift) & DIGIT_MASK) << 2);
}
