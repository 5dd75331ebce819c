/**
 * Exact top-k by histograms over the bits of float32 magnitudes: magnitudes order like their bit patterns, so a
 * histogram of the highest bits finds the bucket of the k-th, others within it the value itself.
 */

/** Shift and mask of each digit of a magnitude's 31 bits. */
const DIGITS = [
  [20, 0x7ff],
  [10, 0x3ff],
  [0, 0x3ff],
] as const;

/**
 * Indices of the `count` values of smallest magnitude, ascending by index. NaN counts as larger than everything.
 * @param tieNoise orders equal magnitudes: the smallest noise is taken first
 */
export function selectSmallestMagnitudes(
  values: Float32Array,
  count: number,
  tieNoise: (index: number) => number,
): Uint32Array {
  if (count >= values.length) return Uint32Array.from(values.keys());
  if (count <= 0) return new Uint32Array(0);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const threshold = kthSmallestMagnitude(bits, count);

  const room = new Uint32Array(count + 1);
  const tied: number[] = [];
  let below = 0;
  for (let index = 0; index < bits.length; index++) {
    const magnitude = bits[index] & 0x7fffffff;
    // Written always and kept where it counts, by the sign of a difference: a branch would often be guessed wrong.
    room[below] = index;
    below += (magnitude - threshold) >>> 31;
    if (magnitude === threshold) tied.push(index);
  }
  const chosen = room.subarray(0, count);
  const wanted = count - below;
  chosen.set(tied.length === wanted ? tied : smallestNoise(tied, wanted, tieNoise), below);
  return mergeTail(chosen, below);
}

/**
 * Indices of the `count` values of largest magnitude, the largest first; zeros are never among them, so there may be
 * fewer. NaN counts as larger than everything.
 * @param tieOrder of equal magnitudes the larger is taken first, then the smaller index
 */
export function selectLargestMagnitudes(
  values: Float32Array,
  count: number,
  tieOrder: (index: number) => number,
): Uint32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const wanted = Math.min(count, values.length);
  if (wanted <= 0) return new Uint32Array(0);
  const threshold = Math.max(1, kthSmallestMagnitude(bits, bits.length - wanted + 1));
  const found: { index: number; magnitude: number; order: number }[] = [];
  for (let index = 0; index < bits.length; index++) {
    const magnitude = bits[index] & 0x7fffffff;
    if (magnitude >= threshold) found.push({ index, magnitude, order: tieOrder(index) });
  }
  found.sort((a, b) => b.magnitude - a.magnitude || b.order - a.order || a.index - b.index);
  return Uint32Array.from(found.slice(0, wanted), ({ index }) => index);
}

/** Ascending, of an ascending beginning and the few values in any order that follow it. */
export function mergeTail<T extends Uint32Array | Float64Array>(values: T, tailStart: number): T {
  const tail = values.slice(tailStart).sort();
  let from = tailStart - 1;
  let to = values.length - 1;
  for (let at = tail.length - 1; at >= 0; to--)
    values[to] = from >= 0 && values[from] > tail[at] ? values[from--] : tail[at--];
  return values;
}

/**
 * Bits of the `count`-th smallest magnitude, counted from 1.
 * @param bits of float32 values; the sign is left out
 */
export function kthSmallestMagnitude(bits: Uint32Array, count: number): number {
  // By digits of 11, 10 and 10 bits: what is left after the first is mostly few.
  let candidates: Uint32Array = bits;
  let length = bits.length;
  let rest = count;
  const found = new Uint32Array(bits.length + 1);
  let prefix = 0;
  const buckets = new Uint32Array(2048);
  for (const [shift, mask] of DIGITS) {
    buckets.fill(0);
    for (let at = 0; at < length; at++) buckets[(candidates[at] >>> shift) & mask]++;
    let digit = 0;
    while (buckets[digit] < rest) rest -= buckets[digit++];
    prefix |= digit << shift;
    if (shift === 0) break;
    let kept = 0;
    // Written always and kept where it counts: a branch would often be guessed wrong.
    for (let at = 0; at < length; at++) {
      const value = candidates[at];
      found[kept] = value;
      kept += ((((value >>> shift) & mask) ^ digit) - 1) >>> 31;
    }
    candidates = found;
    length = kept;
  }
  return prefix >>> 0;
}

/** The `count` of smallest noise, of equal noise those that stand first; in any order. */
export function smallestNoise(indices: number[], count: number, tieNoise: (index: number) => number): number[] {
  if (count <= 0) return [];
  // Thousands may be tied: every weight that is zero still. Half the noise fits what selects by magnitude.
  const noise = Uint32Array.from(indices, tieNoise);
  const halves = noise.map((one) => one >>> 1);
  const threshold = kthSmallestMagnitude(halves, count);
  const below: number[] = [];
  const rest: number[] = [];
  for (let at = 0; at < halves.length; at++) {
    if (halves[at] < threshold) below.push(indices[at]);
    else if (halves[at] === threshold) rest.push(at);
  }
  rest.sort((a, b) => noise[a] - noise[b] || a - b);
  return [...below, ...rest.slice(0, count - below.length).map((at) => indices[at])];
}
