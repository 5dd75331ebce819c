import { describe, expect, it } from 'vitest';
import { philox4x32 } from '../../src-main/numerics/philox.ts';
import { symmetricBeta } from '../../src-main/numerics/beta.ts';
import { createStream, permutation } from '../../src-main/numerics/random.ts';

/** Known answers of Philox4x32-10 published with Random123 (`kat_vectors`). */
const KNOWN_ANSWERS = [
  { counter: [0, 0, 0, 0], key: [0, 0], words: '6627e8d5 e169c58d bc57ac4c 9b00dbd8' },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: '408f276d 41c83b0e a20bc7c6 6d5451fd',
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: 'd16cfe09 94fdcceb 5001e420 24126ea1',
  },
] as const;

describe('Philox4x32-10', () => {
  it.each(KNOWN_ANSWERS)('gives the published words for counter $counter', ({ counter, key, words }) => {
    const out = new Uint32Array(4);
    philox4x32(out, counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
    expect(Array.from(out, (word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(words);
  });
});

describe('a random stream', () => {
  it('depends on the index alone, not on the order of the calls', () => {
    const forward = createStream(7, 'test', 3);
    const backward = createStream(7, 'test', 3);
    const indices = Array.from({ length: 100 }, (_, index) => index * 37);
    const expected = indices.map((index) => [forward.uint32(index), forward.uniform(index), forward.normal(index)]);
    const reversed = [...indices].reverse().map((index) => {
      const normal = backward.normal(index);
      const uniform = backward.uniform(index);
      return [backward.uint32(index), uniform, normal];
    });
    expect(reversed.reverse()).toEqual(expected);
  });

  it.each([
    ['seed', createStream(8, 'test', 3)],
    ['purpose', createStream(7, 'other', 3)],
    ['first index', createStream(7, 'test', 4)],
    ['second index', createStream(7, 'test', 3, 1)],
  ])('changes with the %s', (_, other) => {
    const stream = createStream(7, 'test', 3);
    const draws = (from: typeof stream) => Array.from({ length: 8 }, (_, index) => from.uint32(index));
    expect(draws(other)).not.toEqual(draws(stream));
  });

  it('is uniform and normal in its first moments', () => {
    const stream = createStream(1, 'moments');
    const count = 100_000;
    let [mean, square, uniformMean] = [0, 0, 0];
    for (let index = 0; index < count; index++) {
      mean += stream.normal(index) / count;
      square += stream.normal(index) ** 2 / count;
      uniformMean += stream.uniform(index) / count;
    }
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.abs(square - 1)).toBeLessThan(0.02);
    expect(Math.abs(uniformMean - 0.5)).toBeLessThan(0.005);
  });

  it('refuses a third index', () => {
    expect(() => createStream(1, 'test', 1, 2, 3)).toThrow(/at most two/);
  });
});

describe('permutation', () => {
  it('holds every number once', () => {
    const order = permutation(createStream(5, 'order'), 1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect([...order]).not.toEqual([...order].sort((a, b) => a - b));
  });

  it('puts each number at each index equally often', () => {
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    for (let seed = 0; seed < 8000; seed++) {
      permutation(createStream(seed, 'order'), 4).forEach((value, index) => counts[value][index]++);
    }
    for (const count of counts.flat()) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

describe('Beta(alpha, alpha)', () => {
  const draw = (alpha: number, count = 20_000) =>
    Array.from({ length: count }, (_, seed) => symmetricBeta(createStream(seed, 'beta'), alpha));
  const shareBelow = (values: number[], x: number) => values.filter((value) => value < x).length / values.length;

  it.each([0.1, 0.4, 1, 1.5, 4, 30])('has mean 1/2 and variance 1 / (8 alpha + 4): %d', (alpha) => {
    const values = draw(alpha);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    const expected = 1 / (8 * alpha + 4);
    // Four standard errors of the mean; the variance within 5%.
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(expected / values.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.05);
  });

  it.each<[number, (x: number) => number]>([
    [0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [1, (x) => x],
    [2, (x) => 3 * x ** 2 - 2 * x ** 3],
    [3, (x) => 10 * x ** 3 - 15 * x ** 4 + 6 * x ** 5],
  ])('has the distribution function of alpha %d', (alpha, below) => {
    const values = draw(alpha);
    for (const x of [0.03, 0.1, 0.25, 0.5, 0.8, 0.95])
      expect(Math.abs(shareBelow(values, x) - below(x))).toBeLessThan(4 * Math.sqrt(0.25 / values.length));
  });

  it('of an alpha near 0 is nearly always 0 or 1, each as often, and never undefined', () => {
    const values = draw(1e-5);
    expect(values.filter((value) => value > 1e-6 && value < 1 - 1e-6).length).toBeLessThan(10);
    expect(Math.abs(shareBelow(values, 0.5) - 0.5)).toBeLessThan(0.015);
  });
});
