/**
 * Philox4x32 with 10 rounds: a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011, section 3.3). The output depends on key and counter alone, so no call order can matter.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const [M0_LOW, M0_HIGH] = [MULTIPLIER_0 & 0xffff, MULTIPLIER_0 >>> 16];
const [M1_LOW, M1_HIGH] = [MULTIPLIER_1 & 0xffff, MULTIPLIER_1 >>> 16];

/** High 32 bits of the 64-bit product of two unsigned 32-bit numbers, from 16-bit halves. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // No sum exceeds 32 bits; all stays in whole numbers, which floats would be slower than.
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) >>> 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) >>> 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

/** Writes the four 32-bit words for this counter and key into `out`. */
export function philox4x32(
  out: Uint32Array,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let c0 = counter0 | 0;
  let c1 = counter1 | 0;
  let c2 = counter2 | 0;
  let c3 = counter3 | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    // `multiplyHigh` by the two constants, written out in signed words: a draw is half the time then.
    const low0 = c0 & 0xffff;
    const high0 = c0 >>> 16;
    const middle0 = (Math.imul(high0, M0_LOW) + (Math.imul(low0, M0_LOW) >>> 16)) | 0;
    const carry0 = (Math.imul(low0, M0_HIGH) + (middle0 & 0xffff)) | 0;
    const product0 = (Math.imul(high0, M0_HIGH) + (middle0 >>> 16) + (carry0 >>> 16)) | 0;
    const low1 = c2 & 0xffff;
    const high1 = c2 >>> 16;
    const middle1 = (Math.imul(high1, M1_LOW) + (Math.imul(low1, M1_LOW) >>> 16)) | 0;
    const carry1 = (Math.imul(low1, M1_HIGH) + (middle1 & 0xffff)) | 0;
    const product1 = (Math.imul(high1, M1_HIGH) + (middle1 >>> 16) + (carry1 >>> 16)) | 0;
    const next1 = Math.imul(c2, MULTIPLIER_1);
    const next3 = Math.imul(c0, MULTIPLIER_0);
    c0 = product1 ^ c1 ^ k0;
    c2 = product0 ^ c3 ^ k1;
    c1 = next1;
    c3 = next3;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
