import { power } from './portable.ts';
import type { RandomStream } from './random.ts';

/**
 * A number from Beta(alpha, alpha), drawn from the stream's indices 0, 1, 2 ... as far as it takes: by Jöhnk's method
 * (1964) up to alpha 1, in logarithms where powers underflow, as NumPy does; above by two gamma numbers.
 */
export function symmetricBeta(stream: RandomStream, alpha: number): number {
  return alpha > 1 ? fromGammas(stream, alpha) : byJohnk(stream, alpha);
}

function byJohnk(stream: RandomStream, alpha: number): number {
  for (let index = 0; ; index += 2) {
    // In (0, 1]: the logarithm of 0 would leave nothing to compare.
    const [u, v] = [1 - stream.uniform(index), 1 - stream.uniform(index + 1)];
    const [x, y] = [power(u, 1 / alpha), power(v, 1 / alpha)];
    if (x + y > 1) continue;
    return x + y > 0 ? x / (x + y) : 1 / (1 + Math.exp((Math.log(v) - Math.log(u)) / alpha));
  }
}

function fromGammas(stream: RandomStream, alpha: number): number {
  const first = gamma(stream, alpha, 0);
  const second = gamma(stream, alpha, first.next);
  return first.value / (first.value + second.value);
}

/** Gamma(shape, 1) for a shape above 1: Marsaglia and Tsang (2000), a normal and a uniform number a try. */
function gamma(stream: RandomStream, shape: number, from: number): { value: number; next: number } {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  // Normal number n takes block n of the stream, uniform numbers 2 n and 2 n + 1 do: a normal one here, a uniform one after it.
  for (let index = from; ; index += 2) {
    const x = stream.normal(index);
    const v = (1 + c * x) * (1 + c * x) * (1 + c * x);
    const u = 1 - stream.uniform(2 * (index + 1));
    if (v > 0 && Math.log(u) < (x * x) / 2 + d - d * v + d * Math.log(v)) return { value: d * v, next: index + 2 };
  }
}
