import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ConfigurationInput, StudyResults } from '../../src-main/contract/index.ts';
import { writeCacheFile } from '../../src-main/datasets/cache-writing.ts';
import type { SampleBlock } from '../../src-main/datasets/image-source.ts';
import { STANDING, standingProcess } from '../support/standing.ts';
import { dataFolder, espalier, startEspalier, temporaryFolder } from './support/command-line.ts';
import { expandStudy, requireStudy } from '../support/methods.ts';

const base = { network: 'mlp-24', epochs: 1, updateEvery: 20, threads: 1 };

function studyFile(folder: string, content: unknown): string {
  const file = join(folder, 'study.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('study', { timeout: 120_000 }, () => {
  it('trains a file, tells its results in every format, and has nothing to do when called again', async () => {
    const data = dataFolder();
    const file = studyFile(data, { name: 'Tiny', base, grid: { method: ['dense', 'set'] }, seeds: [1, 2] });
    const [picture, numbers] = [join(data, 'chart.svg'), join(data, 'chart.csv')];
    const drawn = ['--chart', 'rs-accuracy', '--out', picture, '--out', numbers];
    const trained = await espalier('study', file, '--json', '--at-once', '2', ...drawn, '--data', data);
    expect(trained.code).toBe(0);
    expect(readFileSync(picture, 'utf8')).toContain('</svg>');
    expect(readFileSync(numbers, 'utf8').split('\r\n')).toHaveLength(6);
    const results = JSON.parse(trained.stdout) as StudyResults;
    expect(results.groups.map(({ method, finished }) => [method, finished])).toEqual([
      ['dense', 2],
      ['set', 2],
    ]);
    const [again, table, latex] = await Promise.all([
      espalier('study', file, '--json', '--data', data),
      espalier('study', '--results', 'Tiny', '--data', data),
      espalier('study', '--results', results.study.id, '--format', 'latex', '--data', data),
    ]);
    expect(JSON.parse(again.stdout)).toEqual(results);
    expect(again.stderr).toContain('4 of 4 runs finished');
    expect(table.stdout).toMatch(/^Dense\s+–\s+\d+\.\d\d ± \d+\.\d\d \(2\)/m);
    expect(table.stdout).toContain('no interval');
    expect(latex.stdout).toContain('\\bottomrule');
  });

  it.each(['SIGINT', 'SIGHUP'] as const)('stopped by %s goes on with the same command', async (signal) => {
    const data = dataFolder();
    const content = { name: 'Long', base: { ...base, epochs: 4 }, grid: { method: ['set'] }, seeds: [1, 2] };
    const file = studyFile(data, content);
    const { child, finished } = startEspalier(['study', file, '--data', data], standingProcess(100));
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes(STANDING)) child.kill(signal);
    });
    const stopped = await finished;
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain('The same command goes on');
    const between = await espalier('study', '--results', 'Long', '--json', '--data', data);
    expect((JSON.parse(between.stdout) as StudyResults).study.counts).toMatchObject({
      finished: 0,
      interrupted: 1,
      queued: 1,
    });
    const resumed = await espalier('study', file, '--json', '--data', data);
    expect(resumed.code).toBe(0);
    expect((JSON.parse(resumed.stdout) as StudyResults).study).toMatchObject({ total: 2, counts: { finished: 2 } });
  });

  it.each([
    [{ name: 'x', grid: { sparsty: [0.9] }, seeds: [1] }, 'grid.sparsty: is not a key'],
    [{ name: 'x', grid: { sparsity: [2] }, seeds: [1] }, 'grid.sparsity: must be at most 0.999999, not 2'],
    [{ name: 'x', seeds: [] }, 'seeds: name at least one seed'],
  ])('names what is wrong with %o', async (content, message) => {
    const data = dataFolder();
    const result = await espalier('study', studyFile(data, content), '--data', data);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
  });

  it.each([
    [['--chart', 'pie', '--out', 'a.svg'], '--chart: must be one of rs-accuracy, not pie'],
    [['--chart', 'rs-accuracy'], '--out: name the file for the chart'],
    [['--chart', 'rs-accuracy', '--out', 'a.pdf'], '--out: a.pdf must end in .svg'],
    [['--out', 'a.svg'], '--out: say with --chart what a.svg shall hold'],
  ])('names what is wrong with %s', async (given, message) => {
    const result = await espalier('study', '--results', 'x', ...given, '--data', temporaryFolder());
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
  });

  it('names a study and a file that are not there', async () => {
    const data = dataFolder();
    const [none, file, both] = await Promise.all([
      espalier('list', '--data', data).then(() => espalier('study', '--results', 'x', '--data', data)),
      espalier('study', '/nowhere.json', '--data', join(data, 'b')),
      espalier('study', '--data', join(data, 'c')),
    ]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no study x') as string });
    expect(file).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no such file') as string });
    expect(both.code).toBe(2);
  });
});

