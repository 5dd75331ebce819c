/**
 * Classes of weights by magnitude and by age, for histograms that stay small over thousands of updates. Each octave of
 * |w| from 2^-16 to 2^2 is halved in its middle, so a class is read off a float's exponent and first bit.
 */

const OCTAVES = { first: -16, last: 2 } as const;
const EXPONENT_BIAS = 127;
const FIRST = 2 * (EXPONENT_BIAS + OCTAVES.first);
/** Class 0 holds what is below the first octave, zero among it; the last one what is above all. */
export const MAGNITUDE_CLASSES = 2 * (OCTAVES.last - OCTAVES.first) + 2;

/** The least |w| of a class. */
export function magnitudeClassEdge(at: number): number {
  if (at === 0) return 0;
  const octave = OCTAVES.first + ((at - 1) >> 1);
  return 2 ** octave * ((at - 1) % 2 === 0 ? 1 : 1.5);
}

/** By a float's exponent and first bit. */
const CLASS_OF = Uint8Array.from({ length: 512 }, (_, index) =>
  Math.min(MAGNITUDE_CLASSES - 1, Math.max(0, index - FIRST + 1)),
);

/** The class of every weight's magnitude. NaN counts as the largest. */
export function magnitudeClasses(weights: Float32Array): Uint8Array {
  const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
  const classes = new Uint8Array(weights.length);
  for (let at = 0; at < bits.length; at++) classes[at] = CLASS_OF[(bits[at] & 0x7fffffff) >>> 22];
  return classes;
}

/** Ages in update intervals: 1, 2, 3-4, 5-8, and so on by doubling; the last one is open. */
export const AGE_CLASSES = 12;

/** Class of an age in update intervals: 1, 2, 3 to 4, 5 to 8 and so on. */
export const ageClass = (age: number): number => (age <= 1 ? 0 : Math.min(AGE_CLASSES - 1, 32 - Math.clz32(age - 1)));

/** `1`, `2`, `3-4` ... `1025+`. */
export function ageClassName(at: number): string {
  if (at < 2) return String(at + 1);
  const least = 2 ** (at - 1) + 1;
  return at === AGE_CLASSES - 1 ? `${least}+` : `${least}-${2 ** at}`;
}

/** Counts `[age class, magnitude class]`, row by row. @param births update at which each weight's life began */
export function histogramByAge(magnitudes: Uint8Array, births: Int32Array, update: number): Uint32Array {
  const counts = new Uint32Array(AGE_CLASSES * MAGNITUDE_CLASSES);
  for (let at = 0; at < magnitudes.length; at++) {
    counts[ageClass(update - births[at]) * MAGNITUDE_CLASSES + magnitudes[at]]++;
  }
  return counts;
}
