import { afterAll, describe, expect, it } from 'vitest';
import { createHostKeeper, fuzz } from './harness/fuzz.ts';
import type { Entrance } from './harness/entrance.ts';
import { shrink } from './harness/shrink.ts';
import type { Rule } from './harness/verdict.ts';
import { DEEDS, entrances, misbehaving, unready } from './support/misbehaving.ts';
import { readFuzzOptions } from './options.ts';
import { fuzzTable } from './table.ts';

const module = new URL('./support/misbehaving.ts', import.meta.url);
const keeper = createHostKeeper(module);
afterAll(() => keeper.drop());

describe('the harness', () => {
  it.each<[string, Rule, RegExp]>([
    ['aborts', 'crash', /SIGABRT/],
    ['hangs', 'hang', /1000 ms of processor time/],
    ['asks for memory', 'memory', /asked for a buffer of 1024 MiB/],
    ['takes memory', 'memory', /buffer of 300 MiB/],
    ['reads outside', 'outside', /readFileSync \/etc\/hostname/],
    ['writes beside', 'outside', /writeFileSync .*canary\.json/],
    ['throws a TypeError', 'error', /TypeError: Cannot read/],
    ['speaks of undefined', 'message', /speaks of the runtime/],
    ['names no cause', 'message', /names no cause/],
    ['says too much', 'message', /more than 2000 characters/],
    ['acts on the terminal', 'message', /control character/],
    ['makes no sense', 'meaning', /has -1 images/],
    ['forgets a promise', 'crash', /nobody caught: Error: forgotten/],
  ])('notices what %s', async (name, rule, detail) => {
    const entrance = entrances.find((one) => one.name === name);
    if (!entrance) throw new Error(name);
    const { cases, failed, failures } = await fuzz(entrance, keeper, { cases: 1, seed: 1 });
    expect({ cases, failed }).toEqual({ cases: 1, failed: 1 });
    expect(failures[0].verdict.rule).toBe(rule);
    expect(failures[0].verdict.detail).toMatch(detail);
  });

  it('counts every case once, also those of processes that were ended', async () => {
    const tally = await fuzz(misbehaving, keeper, { cases: 150, seed: 4 });
    const { cases, accepted, refused, failed, failures, reasons } = tally;
    expect(cases).toBe(150);
    expect(accepted + refused + failed).toBe(cases);
    // A canary that changed, and what is kept, is found besides, at the end of a batch.
    const single = failures.filter(({ verdict }) => !/of this batch|so far keep/.test(verdict.detail));
    expect(single.reduce((sum, { count }) => sum + count, 0)).toBe(failed);
    expect(failures.some(({ verdict }) => verdict.detail.includes('SIGABRT'))).toBe(true);
    expect(Object.values(reasons)).toEqual([refused]);
    expect(accepted).toBeGreaterThan(failed);
    expect(fuzzTable([tally])).toMatch(/^\| misbehaving \| +150 \|/m);
  });

  it('goes on where it stopped: the same cases in two pieces as in one', async () => {
    const entrance = entrances.filter(({ name }) => name === 'accepts' || name === 'refuses');
    for (const one of entrance) {
      const whole = await fuzz(one, keeper, { cases: 520, seed: 2 });
      const part = await fuzz(one, keeper, { cases: 120, seed: 2 });
      const rest = await fuzz(one, keeper, { cases: 520, seed: 2, resumed: part });
      const counts = ({ cases, accepted, refused, failed, reasons }: typeof whole) => ({
        ...{ cases, accepted, refused, failed, reasons },
      });
      expect(counts(rest)).toEqual(counts(whole));
    }
  });

  it('finds a case again by its seed and place', async () => {
    const { failures } = await fuzz(misbehaving, keeper, { cases: 100, seed: 4 });
    expect(failures.length).toBeGreaterThan(2);
    for (const found of failures.slice(0, 3)) {
      const { input, verdict, isRepeated } = await shrink(misbehaving, keeper, found);
      expect({ isRepeated, rule: verdict.rule }).toEqual({ isRepeated: true, rule: found.verdict.rule });
      expect(Object.keys(DEEDS)).toContain(input);
    }
  });
});

describe('a fuzz ends whatever its hosts do', () => {
  const accepted = { type: 'case', entrance: 'accepts', input: 'accepts' } as const;

  it('a host that is dropped while it starts is ended, and two who ask at once have one', async () => {
    const own = createHostKeeper(module);
    const [first, second, , third] = await Promise.all([own.host(), own.host(), own.drop(), own.host()]);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    await expect(first.ask(accepted)).rejects.toThrow('SIGKILL');
    await expect(third.ask(accepted)).resolves.toMatchObject({ verdict: { kind: 'accepted' } });
    await own.drop();
    await expect(third.ask(accepted)).rejects.toThrow('SIGKILL');
  });

  it('a host is asked one thing at a time', async () => {
    const host = await keeper.host();
    const [one, other] = await Promise.allSettled([host.ask<'verdict'>(accepted), host.ask<'verdict'>(accepted)]);
    expect(one).toMatchObject({ status: 'fulfilled', value: { verdict: { kind: 'accepted' } } });
    expect(other).toMatchObject({ status: 'rejected', reason: { message: 'A host is asked one thing at a time.' } });
  });

  it('a case that is under way when the time to make it small is over comes to its end', async () => {
    const hangs = entrances.find(({ name }) => name === 'hangs') as Entrance;
    const own = createHostKeeper(module);
    const { failures } = await fuzz(hangs, own, { cases: 1, seed: 1 });
    const { isRepeated, verdict } = await shrink(hangs, own, failures[0], 0);
    expect({ isRepeated, rule: verdict.rule }).toEqual({ isRepeated: true, rule: 'hang' });
    const host = await own.host();
    await expect(host.ask(accepted)).resolves.toMatchObject({ verdict: { kind: 'accepted' } });
    await own.drop();
  });

  it('a host that gives no sign of life, by no case of its, is given up', async () => {
    const own = createHostKeeper(module, 400);
    await expect(fuzz(unready as Entrance, own, { cases: 1, seed: 1 })).rejects.toThrow(
      'no sign of life for 400 ms, after 0 cases',
    );
    await own.drop();
  });
});

describe('the options of npm run fuzz', () => {
  const read = (...words: string[]) => readFuzzOptions(words, ['idx', 'npy']);

  it('are all cases with seed 1 and no end where nothing is said', () => {
    const fuzzing = { type: 'fuzz', entrance: 'idx', cases: null, seed: 1, minutes: null, isResumed: false };
    expect(read('idx')).toEqual(fuzzing);
    expect(read('all', '--cases', '20', '--seed=-3', '--minutes', '0.5', '--resume')).toEqual({
      ...{ type: 'fuzz', entrance: null, cases: 20, seed: -3, minutes: 0.5, isResumed: true },
    });
    expect(read('npy', '--replay', 'x.json')).toEqual({ type: 'replay', entrance: 'npy', file: 'x.json' });
    expect(read('list')).toEqual({ type: 'list' });
  });

  it.each([
    [[], 'say which entrance'],
    [['png'], 'there is no entrance png'],
    [['idx', 'npy'], 'one entrance at a time'],
    [['idx', '--cases', '0'], '--cases: 0 is not a whole number'],
    [['idx', '--seed', '1.5'], '--seed: 1.5'],
    [['idx', '--minutes', '-1'], '--minutes'],
    [['all', '--replay', 'x'], '--replay: name the entrance'],
  ])('refuse %j', (words, message) => {
    expect(() => read(...words)).toThrow(message);
  });
});