/** As a part of CIFAR-10 stands in a data folder where an earlier version imported it: enough to plan with. */
async function importSmallCifar(data: string): Promise<void> {
  const folder = join(data, 'datasets');
  const about = { title: 'CIFAR-10', source: 'a test', licence: null, origin: null, choices: null };
  const classes = Array.from({ length: 10 }, (_, label) => String(label));
  const block = (count: number): SampleBlock => ({
    pixels: new Uint8Array(count * 3072),
    labels: Uint8Array.from({ length: count }, (_, at) => at % 10),
  });
  const counts = { train: 200, test: 40 };
  const pending = await writeCacheFile(folder, about, {
    ...{ shape: [32, 32, 3], classes, counts },
    async *read(split) {
      yield await Promise.resolve(block(counts[split]));
    },
  });
  await pending.commit(join(folder, 'cifar-10.espdata'));
}

describe('study --preset', { timeout: 120_000 }, () => {
  it('--dry-run says what the scale changes and how many runs there would be, with --json each of them', async () => {
    const data = dataFolder();
    await importSmallCifar(data);
    const words = ['--preset', 'itop-mlp-cifar10', '--sweep', 'update-interval', '--scale', 'quick', '--dry-run'];
    const [counted, listed] = await Promise.all([
      espalier('study', ...words, '--data', data),
      espalier('study', ...words, '--json', '--data', data),
    ]);
    expect(counted).toMatchObject({ code: 0, stdout: 'itop-mlp-cifar10 · update-interval · quick: 12 runs\n' });
    expect(counted.stderr).toMatch(/^Scale quick: A tenth of the epochs and of the update intervals, one seed/m);
    const runs = JSON.parse(listed.stdout) as ConfigurationInput[];
    expect(runs).toHaveLength(12);
    expect(runs[0]).toMatchObject({ method: 'set-itop', updateEvery: 10, epochs: 25, seed: 1 });
    const all = await espalier('study', '--preset', 'itop-mlp-cifar10', '--dry-run', '--data', data);
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(5);
    expect((await espalier('study', '--help')).stdout).toMatch(/--dry-run +prints how many runs there would be/);
  });

  it('refuses what does not belong together, and names what there is', async () => {
    const data = dataFolder();
    const cases: [string[], string][] = [
      [['--preset', 'itop-mlp'], '--preset: there is no study preset "itop-mlp"; they are itop-mlp-cifar10'],
      [['--preset', 'itop-mlp-cifar10', '--sweep', 'depth'], '--preset: itop-mlp-cifar10 has no sweep "depth"'],
      [['--preset', 'itop-mlp-cifar10', '--scale', 'tiny'], '--scale: must be one of quick, half, full, not tiny'],
      [['--preset', 'itop-mlp-cifar10', '--json'], '--json: prints one study; name one of the preset with --sweep'],
      [['study.json', '--sweep', 'methods'], '--sweep: belongs to --preset'],
    ];
    for (const [given, message] of cases) {
      const result = await espalier('study', ...given, '--data', data);
      expect(result.code).toBe(2);
      expect(result.stderr).toContain(message);
    }
  });
});

describe('the studies of docs/studies', () => {
  const folder = fileURLToPath(new URL('../../docs/studies/', import.meta.url));
  const runs: Record<string, number> = {
    'lenet300-100-fashion.json': 45,
    'rs-against-accuracy.json': 18,
    'cnn-cifar10.json': 10,
    'cnn-cifar10-longer.json': 1,
    'mlp-learning-rate.json': 5,
    'itop-kept.json': 6,
  };

  it.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s expands', (name) => {
    const definition = requireStudy(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    expect(expandStudy(definition)).toHaveLength(runs[name]);
  });
});
