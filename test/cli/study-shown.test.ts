import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunListItem, StudyResults } from '../../src-main/contract/index.ts';
import { dataFolder, espalier } from './support/command-line.ts';

/** Of the rates none diverges, one of two, and both. */
const STUDY = {
  name: 'div',
  base: {
    ...{ network: 'mlp-20', method: 'set', sparsity: 0.9, epochs: 1, engine: 'cpu', threads: 1 },
    ...{ learningRateSchedule: 'constant', momentum: 0.99 },
  },
  grid: { learningRate: [0.05, 37, 100] },
  seeds: [1, 2],
};

it(
  'a diverged run is in no mean, by name, and every format says over how many the means are',
  { timeout: 300_000 },
  async () => {
    const data = dataFolder();
    const file = join(data, 'study.json');
    writeFileSync(file, JSON.stringify(STUDY));
    const trained = await espalier('study', file, '--data', data);
    expect(trained.code).toBe(1);
    const print = async (...given: string[]): Promise<string> => (await espalier(...given, '--data', data)).stdout;
    const [json, table, csv, markdown, latex, listed] = await Promise.all([
      print('study', '--results', 'div', '--json'),
      print('study', '--results', 'div'),
      print('study', '--results', 'div', '--format', 'csv'),
      print('study', '--results', 'div', '--format', 'markdown'),
      print('study', '--results', 'div', '--format', 'latex'),
      print('list', '--json'),
    ]);
    const runs = JSON.parse(listed) as RunListItem[];
    const { groups, study } = JSON.parse(json) as StudyResults;
    const diverged = runs.filter(({ status }) => status === 'diverged');
    expect(diverged).toHaveLength(3);
    expect(study.counts).toMatchObject({ finished: 3, diverged: 3 });
    expect(groups.map(({ finished, leftOut }) => [finished, leftOut.length])).toEqual([
      [2, 0],
      [1, 1],
      [0, 2],
    ]);
    expect(groups.flatMap(({ leftOut }) => leftOut)).toEqual(
      groups.flatMap(({ runIds }) =>
        diverged.filter(({ id }) => runIds.includes(id)).map(({ id, name, status }) => ({ runId: id, name, status })),
      ),
    );
    expect(groups.map(({ measures }) => measures.testAccuracy?.n ?? null)).toEqual([2, 1, null]);
    const kept = runs.find(({ id, status }) => groups[1].runIds.includes(id) && status === 'finished');
    expect(groups[1].measures.testAccuracy?.mean).toBe(kept?.final?.testAccuracy);
    expect(groups.map(({ warnings }) => warnings.find(({ code }) => code === 'fewer-runs')?.text)).toEqual([
      undefined,
      'Means are over 1 of its 2 runs.',
      'There is no mean: none of its 2 runs has finished.',
    ]);

    expect(trained.stdout).toBe(table);
    expect(table).toMatch(/^SET +90% +0\.05 +2 of 2 +\d+\.\d\d ± \d+\.\d\d \(2\)/m);
    expect(table).toMatch(/^SET +90% +37 +1 of 2, 1 diverged +\d+\.\d\d \(1\)/m);
    expect(table).toMatch(/^SET +90% +100 +0 of 2, 2 diverged +– +– +– +–/m);
    expect(markdown).toMatch(/^\| SET \| 90% \| 100 \| 0 of 2, 2 diverged \| – \|/m);
    expect(latex).toMatch(/^SET & 90\\% & 37 & 1 of 2, 1 diverged & \$\d+\.\d\d\$ \(1\)/m);
    for (const { id, name } of diverged) {
      for (const [where, text] of Object.entries({ table, markdown, latex, csv })) {
        expect(text.replaceAll('\\', ''), `${where} on ${id}`).toContain(`${name} (${id})`);
      }
      expect(trained.stderr).toContain(`Warning: ${name} (${id}): The training loss is NaN`);
    }
    const [head, ...rows] = csv.trimEnd().split('\r\n');
    expect(rows).toHaveLength(3);
    expect(head.split(',')).toEqual(expect.arrayContaining(['finished', 'leftOut', 'leftOutRuns', 'testAccuracyN']));
    expect(rows[2]).toContain(' diverged');
  },
);
