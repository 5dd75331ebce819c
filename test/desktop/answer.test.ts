import { describe, expect, test } from 'vitest';
import { labArguments, visibleText, type LabApi, type LabMethod } from '../../src-main/contract/index.ts';
import { answer, parseArguments } from '../../src-main/desktop/answer.ts';
import { EVENT_NAMES, LAB_METHODS } from '../../src-main/desktop/messages.ts';
import { LAB_EVENT_NAMES } from '../../src-main/contract/index.ts';
import { GOOD, OPTIONAL } from './support/good-arguments.ts';

/** What a hostile or broken page might send instead of a proper argument. */
const GARBAGE: readonly unknown[] = [
  undefined,
  NaN,
  -1,
  1.5,
  2 ** 60,
  true,
  '',
  '../../etc/passwd',
  "abcd'; DROP TABLE run; --",
  'x'.repeat(100_000),
  '\u202eabcd\u001b[31m\u0000',
  [[]],
  new Array(10_001).fill('abcd'),
  { __proto__: { admin: true }, constructor: 1 },
  new Uint8Array(4),
  new Date(0),
  new Map(),
];

/** Which garbage an argument is allowed to be: free text is free. */
/** An object without a key says nothing, whatever it is. */
const isEmpty = (given: unknown): boolean =>
  typeof given === 'object' &&
  !Array.isArray(given) &&
  !(given instanceof Uint8Array) &&
  Object.keys(given ?? {}).length === 0;

const ALLOWED: Partial<Record<LabMethod, (given: unknown, argument: number) => boolean>> = {
  launchPreset: (given) => typeof given === 'string' && given.length <= 100,
  launchRuns: (given, argument) => argument === 1 && typeof given === 'string' && given.length <= 200,
  renameRun: (given, argument) => argument === 1 && typeof given === 'string' && given.length <= 120,
  // The lab names what is wrong with its parts.
  launchStudy: (given) => typeof given === 'object' && !Array.isArray(given),
  checkConfiguration: (given) => typeof given === 'object' && !Array.isArray(given),
  calibrateEngines: (given) => typeof given === 'object' && !Array.isArray(given),
  forecastRun: (given, argument) => argument === 0 && typeof given === 'object' && !Array.isArray(given),
  // Left out, or without a key.
  resumeRun: (given, argument) => argument === 1 && given !== null && (given === undefined || isEmpty(given)),
  // Keys that are not there change nothing.
  measureRun: (given, argument) =>
    argument === 2 &&
    typeof given === 'object' &&
    !(given instanceof Uint8Array) &&
    Object.keys(given ?? {}).length === 0,
  changeSettings: (given) => given instanceof Uint8Array === false && Object.keys(given ?? {}).length === 0,
};

/** A lab that must not be reached. */
const unreachable = Promise.resolve(
  new Proxy({} as LabApi, {
    get(_, name) {
      if (name === 'then') return undefined;
      throw new Error(`The lab was asked for ${String(name)}.`);
    },
  }),
);

describe('the names of the preload are those of the contract', () => {
  test('methods', () => expect([...LAB_METHODS].sort()).toEqual(Object.keys(labArguments).sort()));
  test('events', () => expect([...EVENT_NAMES].sort()).toEqual([...LAB_EVENT_NAMES].sort()));
});

describe.each(LAB_METHODS)('%s', (method) => {
  const good: unknown[] = GOOD[method];

  test('proper arguments pass unchanged, further ones are dropped', () => {
    expect(parseArguments(method, good)).toEqual(good);
    expect(parseArguments(method, [...good, 'further', {}])).toEqual(good);
  });

  test('anything but a list of arguments is refused', async () => {
    for (const given of [undefined, null, 0, 'abcd', {}]) {
      expect(await answer(method, given, unreachable)).toMatchObject({ ok: false, name: 'RefusedMessageError' });
    }
  });

  test.each(good.slice(0, good.length - (OPTIONAL[method] ?? 0)).map((_, argument) => argument))(
    'without argument %i and those after it, it is refused',
    async (argument) => {
      const reply = await answer(method, good.slice(0, argument), unreachable);
      expect(reply).toMatchObject({ ok: false, name: 'RefusedMessageError' });
    },
  );

  test.each(good.map((_, argument) => argument))('garbage in argument %i is refused', async (argument) => {
    let refused = 0;
    for (const garbage of GARBAGE) {
      if (ALLOWED[method]?.(garbage, argument)) continue;
      const reply = await answer(method, good.with(argument, garbage), unreachable);
      expect(reply, `garbage ${String(garbage).slice(0, 40)}`).toMatchObject({
        ok: false,
        name: 'RefusedMessageError',
      });
      const message = reply.ok ? '' : reply.message;
      expect(message).toContain(`${method} (argument ${argument}`);
      // What was sent is repeated in a few visible characters.
      expect(message.length).toBeLessThan(600);
      expect(visibleText(message)).toBe(message);
      refused++;
    }
    expect(refused).toBeGreaterThan(5);
  });
});

describe('answers', () => {
  const lab = (part: Partial<LabApi>) => Promise.resolve(part as LabApi);

  test('a value', async () => {
    const reply = await answer(
      'exportRuns',
      [['abcd'], 'csv'],
      lab({ exportRuns: (ids, format) => Promise.resolve(`${ids.join()} ${format}`) }),
    );
    expect(reply).toEqual({ ok: true, value: 'abcd csv' });
  });

  test('an error keeps its name and words, and no stack', async () => {
    class OddError extends Error {
      override readonly name = 'OddError';
    }
    const reply = await answer('listRuns', [], lab({ listRuns: () => Promise.reject(new OddError('Out of paper.')) }));
    expect(reply).toEqual({ ok: false, name: 'OddError', message: 'Out of paper.' });
  });

  test('a lab that did not open', async () => {
    const reply = await answer('listRuns', [], Promise.reject(new Error('The database is damaged.')));
    expect(reply).toEqual({ ok: false, name: 'Error', message: 'The database is damaged.' });
  });
});
