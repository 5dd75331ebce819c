import { describe, expect, it } from 'vitest';
import { BitSet } from '../../src-main/numerics/bit-set.ts';
import { crc32 } from '../../src-main/numerics/checksum.ts';
import { createStream } from '../../src-main/numerics/random.ts';
import { complement, sampleDistinct } from '../../src-main/numerics/sampling.ts';
import { selectLargestMagnitudes, selectSmallestMagnitudes } from '../../src-main/numerics/selection.ts';
import { tieOrder } from '../../src-main/numerics/tie-order.ts';

describe('selectSmallestMagnitudes', () => {
  it.each([0, 1, 7, 500, 999, 1000, 2000])('equals a sort for k = %i', (count) => {
    const stream = createStream(3, 'values');
    const values = Float32Array.from({ length: 1000 }, (_, index) => stream.normal(index) * 10 ** ((index % 7) - 3));
    const sorted = Array.from(values.keys()).sort((a, b) => Math.abs(values[a]) - Math.abs(values[b]));
    const expected = sorted.slice(0, count).sort((a, b) => a - b);
    expect([...selectSmallestMagnitudes(values, count, () => 0)]).toEqual(expected);
  });

  it('breaks ties by the noise, and only ties', () => {
    const values = Float32Array.of(1, -1, 0.5, 1, 2, -1);
    expect([...selectSmallestMagnitudes(values, 3, (index) => 10 - index)]).toEqual([2, 3, 5]);
    expect([...selectSmallestMagnitudes(values, 3, (index) => index)]).toEqual([0, 1, 2]);
  });

  it('takes zeros of either sign first and NaN last', () => {
    const values = Float32Array.of(NaN, -0, 3, 0, Infinity);
    expect([...selectSmallestMagnitudes(values, 4, () => 0)]).toEqual([1, 2, 3, 4]);
  });
});

describe('selectLargestMagnitudes', () => {
  it.each([0, 1, 7, 500, 999, 1000, 2000])('equals a sort for k = %i', (count) => {
    const stream = createStream(4, 'values');
    const values = Float32Array.from({ length: 1000 }, (_, index) => stream.normal(index) * 10 ** ((index % 7) - 3));
    const sorted = Array.from(values.keys()).sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
    expect([...selectLargestMagnitudes(values, count, () => 0)]).toEqual(sorted.slice(0, count));
  });

  it('takes the largest order first among ties, then the smallest index; never a zero', () => {
    const values = Float32Array.of(1, -1, 0, 1, 2, -0, -1);
    expect([...selectLargestMagnitudes(values, 3, (index) => index)]).toEqual([4, 6, 3]);
    expect([...selectLargestMagnitudes(values, 7, () => 5)]).toEqual([4, 0, 1, 3, 6]);
    expect([...selectLargestMagnitudes(Float32Array.of(NaN, Infinity, 1), 2, () => 0)]).toEqual([0, 1]);
  });
});

describe('tieOrder', () => {
  it('is the high half of a 64-bit hash, for positions beyond 2^32 too', () => {
    const mask = (1n << 64n) - 1n;
    const expected = (position: number, seed: number) => {
      let h = (BigInt(position) * 0x9e3779b97f4a7c15n + BigInt(seed)) & mask;
      for (let round = 0; round < 2; round++) h = ((h ^ (h >> 32n)) * 0xd6e8feb86659fd93n) & mask;
      return Number(h >> 32n);
    };
    for (const position of [0, 1, 77, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 12345, 2 ** 53 - 1])
      for (const seed of [0, 1, 2 ** 32 - 1]) expect(tieOrder(position, seed)).toBe(expected(position, seed));
  });
});

describe('sampleDistinct', () => {
  it.each([
    [0, 10],
    [10, 10],
    [3, 10],
    [8, 10],
    [1000, 250_000_000_000],
  ])('draws %i of %i, ascending and distinct', (count, size) => {
    const drawn = sampleDistinct(createStream(1, 'sample'), count, size);
    expect(drawn).toHaveLength(count);
    drawn.forEach((value, at) => {
      expect(value).toBeLessThan(size);
      if (at > 0) expect(value).toBeGreaterThan(drawn[at - 1]);
    });
  });

  it('draws every pair of five equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 10_000; seed++) {
      const key = sampleDistinct(createStream(seed, 'sample'), 2, 5).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });

  it('refuses more than there are', () => {
    expect(() => sampleDistinct(createStream(1, 'sample'), 6, 5)).toThrow(/Cannot draw 6/);
  });

  it('complements', () => {
    expect([...complement(Float64Array.of(0, 3), 5)]).toEqual([1, 2, 4]);
  });
});

describe('BitSet', () => {
  it('remembers, tells what is new, and lists ascending', () => {
    const bits = new BitSet(100);
    expect(bits.add(31)).toBe(true);
    expect(bits.add(31)).toBe(false);
    for (const index of [99, 0, 32, 64]) bits.add(index);
    expect([...bits]).toEqual([0, 31, 32, 64, 99]);
    expect(bits.has(63)).toBe(false);
  });
});

describe('crc32', () => {
  it('gives the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });
});
