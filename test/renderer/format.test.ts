import { expect, test } from 'vitest';
import * as format from '../../src-renderer/ui/format.ts';
import { toCsv, toMarkdown } from '../../src-renderer/ui/text-table.ts';
import { visibleRange } from '../../src-renderer/ui/window.ts';

test.each([
  [0, '0.0 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [80, '1 min 20 s'],
  [3599.7, '1 h 00 min'],
  [7500, '2 h 05 min'],
  [86_400 * 3 + 3600 * 4, '3 d 4 h'],
  [null, '–'],
  [Infinity, '–'],
])('%s seconds read %s', (seconds, words) => {
  expect(format.duration(seconds)).toBe(words);
});

test('accuracies, rates, sparsities and ratios', () => {
  expect(format.percent(0.9512)).toBe('95.12 %');
  expect(format.percent(null)).toBe('–');
  expect(format.rate(0.4312)).toBe('0.431');
  expect(format.share(0.95)).toBe('95 %');
  expect(format.share(0.9999)).toBe('99.99 %');
  expect([0.99996, 0.999999, 0.00004, 1, 0].map(format.share)).toEqual([
    '99.996 %',
    '99.9999 %',
    '0.004 %',
    '100 %',
    '0 %',
  ]);
  expect([0.00004, 0.0004, 0].map((density) => format.percent(density))).toEqual(['0.004 %', '0.04 %', '0.00 %']);
  expect(format.ratio(0.1024)).toBe('0.102×');
  expect(format.count(266_610)).toBe('266,610');
});

test('large quantities take SI prefixes', () => {
  expect([0, 999, 1000, 70_428, 367e9, 1e21].map(format.large)).toEqual([
    '0',
    '999',
    '1 k',
    '70.4 k',
    '367 G',
    '1000 E',
  ]);
});

test('differences carry their sign, and none where there is none', () => {
  expect(format.points(0.0084)).toBe('+0.84');
  expect(format.points(-0.024)).toBe('−2.40');
  expect(format.points(0.000001)).toBe('±0.00');
  expect(format.points(undefined)).toBe('–');
});

test('measured values keep four digits and say when they are not finite', () => {
  expect(format.plain(0.123456)).toBe('0.1235');
  expect(format.plain(1e-9)).toBe('1.00e-9');
  expect(format.plain(NaN)).toBe('NaN');
  expect(format.plain(-Infinity)).toBe('−∞');
  expect(format.bytes(1536)).toBe('1.5 KiB');
  expect(format.plural(1, 'run')).toBe('1 run');
  expect(format.plural(1200, 'run')).toBe('1,200 runs');
});

test.each([
  [0.042, '0.042'],
  [0.4213, '0.42'],
  [1, '1.0'],
  [9.94, '9.9'],
  [9.96, '10'],
  [41.7, '42'],
  [12_345.6, '12,346'],
  [0, '–'],
  [NaN, '–'],
])('a speed of %s reads %s', (stepsPerSecond, words) => {
  expect(format.speed(stepsPerSecond)).toBe(words);
});

test('Markdown escapes what would break a row', () => {
  expect(toMarkdown({ head: ['a', 'b'], rows: [['x|y', 'two\nlines']] })).toBe(
    '| a | b |\n| --- | --- |\n| x\\|y | two\\nlines |\n',
  );
});

test('CSV quotes what needs it and defuses formulas, numbers excepted', () => {
  expect(
    toCsv({
      head: ['name', 'value'],
      rows: [
        ['a "b", c', '-0.5'],
        ['=HYPERLINK(1)', '-x'],
      ],
    }),
  ).toBe('name,value\n"a ""b"", c",-0.5\n\'=HYPERLINK(1),\'-x\n');
});

test('only the rows on screen are drawn, with a margin, however many there are', () => {
  expect(visibleRange(0, 600, 36, 1000)).toEqual({ from: 0, to: 23 });
  expect(visibleRange(18_000, 600, 36, 1000)).toEqual({ from: 494, to: 523 });
  expect(visibleRange(35_400, 600, 36, 1000)).toEqual({ from: 977, to: 1000 });
  expect(visibleRange(9_000, 600, 36, 3)).toEqual({ from: 3, to: 3 });
});
