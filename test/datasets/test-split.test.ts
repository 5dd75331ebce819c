import { expect, test } from 'vitest';
import { createStream, permutation } from '../../src-main/numerics/random.ts';
import { drawTestSplit } from '../../src-main/datasets/readers/test-split.ts';

test('of every class its share, by the stream of the class: splits that were drawn before stay', () => {
  const labels = Uint8Array.from({ length: 500 }, (_, at) => (at * 7 + (at >> 3)) % 6);
  const expected = new Uint8Array(500);
  for (let label = 0; label < 6; label++) {
    const members = [...labels.keys()].filter((at) => labels[at] === label);
    const order = permutation(createStream(3, 'dataset split', label), members.length);
    for (const index of order.subarray(0, Math.round(0.2 * members.length))) expected[members[index]] = 1;
  }
  expect(drawTestSplit(labels, 6, 0.2, 3)).toEqual(expected);
});

test('one of a class of two, none of a class of one, and none without a class', () => {
  expect([...drawTestSplit(Uint16Array.of(0, 0, 1, 65_535), 2, 0.2, 1)].slice(2)).toEqual([0, 0]);
  expect(drawTestSplit(Uint16Array.of(0, 0, 1, 65_535), 2, 0.2, 1).reduce((sum, each) => sum + each, 0)).toBe(1);
});

test('looks at each label as often, however many classes there are', () => {
  let looks = 0;
  const labels = new Proxy(
    Uint16Array.from({ length: 130_000 }, (_, at) => at % 65_000),
    {
      get(target, key) {
        if (typeof key === 'string' && /^\d/.test(key)) looks++;
        return Reflect.get(target, key, target) as unknown;
      },
    },
  );
  expect(drawTestSplit(labels, 65_000, 0.5, 1).reduce((sum, each) => sum + each, 0)).toBe(65_000);
  expect(looks).toBe(2 * labels.length);
});
