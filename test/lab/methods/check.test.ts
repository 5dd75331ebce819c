import { describe, expect, it, test } from 'vitest';
import { checkMethod, checkMethodFile } from '../../../src-main/lab/methods/check/check-method.ts';
import { openCpu } from '../../engine/cpu-support.ts';
import { methodFile, type FileParts } from '../../own-methods/support.ts';
import { methodOf } from '../../support/methods.ts';

describe('a check says of each thing whether it is so', () => {
  const checked = (parts: FileParts) =>
    checkMethodFile({ file: 'mine.js', code: methodFile(parts) }, { openEngine: openCpu });
  const counter = 'let calls = 0;';
  const remembering =
    '(view, count, context) => { if (context.update === 1) calls = 0; calls++; const first = calls % 3; return Uint32Array.from({ length: count }, (_, at) => at + first); }';
  const readingKey =
    '(view, count, context) => { void context.configuration.KEY; return dropSmallestMagnitudes(view, count, context); }';
  const own = "{ strength: { kind: 'number', label: 'A', help: 'B', least: 0, most: 1, default: 0.5 } }";

  it.each<[what: string, parts: FileParts, disagreeing: string[], text: RegExp]>([
    ['nothing', {}, [], /$/],
    ['a gradient that it declares', { grow: 'growLargestGradients', needsDenseGradient: true }, [], /$/],
    ['what cannot be loaded', { before: 'const = 1;' }, ['loads'], /^mine\.js:3: /],
    [
      'a rule that throws',
      { drop: "() => { throw new Error('no'); }" },
      ['trains'],
      /mlp-32, seed 1: The method mine failed at update 1 in its drop rule.*mine\.js:11/,
    ],
    [
      'a rule without end',
      { drop: '() => { for (;;); }' },
      ['trains'],
      /in its drop rule of layer .*it took more than 5 seconds/,
    ],
    [
      'a rule that never answers',
      { grow: 'async () => new Promise(() => {})' },
      ['trains'],
      /in its grow rule of layer .*it took more than 5 seconds/,
    ],
    [
      'a wrong count at an end of its key',
      {
        keys: own,
        drop: '(view, count, context) => dropSmallestMagnitudes(view, context.configuration.strength === 1 ? count - 1 : count, context)',
      },
      ['trains'],
      /strength=1: .*would be dropped instead of/,
    ],
    [
      'Math.random',
      {
        drop: '(view, count) => { const first = Math.floor(Math.random() * (view.weights.length - count)); return Uint32Array.from({ length: count }, (_, at) => first + at); }',
      },
      ['determinism', 'resume', 'threads'],
      /drops other weights of layer 0 the second time: draw by createStream/,
    ],
    [
      'the clock',
      {
        drop: '(view, count) => { const first = (performance.now() * 1000) % 5; return Uint32Array.from({ length: count }, (_, at) => Math.floor(first) + at); }',
      },
      ['determinism', 'resume', 'threads'],
      /drops other weights of layer 0/,
    ],
    [
      'what it remembers outside its memory',
      { before: counter, drop: remembering },
      ['resume'],
      /after it was suspended and resumed: what a rule remembers .* belongs into context\.memory/,
    ],
    [
      'a gradient that it does not declare',
      { grow: 'growLargestGradients' },
      ['flops'],
      /its grow rule asks for gradients of inactive positions, and needsDenseGradient is false/,
    ],
    [
      'a gradient that it never asks for',
      { needsDenseGradient: true },
      ['flops'],
      /needsDenseGradient is true, and no rule asks/,
    ],
    [
      'FLOPs',
      { declared: 'flops: ({ dense }) => 3 * dense,' },
      ['flops'],
      /declared [\d,]+ FLOPs a sample, [\d,]+ FLOPs were made/,
    ],
    [
      'a bound of R_s',
      { rewired: 'replaces: { expected: 0.01, most: 0.01 },' },
      ['exploration'],
      /R_s came to 0\.\d+, above the bound of 0\.\d+/,
    ],
    [
      'an expectation of R_s',
      { rewired: 'replaces: { expected: 0.01, most: 1 },' },
      ['exploration'],
      /R_s came to 0\.\d+ on average, 0\.\d+ were expected/,
    ],
    [
      'a key that it does not name',
      { drop: readingKey.replace('KEY', 'gradientBatches') },
      ['keys'],
      /it reads gradientBatches and does not name it in uses/,
    ],
    [
      'a key that is none',
      { drop: readingKey.replace('KEY', 'strenght') },
      ['keys'],
      /it reads strenght, which is no key/,
    ],
    ['a key of its own that it never reads', { keys: own }, ['keys'], /it names strength and never reads it/],
    [
      'a shared key that it never reads',
      { uses: "[...DROP_AND_GROW_KEYS, 'gradientBatches']" },
      ['keys'],
      /it names gradientBatches and never reads it/,
    ],
  ])('disagrees: %s', async (_, parts, disagreeing, text) => {
    const { checks, passes } = await checked(parts);
    const found = checks.filter(({ state }) => state === 'disagrees');
    expect(found.map(({ name }) => name)).toEqual(disagreeing);
    expect(passes).toBe(disagreeing.length === 0);
    expect(found.at(0)?.text ?? '').toMatch(text);
  });
});

/** One of each kind of counts, gradients, structure and memory: a check trains thirty times. */
const NAMES = ['static', 'set', 'granet', 'ac-dc', 'top-kast', 'srigl'];

test.each(NAMES)('%s does what it declares', async (name) => {
  const report = await checkMethod(`${name}.ts`, () => methodOf(name), { openEngine: openCpu });
  expect(report.checks.filter(({ state }) => state !== 'pass')).toEqual([]);
});
