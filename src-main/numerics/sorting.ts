const DIGIT_VALUES = 2048;
/** Below this the tables of a radix sort cost more than they save. */
const FEW = 512;

/**
 * A sorted copy of whole numbers in [0, bound), bound up to 2^53: by digits of 11 bits, lowest first, so 2^22 positions
 * take two passes where a comparison sort takes twenty.
 */
export function sortWholeNumbers(values: Float64Array, bound: number): Float64Array {
  if (values.length < FEW) return values.slice().sort();
  if (bound <= 2 ** 32) return new Float64Array(sortWords(new Uint32Array(values), bound));
  let from = values.slice();
  let to = new Float64Array(values.length);
  const offsets = new Uint32Array(DIGIT_VALUES);
  for (let scale = 1; scale < bound; scale *= DIGIT_VALUES) {
    offsets.fill(0);
    // A bitwise operator cuts the fraction off and keeps the low bits, whatever the size.
    for (let at = 0; at < from.length; at++) offsets[(from[at] / scale) & (DIGIT_VALUES - 1)]++;
    for (let digit = 0, before = 0; digit < DIGIT_VALUES; digit++) {
      const count = offsets[digit];
      offsets[digit] = before;
      before += count;
    }
    for (let at = 0; at < from.length; at++) to[offsets[(from[at] / scale) & (DIGIT_VALUES - 1)]++] = from[at];
    [from, to] = [to, from];
  }
  return from;
}

/** The same for 32 bits, without fractions to cut off; sorts into its argument or a copy. */
function sortWords(values: Uint32Array<ArrayBuffer>, bound: number): Uint32Array {
  let from = values;
  let to = new Uint32Array(values.length);
  const offsets = new Uint32Array(DIGIT_VALUES);
  for (let shift = 0; 2 ** shift < bound; shift += Math.log2(DIGIT_VALUES)) {
    offsets.fill(0);
    for (let at = 0; at < from.length; at++) offsets[(from[at] >>> shift) & (DIGIT_VALUES - 1)]++;
    for (let digit = 0, before = 0; digit < DIGIT_VALUES; digit++) {
      const count = offsets[digit];
      offsets[digit] = before;
      before += count;
    }
    for (let at = 0; at < from.length; at++) to[offsets[(from[at] >>> shift) & (DIGIT_VALUES - 1)]++] = from[at];
    [from, to] = [to, from];
  }
  return from;
}
