import { describe, expect, it } from 'vitest';
import {
  csvCell,
  fileName,
  ReadableError,
  visibleJson,
  visibleLines,
  visibleText,
} from '../../src-main/contract/index.ts';

describe('text of people and files', () => {
  it.each([
    ['plain', 'RigL 95% · seed 1', 'RigL 95% · seed 1'],
    ['an escape sequence', '\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
    ['one of C1', '\u009b31m', '\\u009b31m'],
    ['delete', 'a\u007f', 'a\\u007f'],
    ['line ends and tabs', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['separators of Unicode', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['a bidirectional override', '\u202egnp.exe', '\\u202egnp.exe'],
    ['isolates and marks', '\u2066a\u2069\u200f\u061c', '\\u2066a\\u2069\\u200f\\u061c'],
    ['zero width', 'a\u200bb\u200cc\u200dd\ufeff\u2060', 'a\\u200bb\\u200cc\\u200dd\\ufeff\\u2060'],
    ['half a surrogate', 'a\ud800', 'a\\ud800'],
    ['tags', '\u{e0041}', '\\udb40\\udc41'],
    ['other scripts and accents', '日本語 e\u0301 عربي', '日本語 e\u0301 عربي'],
    ['emoji of several signs', '👩🏽\u200d🚀 ❤\ufe0f', '👩🏽\u200d🚀 ❤\ufe0f'],
  ])('shows %s', (_, given, shown) => {
    expect(visibleText(given)).toBe(shown);
    expect(visibleText(shown)).toBe(shown);
  });

  it('keeps the lines and columns of what is made of several', () => {
    expect(visibleLines('a\tb\r\nc\u001b\n')).toBe('a\tb\r\nc\\u001b\n');
  });

  it('is safe to print in every error of ours, whose lines stay', () => {
    class OneOfOurs extends ReadableError {}
    const cause = new Error('why');
    const error = new OneOfOurs('a\u001b[31m\tb\n\u202ec\r', { cause });
    expect([error.message, error.cause]).toEqual(['a\\u001b[31m\\tb\n\\u202ec\\r', cause]);
    expect(String(error.stack)).not.toContain('\u001b');
  });

  it('is the same data in JSON, of visible signs', () => {
    const data = { name: '\u001b\u009b\u202e\u{e0041}👩🏽\u200d🚀\n' };
    const json = visibleJson(JSON.stringify(data, null, 2));
    expect(JSON.parse(json)).toEqual(data);
    expect(json).not.toMatch(/[\u007f-\u009f\u202e]/);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1+1', "'+1+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(1,1)', `"'@SUM(1,1)"`],
    ['  =1', "'  =1"],
    ['＝1', "'＝1"],
    ['-0.84', '-0.84'],
    ['\t=1', '\\t=1'],
    ['a,b"c\nd', '"a,b""c\\nd"'],
  ])('a spreadsheet takes %j for no formula', (given, cell) => {
    expect(csvCell(given)).toBe(cell);
  });

  it.each([
    ['../../etc/passwd', '-..-etc-passwd'],
    ['a\u202e\nb:c|d.svg', 'abc-d.svg'.replace('bc', 'b-c')],
    ['CON.csv', '_CON.csv'],
    ['  . ', 'untitled'],
    ['x'.repeat(300), 'x'.repeat(120)],
  ])('%j names a file', (given, name) => expect(fileName(given)).toBe(name));
});
