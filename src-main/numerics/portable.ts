/**
 * Functions whose last bit differs between engines of JavaScript, done so that it does not: ECMAScript leaves it open for
 * cos, sin and powers, and Node and Chromium differ in it. What goes into a run takes these, so that the window and the
 * command line train the same, bit for bit. Of exp and log both have the same code (V8's `base/ieee754`, from fdlibm).
 */

const real = new Float64Array(1);
const words = new Uint32Array(real.buffer);
/** Of the words of a number that which has its sign and exponent; all machines that Espalier runs on are little-endian. */
const HIGH = 1;

/** Parts of π/2 whose multiples are exact, and what is left of each (fdlibm, e_rem_pio2.c). */
const PIO2_1 = 1.57079632673412561417;
const PIO2_1_REST = 6.07710050650619224932e-11;
const PIO2_2 = 6.0771005063039659766e-11;
const PIO2_2_REST = 2.02226624879595063154e-21;
/** About π/4 and 3/4 π. */
const [FIRST_EIGHTH, THIRD_EIGHTH] = [0.7853984832763672, 2.3561935424804688];
/** High words of 1 to 4 times π/2, near which the first part does not do. */
const NEAR_MULTIPLES = [0x3ff921fb, 0x400921fb, 0x4012d97c, 0x401921fb];

/**
 * Cosine of an angle from 0 to 2π, in radians: fdlibm's (Sun Microsystems, 1993), with at most one unit in the last place
 * of error.
 */
export function cosine(angle: number): number {
  if (angle < FIRST_EIGHTH) return cosineNearZero(angle, 0);
  const quarter = angle < THIRD_EIGHTH ? 1 : Math.trunc(angle * (2 / Math.PI) + 0.5);
  let rest = angle - quarter * PIO2_1;
  let away = quarter * PIO2_1_REST;
  real[0] = angle;
  if (words[HIGH] === NEAR_MULTIPLES[quarter - 1]) {
    const before = rest;
    const second = quarter * PIO2_2;
    rest = before - second;
    away = quarter * PIO2_2_REST - (before - rest - second);
  }
  const main = rest - away;
  const small = rest - main - away;
  if (quarter % 2 === 0) return (quarter === 2 ? -1 : 1) * cosineNearZero(main, small);
  return (quarter === 1 ? -1 : 1) * sineNearZero(main, small);
}

/** Of `x + small` within π/4 (k_cos.c). */
function cosineNearZero(x: number, small: number): number {
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  real[0] = x;
  const high = words[HIGH] & 0x7fffffff;
  if (high < 0x3e400000) return 1;
  if (high < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * small));
  words[0] = 0;
  words[HIGH] = high - 0x00200000;
  const part = high > 0x3fe90000 ? 0.28125 : real[0];
  return 1 - part - (0.5 * z - part - (z * r - x * small));
}

/** The same of the sine (k_sin.c). */
function sineNearZero(x: number, small: number): number {
  const z = x * x;
  const cubed = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  real[0] = x;
  if ((words[HIGH] & 0x7fffffff) < 0x3e400000) return x;
  return x - (z * (0.5 * small - cubed * r) - small - cubed * -1.66666666666666324348e-1);
}

/** A number from 0 on to any power, with an error of a few units in the last place. */
export function power(base: number, exponent: number): number {
  return exponent === 0 ? 1 : Math.exp(exponent * Math.log(base));
}
