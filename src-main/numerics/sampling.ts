import { BitSet } from './bit-set.ts';
import type { RandomStream } from './random.ts';
import { sortWholeNumbers } from './sorting.ts';

/** Bits of one number in a list: a bit for every number below `size` takes less once size is this many times the count. */
const NUMBER_BITS = 64;

/**
 * `count` distinct whole numbers below `size`, uniformly among all such sets, ascending.
 * Work and memory follow `min(count, size - count)`, never `size` alone unless the answer itself is that large.
 * @throws RangeError where count exceeds size
 */
export function sampleDistinct(stream: RandomStream, count: number, size: number): Float64Array {
  if (count > size) throw new RangeError(`Cannot draw ${count} distinct numbers below ${size}.`);
  if (count > size / 2) return complement(drawDistinct(stream, size - count, size), size);
  return drawDistinct(stream, count, size);
}

/**
 * Draws as many as are still missing, drops repeats, and goes on: every round treats all numbers alike and the total
 * never overshoots, so all sets are equally likely.
 */
function drawDistinct(stream: RandomStream, count: number, size: number): Float64Array {
  if (size <= count * NUMBER_BITS) return drawIntoBits(stream, count, size);
  let chosen = new Float64Array(0);
  let next = 0;
  while (chosen.length < count) {
    const drawn = new Float64Array(count - chosen.length);
    stream.fillBelow(drawn, next, size);
    next += drawn.length;
    const all = new Float64Array(chosen.length + drawn.length);
    all.set(chosen);
    all.set(drawn, chosen.length);
    chosen = withoutRepeats(sortWholeNumbers(all, size));
  }
  return chosen;
}

/** The same draws, kept as bits: nothing has to be sorted. */
function drawIntoBits(stream: RandomStream, count: number, size: number): Float64Array {
  const bits = new BitSet(size);
  let chosen = 0;
  let next = 0;
  while (chosen < count) {
    const drawn = new Float64Array(count - chosen);
    stream.fillBelow(drawn, next, size);
    next += drawn.length;
    chosen += bits.addAll(drawn);
  }
  return bits.indices(count);
}

function withoutRepeats(sorted: Float64Array): Float64Array<ArrayBuffer> {
  let kept = 0;
  for (let at = 0; at < sorted.length; at++) {
    if (at === 0 || sorted[at] !== sorted[at - 1]) sorted[kept++] = sorted[at];
  }
  return sorted.slice(0, kept) as Float64Array<ArrayBuffer>;
}

/** The numbers below `size` that win an independent trial of chance `share` each, ascending. */
export function sampleBernoulli(stream: RandomStream, share: number, size: number): Float64Array {
  const chosen: number[] = [];
  for (let value = 0; value < size; value++) if (stream.uniform(value) < share) chosen.push(value);
  return Float64Array.from(chosen);
}

/** The numbers below `size` that are not in the ascending `excluded`. */
export function complement(excluded: Float64Array, size: number): Float64Array {
  const rest = new Float64Array(size - excluded.length);
  let at = 0;
  let skip = 0;
  for (let value = 0; value < size; value++) {
    if (skip < excluded.length && excluded[skip] === value) skip++;
    else rest[at++] = value;
  }
  return rest;
}
