import { RECORD_BYTES } from './growth-layout';

/** Records of (key, position): a larger key comes first, then a smaller position. No two are equal. */

// @ts-ignore: decorator
@inline
function before(keyA: u64, positionA: u64, keyB: u64, positionB: u64): bool {
  return keyA > keyB || (keyA == keyB && positionA < positionB);
}

// @ts-ignore: decorator
@inline
function at(records: usize, index: i32): usize {
  return records + <usize>index * RECORD_BYTES;
}

function swap(a: usize, b: usize): void {
  const held = v128.load(a);
  v128.store(a, v128.load(b));
  v128.store(b, held);
}

/** Splits [low, high] around a median of three; returns the last index of the first part. */
function partition(records: usize, low: i32, high: i32): i32 {
  const middle = low + ((high - low) >> 1);
  const a = at(records, low);
  const b = at(records, middle);
  const c = at(records, high);
  if (before(load<u64>(b), load<u64>(b, 8), load<u64>(a), load<u64>(a, 8))) swap(a, b);
  if (before(load<u64>(c), load<u64>(c, 8), load<u64>(b), load<u64>(b, 8))) {
    swap(b, c);
    if (before(load<u64>(b), load<u64>(b, 8), load<u64>(a), load<u64>(a, 8))) swap(a, b);
  }
  const key = load<u64>(b);
  const position = load<u64>(b, 8);
  let i = low - 1;
  let j = high + 1;
  while (true) {
    do {
      i++;
    } while (before(load<u64>(at(records, i)), load<u64>(at(records, i), 8), key, position));
    do {
      j--;
    } while (before(key, position, load<u64>(at(records, j)), load<u64>(at(records, j), 8)));
    if (i >= j) break;
    swap(at(records, i), at(records, j));
  }
  return j;
}

/** Brings the first `keep` records of the order to the front, in no order. */
export function selectRecords(records: usize, count: i32, keep: i32): void {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const split = partition(records, low, high);
    if (keep - 1 <= split) high = split;
    else low = split + 1;
  }
}
