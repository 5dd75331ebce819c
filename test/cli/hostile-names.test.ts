import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DatasetDescription, RunListItem, RunSummary, StudyResults } from '../../src-main/contract/index.ts';
import { picture, writeTree } from '../datasets/support/image-files.ts';
import { actingSigns, HOSTILE_NAMES } from '../support/acting-signs.ts';
import { dataFolder, espalier, startEspalier, type Finished } from './support/command-line.ts';

/** A folder's name holds no slash. */
const CLASSES = [...new Set(HOSTILE_NAMES)].filter((name) => !name.includes('/'));

/** Four pictures of every class, and a file that is none. */
async function importHostileFolder(data: string): Promise<Finished> {
  const files = CLASSES.flatMap((name, at) =>
    [0, 1, 2, 3].map(async (one) => [`${name}/${one}\u202e\n.png`, await picture(4 * at + one)] as const),
  );
  const folder = await writeTree(join(data, 'photos\u001b[31m\n\u202e'), Object.fromEntries(await Promise.all(files)));
  await writeTree(folder, { [`${CLASSES[0]}/broken\u001b[2J\n\u202e.png`]: 'no picture' });
  const choices = ['--name', 'hostile', '--test-share', '0.25', '--on-bad-file', 'skip'];
  return espalier('datasets', 'import', folder, ...choices, '--data', data);
}

const configuration = { dataset: 'hostile', network: 'mlp-4', epochs: 1, batchSize: 16, engine: 'cpu', threads: 1 };

it(
  'nothing of a name acts on a terminal, a table or a file, and documents hold it exactly',
  { timeout: 400_000 },
  async () => {
    const data = dataFolder();
    const imported = await importHostileFolder(data);
    expect(imported.code, imported.stderr).toBe(0);
    expect(imported.stderr).toMatch(/^Skipped .*broken\\u001b\[2J\\n\\u202e\.png: /m);
    const runs = HOSTILE_NAMES.map((name) => ({
      ...configuration,
      name,
      method: 'set',
      sparsity: 0.5,
      updateEvery: 1,
    }));
    const files = { runs: join(data, 'runs.json'), study: join(data, 'study.json'), svg: join(data, 'a.svg') };
    writeFileSync(files.runs, JSON.stringify(runs));
    const [studyName, label] = ['\u202estudy\u001b[31m\n', 'a|b & c_d\u001b\n 100% #1 =1'];
    const study = {
      name: studyName,
      base: { ...configuration, sparsity: 0.5, updateEvery: 1 },
      grid: { method: ['set'] },
      variants: [{ label }, { label: '=1+1', pruneRate: 0.2 }],
      seeds: [1],
    };
    writeFileSync(files.study, JSON.stringify(study));

    const all: [command: string, Finished][] = [['datasets import', imported]];
    const heard = async (...args: string[]): Promise<Finished> => {
      const finished = await startEspalier([...args, '--data', data]).finished;
      all.push([args.join(' '), finished]);
      return finished;
    };
    const trained = await heard('run', '--config', files.runs);
    expect(trained.code, trained.stderr).toBe(0);
    await heard('study', files.study, '--chart', 'rs-accuracy', '--out', files.svg, '--out', join(data, 'a.csv'));
    const list = await heard('list');
    const listed = JSON.parse((await heard('list', '--json')).stdout) as RunListItem[];
    const names = HOSTILE_NAMES.map((name) => name.trim());
    expect(listed.slice(0, names.length).map(({ name }) => name)).toEqual(names);
    expect(listed.slice(names.length).map(({ study }) => study)).toEqual([studyName.trim(), studyName.trim()]);
    expect(list.stdout.trimEnd().split('\n')).toHaveLength(listed.length + 2);
    const ids = listed.map(({ id }) => id);
    const member = ids[names.length];
    const found = await Promise.all([
      heard('export', ...ids, '--format', 'csv'),
      heard('export', ...ids, '--format', 'json'),
      heard('datasets', 'show', 'hostile', '--json'),
      heard('study', '--results', studyName.trim(), '--json'),
      heard('study', '--results', studyName.trim(), '--format', 'markdown'),
    ]);
    await Promise.all([
      heard('study', '--results', studyName.trim()),
      heard('study', '--results', studyName.trim(), '--format', 'csv'),
      heard('study', '--results', studyName.trim(), '--format', 'latex'),
      heard('show', ids[6]),
      heard('show', member),
      heard('show', member, '--json'),
    ]);
    await Promise.all([
      heard('datasets'),
      heard('datasets', 'show', 'hostile'),
      heard('masks', member, '--changes'),
      heard('measure', member, '--measure', 'lives'),
      heard('doctor'),
    ]);
    const refused = await Promise.all([
      heard('study', '--results', '\u001b[31m\nno such\u202e'),
      heard('datasets', 'show', '\u202e\n'),
      heard('show', '\u001b[2J'),
      heard('run', '--set', 'dataset=\u001b\n', 'network=mlp-4'),
    ]);
    expect(refused.map(({ code }) => code)).toEqual([2, 2, 2, 2]);

    for (const [command, { stdout, stderr }] of all) {
      // Whatever the columns of `series` and `show` are parted by is their own.
      expect(actingSigns(stdout.replaceAll('\t', ' ')), `standard output of ${command}`).toEqual([]);
      expect(actingSigns(stderr.replaceAll('\t', ' ')), `standard error of ${command}`).toEqual([]);
    }
    const [csv, json, dataset, results, markdown] = found.map(({ stdout }) => stdout);
    expect(csv.trimEnd().split('\r\n')).toHaveLength(ids.length + 1);
    expect(csv).not.toMatch(/(^|,)"?[=+@-][^0-9]/m);
    expect((JSON.parse(json) as RunSummary[]).map(({ name }) => name)).toEqual(listed.map(({ name }) => name));
    const classes = CLASSES.map((name) => name.normalize('NFC'));
    expect([...(JSON.parse(dataset) as DatasetDescription).classes].sort()).toEqual(classes.sort());
    expect((JSON.parse(results) as StudyResults).groups.map(({ title }) => title)).toEqual([label, '=1+1']);
    expect(markdown.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(4);
    for (const file of [files.svg, join(data, 'a.csv')])
      expect(actingSigns(readFileSync(file, 'utf8')), file).toEqual([]);
  },
);
