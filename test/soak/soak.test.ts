import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { differences, type FolderContent } from './outcome.ts';
import { readSoakOptions } from './options.ts';
import { plans } from './plans.ts';
import { soak } from './soak.ts';
import { soakTable } from './table.ts';

describe('the options of a soak', () => {
  it('are 200 kills with seed 1 and no end where nothing is said', () => {
    expect(readSoakOptions([])).toEqual({ kills: 200, seed: 1, folder: null, minutes: null, isWindow: false });
    expect(readSoakOptions(['--kills', '4', '--seed', '9', '--data', 'x', '--minutes', '0.5', '--window'])).toEqual({
      ...{ kills: 4, seed: 9, folder: 'x', minutes: 0.5, isWindow: true },
    });
    expect(readSoakOptions(['--help'])).toBeNull();
  });

  it.each([
    [['--kills', '0'], '--kills: 0 is not a whole number from 1'],
    [['--kills', 'all'], '--kills: all is not a whole number'],
    [['--seed', '-1'], '--seed'],
    [['--minutes', '0'], '--minutes: 0 is not above 0'],
    [['--dat', 'x'], '--dat'],
  ])('refuse %j', (words, message) => {
    expect(() => readSoakOptions(words)).toThrow(message);
  });
});

describe('what differs', () => {
  const content: FolderContent = {
    runs: { 'set, seed 1': { weights: 'a', 'mask fc1': 'b', 'series rs': 'c' } },
    ...{ points: 1, updates: 1, seconds: 1, study: '[]' },
  };

  it.each([
    ['nothing', content, []],
    [
      'weights',
      { ...content, runs: { 'set, seed 1': { ...content.runs['set, seed 1'], weights: 'z' } } },
      ['weights: z'],
    ],
    [
      'a series that is gone',
      { ...content, runs: { 'set, seed 1': { weights: 'a', 'mask fc1': 'b' } } },
      ['series rs'],
    ],
    ['a run that is gone', { ...content, runs: {} }, ['is missing after the kills']],
    ['a study', { ...content, study: '[1]' }, ['study: [1] instead of []']],
  ])('is named: %s', (_, killed, named) => {
    expect(differences(killed, content)).toEqual(named.map((text) => expect.stringContaining(text) as string));
  });
});

describe('a soak', { timeout: 300_000 }, () => {
  it('kills and resumes until there are as many kills as asked for, finds nothing, and goes on where it stopped', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'espalier-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const chosen = plans.filter(({ name }) => name === 'rigl' || name === 'study');
    const common = { plans: chosen, seed: 1, folder, until: Infinity };
    const first = await soak({ ...common, kills: 2 });
    expect(first.rounds.map(({ plan, kills, differences: found }) => [plan, kills, found])).toEqual([['rigl', 2, []]]);
    expect(first.rounds[0].updates).toBeGreaterThan(50);
    expect(first.rounds[0].points).toBeGreaterThan(1000);

    const more = await soak({ ...common, kills: 4 });
    expect(more.rounds[0]).toEqual(first.rounds[0]);
    expect(more.rounds.reduce((sum, { kills }) => sum + kills, 0)).toBe(4);
    expect(more.rounds.flatMap((round) => round.differences)).toEqual([]);
    expect(more.rounds[1].plan).toBe('study');
    expect(JSON.parse(readFileSync(join(folder, 'soak.json'), 'utf8'))).toEqual(more);
    expect(soakTable(more)).toMatch(/^\| rigl +\| +2 \|/m);
    await expect(soak({ ...common, kills: 5, seed: 2 })).rejects.toThrow('is of --seed 1, not of 2');
  });
});
