import { describe, expect, it } from 'vitest';
import { BitSet } from '../../src-main/numerics/bit-set.ts';
import { RankedBits } from '../../src-main/numerics/ranked-bits.ts';
import { createStream } from '../../src-main/numerics/random.ts';
import { sampleDistinct } from '../../src-main/numerics/sampling.ts';

const setOf = (size: number, indices: Float64Array): BitSet => {
  const bits = new BitSet(size);
  expect(bits.addAll(indices)).toBe(indices.length);
  return bits;
};
const draw = (count: number, size: number, seed: number) => sampleDistinct(createStream(seed, 'bits'), count, size);

describe.each([
  [1000, 0],
  [1000, 100],
  [1000, 999],
  [1000, 1000],
  [33, 32],
  [100_003, 7000],
])('a set of %i bits, %i of them set', (size, count) => {
  const indices = draw(count, size, 1);
  const clear = Float64Array.from({ length: size }, (_, at) => at).filter((at) => !indices.includes(at));

  it('tells its set bits', () => {
    const bits = setOf(size, indices);
    expect(bits.indices(count)).toEqual(indices);
    expect([...bits]).toEqual([...indices]);
    expect(bits.addAll(indices)).toBe(0);
  });

  it('clears set bits by rank', () => {
    const bits = new RankedBits(size, indices);
    const ranks = draw(Math.ceil(count / 3), Math.max(1, count), 2).filter((rank) => rank < count);
    expect(bits.takeSet(ranks)).toEqual(Float64Array.from(ranks, (rank) => indices[rank]));
    const taken = new Set(ranks);
    expect(bits.indices(count - ranks.length)).toEqual(indices.filter((_, rank) => !taken.has(rank)));
  });

  it('sets clear bits by rank', () => {
    const bits = new RankedBits(size, indices);
    const ranks = draw(Math.ceil(clear.length / 3), Math.max(1, clear.length), 3).filter((rank) => rank < clear.length);
    const taken = Float64Array.from(ranks, (rank) => clear[rank]);
    expect(bits.takeClear(ranks)).toEqual(taken);
    expect(bits.indices(count + ranks.length)).toEqual(Float64Array.from([...indices, ...taken]).sort());
  });

  it('flips by rank as clearing and then setting does, and tells how many bits two sets share', () => {
    const [told, silent] = [new RankedBits(size, indices), new RankedBits(size, indices)];
    let left = count;
    for (let turn = 0; turn < 5; turn++) {
      const out = draw(Math.floor(left / 3), Math.max(1, left), 10 + turn);
      const into = draw(Math.floor((size - left) / 5), Math.max(1, size - left + out.length), 20 + turn);
      told.takeSet(out);
      told.takeClear(into);
      silent.flip(out, into);
      left += into.length - out.length;
      expect(silent.indices(left)).toEqual(told.indices(left));
    }
    const before = new Set(indices);
    const shared = [...told.indices(left)].filter((index) => before.has(index)).length;
    expect(silent.countShared(new RankedBits(size, indices))).toBe(shared);
  });

  it('refuses ranks that no bit has', () => {
    const none = new Float64Array(0);
    expect(() => new RankedBits(size, indices).flip(Float64Array.of(count), none)).toThrow(RangeError);
    expect(() => new RankedBits(size, indices).flip(none, Float64Array.of(clear.length))).toThrow(RangeError);
    expect(() => new RankedBits(size, indices).takeSet(Float64Array.of(count))).toThrow(RangeError);
    expect(() => new RankedBits(size, indices).takeClear(Float64Array.of(clear.length))).toThrow(RangeError);
  });
});

it('adds and deletes one bit at a time', () => {
  const bits = new BitSet(70);
  expect([bits.add(69), bits.add(69), bits.has(69), bits.has(68)]).toEqual([true, false, true, false]);
  expect([bits.delete(69), bits.delete(69), bits.has(69)]).toEqual([true, false, false]);
});
