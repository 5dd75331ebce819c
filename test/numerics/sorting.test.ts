import { expect, it } from 'vitest';
import { createStream } from '../../src-main/numerics/random.ts';
import { sampleDistinct } from '../../src-main/numerics/sampling.ts';
import { sortWholeNumbers } from '../../src-main/numerics/sorting.ts';

it.each([
  [0, 10],
  [100, 10],
  [5000, 1000],
  [5000, 2 ** 22],
  [5000, 2 ** 32 + 7],
  [5000, 2.5e11],
  [5000, 2 ** 53],
])('sorts %d whole numbers below %d and leaves its argument alone', (count, bound) => {
  const stream = createStream(1, 'numbers');
  const values = Float64Array.from({ length: count }, (_, index) => stream.below(index, bound));
  const before = values.slice();
  expect(sortWholeNumbers(values, bound)).toEqual(before.slice().sort());
  expect(values).toEqual(before);
});

it.each([
  [1000, 64_000],
  [1000, 64_001],
  [3000, 6001],
])('%d distinct numbers below %d are the first draws, repeats made up for', (count, size) => {
  const stream = createStream(2, 'draws');
  const expected = new Set<number>();
  for (let next = 0; expected.size < count; next++) expected.add(stream.below(next, size));
  expect(sampleDistinct(createStream(2, 'draws'), count, size)).toEqual(Float64Array.from(expected).sort());
});
