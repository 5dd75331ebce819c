import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidConfigurationError, listed, shortened, visibleText } from '../../src-main/contract/index.ts';
import { requireConfiguration, requireStudy } from '../support/methods.ts';

const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('what a message repeats of an input', () => {
  it.each([
    ['short', 100, 'short'],
    ['exactly', 7, 'exactly'],
    ['x'.repeat(100_000), 5, 'xxxxx… (100,000 characters)'],
    ['ab😀cd', 3, 'ab… (6 characters)'],
    ['a\u001b[31m\u202eb\n', 100, 'a\\u001b[31m\\u202eb\\n'],
  ])('%j in %i characters', (text, maximum, shown) => {
    expect(shortened(text, maximum)).toBe(shown);
  });

  it('is never longer than a few characters for each it may have, and safe to print', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 200 }), (text, maximum) => {
        const shown = shortened(text, maximum);
        expect(visibleText(shown)).toBe(shown);
        expect(shown.length).toBeLessThan(6 * maximum + 40);
      }),
    );
  });

  it('is listed up to a number, and the rest is counted', () => {
    expect(listed(['a', 'b'], 2)).toEqual(['a', 'b']);
    expect(listed(['a', 'b', 'c', 'd'], 2)).toEqual(['a', 'b', 'and 2 more']);
  });
});

const LONG = 'x'.repeat(100_000);

describe('a refusal of a configuration or a study', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['an empty key', () => requireConfiguration({ '': 1 }), /^"": is not a key of a configuration/],
    ['a long key', () => requireConfiguration({ [LONG]: 1 }), /^x{100}… \(100,000 characters\): is not a key/],
    ['a long value', () => requireConfiguration({ method: LONG }), /not "x{99}… \(100,002 characters\)$/],
    ['a control character', () => requireConfiguration({ network: '\u001b\u202e' }), /\\u001b\\u202e/],
    ['a key of control characters', () => requireConfiguration({ '\u0000\u202e': 1 }), /^\\u0000\\u202e: is not a key/],
    [
      'a grid of the wrong type',
      () => requireStudy({ name: 's', seeds: [1], grid: 5 }),
      /^grid: must be an object of lists, such as \{ "sparsity": \[0\.8, 0\.9\] \}$/,
    ],
    ['a base of the wrong type', () => requireStudy({ name: 's', seeds: [1], base: [] }), /^base: must be an object/],
    [
      'variants of the wrong type',
      () => requireStudy({ name: 's', seeds: [1], variants: 1 }),
      /^variants: must be a list/,
    ],
    ['an empty part', () => requireStudy({ name: 's', seeds: [1], '': 1 }), /^"": is not part of a study/],
    [
      'an empty key of a base',
      () => requireStudy({ name: 's', seeds: [1], base: { '': 1 } }),
      /^base\."": is not a key/,
    ],
    [
      'a million seeds',
      () => requireStudy({ name: 's', seeds: Array.from({ length: 1_000_000 }, (_, at) => at) }),
      /^seeds: has 1000000 entries; a study has at most 10000 runs/,
    ],
  ])('of %s names the key and what is expected', (_, act, message) => {
    expect(messageOf(act)).toMatch(message);
  });

  it('of many faults lists twenty', () => {
    const base = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`key${at}`, 1]));
    const lines = messageOf(() => requireStudy({ name: 's', seeds: [1], base })).split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('and 480 more');
  });
});
