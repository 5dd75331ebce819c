import { expect, it } from 'vitest';
import { duration } from '../../src-main/cli/formats.ts';

it.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [119.6, '2 min 0 s'],
  [3599.7, '1 h 0 min'],
  [7199, '1 h 59 min'],
  [null, '–'],
])('%s seconds read %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
