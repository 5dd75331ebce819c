import fc, { type Arbitrary } from 'fast-check';
import { commands } from '../../../src-main/cli/commands/index.ts';
import { CONFIGURATION_KEYS } from '../../../src-main/contract/index.ts';

/** Words that a person might type after an option, and words that nobody should. */
const values: Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(
      ...[
        '0',
        '1',
        '-1',
        '1.5',
        '1e999',
        'NaN',
        '',
        ' ',
        'json',
        'csv',
        'demo',
        'none',
        'grey',
        '32x32',
        '0x0',
        '0,255',
      ],
      ...['runs.json', 'study.json', 'missing.json', '.', 'set', 'turnover', 'survival', 'svg', 'smoke', 'RUN', 'RUN'],
      ...[
        '\u202ex',
        '\u001b[31m',
        'a\nb',
        '\u0000',
        '--',
        '-',
        '--json',
        '__proto__',
        '%s',
        '${HOME}',
        "'; DROP TABLE runs",
      ],
    ),
    fc.string({ maxLength: 10 }),
    fc.integer({ min: 200, max: 50_000 }).map((length) => 'x'.repeat(length)),
  )
  .filter((word) => !/[\\/]|\.\./.test(word));

const pairs = fc
  .tuple(fc.oneof(fc.constantFrom(...CONFIGURATION_KEYS), fc.string({ maxLength: 8 })), values)
  .map(([key, value]) => `${key}=${value}`);

/** A command with its own options and positionals, some of them wrong. */
const proper = fc.constantFrom(...commands).chain(({ name, options }) => {
  const option = fc
    .tuple(fc.constantFrom(...Object.keys(options), 'json', 'help', 'data', 'frobnicate'), values, fc.boolean())
    .map(([key, value, isJoined]): string[] => {
      if (key === 'data') return ['--data', 'lab'];
      const isFlag = key === 'json' || key === 'help' || options[key]?.type === 'boolean';
      return isFlag ? [`--${key}`] : isJoined ? [`--${key}=${value}`] : [`--${key}`, value];
    });
  const word = fc.oneof(
    { weight: 4, arbitrary: option },
    { weight: 3, arbitrary: fc.constant(['RUN']) },
    { weight: 2, arbitrary: values.map((value) => [value]) },
    { weight: 1, arbitrary: pairs.map((pair) => [pair]) },
    { weight: 1, arbitrary: fc.constantFrom(['show'], ['list'], ['import'], ['study.json'], ['--set', 'epochs=1']) },
  );
  return fc.array(word, { maxLength: 6 }).map((words) => [name, ...words.flat()]);
});

/** What is typed after `espalier`; `RUN` stands for a run that is there. */
export const commandLines: Arbitrary<string[]> = fc.oneof(
  { weight: 9, arbitrary: proper },
  { weight: 1, arbitrary: fc.array(values, { maxLength: 5 }) },
);
