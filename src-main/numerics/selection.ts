/**
 * Exact top-k by two passes over the bits of float32 magnitudes: magnitudes order like their bit patterns, so a
 * histogram of the high 16 bits finds the bucket of the k-th, a second one of the low 16 bits the value itself.
 */

const HIGH_BUCKETS = 32768;
const LOW_BUCKETS = 65536;

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
  const threshold = kthSmallest(bits, count);

  const room = new Uint32Array(count + 1);
  const tied: number[] = [];
  let below = 0;
  for (let index = 0; index < bits.length; index++) {
    const magnitude = bits[index] & 0x7fffffff;
    // Written always and kept where it counts: a branch would often be guessed wrong.
    room[below] = index;
    below += magnitude < threshold ? 1 : 0;
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
  const threshold = Math.max(1, kthSmallest(bits, bits.length - wanted + 1));
  const found: { index: number; magnitude: number; order: number }[] = [];
  for (let index = 0; index < bits.length; index++) {
    const magnitude = bits[index] & 0x7fffffff;
    if (magnitude >= threshold) found.push({ index, magnitude, order: tieOrder(index) });
  }
  found.sort((a, b) => b.magnitude - a.magnitude || b.order - a.order || a.index - b.index);
  return Uint32Array.from(found.slice(0, wanted), ({ index }) => index);
}

/** Ascending, of an ascending beginning and the few values in any order that follow it. */
function mergeTail(values: Uint32Array, tailStart: number): Uint32Array {
  const tail = values.slice(tailStart).sort();
  let from = tailStart - 1;
  let to = values.length - 1;
  for (let at = tail.length - 1; at >= 0; to--)
    values[to] = from >= 0 && values[from] > tail[at] ? values[from--] : tail[at--];
  return values;
}

function kthSmallest(bits: Uint32Array, count: number): number {
  const high = new Uint32Array(HIGH_BUCKETS);
  for (let index = 0; index < bits.length; index++) high[(bits[index] & 0x7fffffff) >>> 16]++;
  let seen = 0;
  let bucket = 0;
  while (seen + high[bucket] < count) seen += high[bucket++];

  const low = new Uint32Array(LOW_BUCKETS);
  for (let index = 0; index < bits.length; index++) {
    const magnitude = bits[index] & 0x7fffffff;
    if (magnitude >>> 16 === bucket) low[magnitude & 0xffff]++;
  }
  let rest = 0;
  while (seen + low[rest] < count) seen += low[rest++];
  return ((bucket << 16) | rest) >>> 0;
}

function smallestNoise(indices: number[], count: number, tieNoise: (index: number) => number): number[] {
  return indices
    .map((index) => ({ index, noise: tieNoise(index) }))
    .sort((a, b) => a.noise - b.noise || a.index - b.index)
    .slice(0, count)
    .map((entry) => entry.index);
}
