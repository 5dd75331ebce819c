import type { SampleEstimate } from '../../contract/index.ts';

/** Below this, Student's interval is so wide, and its normality so unchecked, that it is not stated. */
const LEAST_PAIRS_FOR_INTERVAL = 3;

/** Mean and sample standard deviation of what is finite; null where nothing is. Two passes, so nothing cancels. */
export function estimate(values: readonly number[]): SampleEstimate | null {
  const finite = values.filter(Number.isFinite);
  const n = finite.length;
  if (n === 0) return null;
  const mean = finite.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { n, mean, deviation: null };
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, deviation: Math.sqrt(squares / (n - 1)) };
}

export interface PairedEstimate extends SampleEstimate {
  /** Half the width of the 95% interval of the mean difference; null below three pairs. */
  halfWidth: number | null;
}

/**
 * Mean of `a − b` over the keys (seeds) both have, with its 95% interval by Student's t on n − 1 degrees of freedom.
 * null where they share none.
 */
export function pairedDifference(
  a: ReadonlyMap<number, number>,
  b: ReadonlyMap<number, number>,
): PairedEstimate | null {
  const differences = [...a].flatMap(([seed, value]) => {
    const other = b.get(seed);
    return other === undefined ? [] : [value - other];
  });
  const found = estimate(differences);
  if (!found) return null;
  const { n, deviation } = found;
  if (deviation === null || n < LEAST_PAIRS_FOR_INTERVAL) return { ...found, halfWidth: null };
  return { ...found, halfWidth: (studentQuantile(0.975, n - 1) * deviation) / Math.sqrt(n) };
}

/** What a paired difference allows one to say, for a reader who will quote it. */
export function significanceStatement(difference: PairedEstimate | null): string {
  if (!difference) return 'no seed finished in both';
  const { n, mean, deviation, halfWidth } = difference;
  if (n === 1) return 'n = 1: one pair has no spread, so nothing is said about significance';
  if (halfWidth === null) return `n = ${n}: no interval worth stating`;
  if (deviation === 0)
    return `n = ${n}: every pair differs by the same amount, so the interval has no width to judge by`;
  const few = n < 5 ? `; with ${n} pairs it rests on normal differences, which so few cannot show` : '';
  if (Math.abs(mean) > halfWidth) return `n = ${n}: the 95% interval leaves out zero${few}`;
  return `n = ${n}: the 95% interval holds zero, so no difference is shown${few}`;
}

/**
 * The value that a Student-t variable stays below with the given probability: bisection on the distribution function,
 * which is the regularised incomplete beta function (Numerical Recipes 6.4; Abramowitz and Stegun 26.7.1).
 * @throws RangeError outside 0 < probability < 1 and degrees >= 1
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`A probability is in (0, 1), not at ${probability}.`);
  if (!(degrees >= 1)) throw new RangeError(`Student's t needs at least 1 degree of freedom, not ${degrees}.`);
  if (probability < 0.5) return -studentQuantile(1 - probability, degrees);
  let [low, high] = [0, 1];
  while (studentCumulative(high, degrees) < probability) high *= 2;
  for (let halving = 0; halving < 200 && high - low > 1e-13 * high; halving++) {
    const middle = (low + high) / 2;
    if (studentCumulative(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability that Student's t is below `t` >= 0. */
function studentCumulative(t: number, degrees: number): number {
  return 1 - incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
}

/** I_x(a, b) by its continued fraction, in the half where that converges fast. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(1 - x, b, a)) / b;
}

const TINY = 1e-300;

/** Lentz's evaluation of the continued fraction of the incomplete beta function. */
function betaFraction(x: number, a: number, b: number): number {
  const clear = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / clear(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / clear(1 + even * d);
    c = clear(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / clear(1 + odd * d);
    c = clear(1 + odd / c);
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return fraction;
}

const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188];

/** ln Γ(x) for x > 0: Stirling's series, after shifting x to where it is exact in double precision. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 12; z++) shift += Math.log(z);
  const series = STIRLING.reduce((sum, coefficient, k) => sum + coefficient / z ** (2 * k + 1), 0);
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift;
}
