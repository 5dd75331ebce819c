import { describe, expect, test } from 'vitest';
import type { MethodKey } from '../../src-main/contract/index.ts';
import { fieldNote } from '../../src-renderer/launch/field-note.ts';
import { rangeOf } from '../../src-renderer/methods/words.ts';
import { failureLine } from '../../src-renderer/run/failure-line.ts';
import { describeFields } from '../support/methods.ts';

describe('the line of a method’s file that a failure names', () => {
  test.each([
    ['The method x failed at update 3 in its drop rule of layer fc1: boom (mine.ts:12).', 12],
    ['mine.ts:2: Unexpected token', 2],
    ['boom of mine.ts:3, thrown (mine.ts:40).', 40],
    ['The method x (mine.ts) took more than 30 seconds.', null],
    ['other.ts:7: no', null],
    ['The disk is full.', null],
    [null, null],
  ])('%s', (failure, line) => expect(failureLine(failure, 'mine.ts')).toBe(line));
});

const text = { label: 'A key', help: 'What it does.' };
test.each<[MethodKey, string]>([
  [{ kind: 'number', ...text, least: 0, most: 0.5, default: 0.1 }, '0 to 0.5'],
  [{ kind: 'integer', ...text, unit: 'updates', least: 1, most: 9, default: 2 }, '1 to 9 updates'],
  [{ kind: 'choice', ...text, choices: ['soft', 'hard'], default: 'soft' }, 'soft, hard'],
  [{ kind: 'switch', ...text, default: true }, 'true or false'],
])('what a key may be: %j', (key, words) => expect(rangeOf(key)).toBe(words));

test('a field of a method’s own key says what it may be, one of all methods does not', () => {
  const note = (key: string) => fieldNote(describeFields().find((field) => field.key === key)!);
  expect(note('groupSize')).toMatch(/ From \d+ to \d+ \w+\.$|From \d+ to \d+\.$/);
  expect(note('epochs')).not.toContain('From');
});
