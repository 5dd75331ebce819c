import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import {
  RUN_WARNING_CODES,
  type ConfigurationInput,
  type RunListItem,
  type RunSummary,
  type RunWarningCode,
  type StudyResults,
} from '../../src-main/contract/index.ts';
import { dataFolder, espalier, FROM_SOURCES, startEspalier, type Finished } from './support/command-line.ts';

/** Of a study, and in its own test: test/cli/study-shown.test.ts. */
type OfRuns = Exclude<RunWarningCode, 'fewer-runs'>;

/** For every warning a run that gets it, however it is trained, and what it says. */
const CASES: Record<OfRuns, [configuration: ConfigurationInput, words: RegExp]> = {
  configuration: [{ method: 'set', network: 'mlp-20', updateEvery: 5000 }, /^updateEvery: The mask would never change/],
  diverged: [
    { method: 'dense', network: 'mlp-20', learningRate: 100, momentum: 0.99, learningRateSchedule: 'constant' },
    /^The training loss is NaN at step \d+: the run has diverged and ends here/,
  ],
  'empty-layer': [
    { method: 'gmp', network: 'mlp-300-100', sparsity: 0.9999, updateEvery: 50 },
    /^fc1 lost its last weight at step 50: nothing passes through it any more/,
  ],
  'dead-units': [
    { method: 'static', network: 'mlp-20', sparsity: 0.999 },
    /^\d+ of the 20 units of fc1 have no incoming weight/,
  ],
  // Reference fidelity drops ceil(pA) weights and draws its masks, so few updates of few weights pass the bound.
  'beyond-bound': [
    { method: 'set-itop', fidelity: 'reference', network: 'mlp-20', sparsity: 0.99, updateEvery: 40, stopFraction: 1 },
    /^R_s is 0\.\d{4}, above the 0\.\d{4} that was planned as the most/,
  ],
  'sparsity-missed': [
    { method: 'gmp', network: 'mlp-20', sparsity: 0.9, updateEvery: 5000 },
    /^The masks have a sparsity of 0%, not the 90% asked for, after no mask updates/,
  ],
  'kept-by-score': [
    { method: 'snip', network: 'mlp-2-2', sparsity: 0.995 },
    /^By its scores alone snip would have left nothing of fc1/,
  ],
  'lost-device': [
    { method: 'set', network: 'mlp-20', sparsity: 0.9, updateEvery: 30, epochs: 2, checkpointEvery: 1 },
    /^The graphics device was lost\. The run goes on from its last checkpoint/,
  ],
};
const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell]) => cell);
const cases = Object.entries(CASES) as [OfRuns, (typeof CASES)[OfRuns]][];

const LOSES_ITS_DEVICE = fileURLToPath(new URL('../support/lose-device.ts', import.meta.url));

it('every warning comes of a real run, and every face of the command line says it', { timeout: 300_000 }, async () => {
  expect([...cases.map(([code]) => code), 'fewer-runs'].sort()).toEqual([...RUN_WARNING_CODES].sort());
  const data = dataFolder();
  const file = join(data, 'study.json');
  const configured = cases.map(([code, [configuration]]) => ({
    ...{ label: code, epochs: 1, threads: 1, engine: 'cpu' as const, ...configuration },
  }));
  writeFileSync(file, JSON.stringify({ name: 'Warned', base: {}, grid: {}, variants: configured, seeds: [1] }));
  const losingItsDevice = { NODE_OPTIONS: `--import=${LOSES_ITS_DEVICE}` };
  const print = async (...given: string[]): Promise<string> => (await espalier(...given, '--data', data)).stdout;
  const train = (of: readonly ConfigurationInput[], environment = {}): Promise<Finished> => {
    const configurations = join(data, 'runs.json');
    writeFileSync(configurations, JSON.stringify(of));
    return startEspalier(['run', '--config', configurations, '--json', '--data', data], environment, FROM_SOURCES)
      .finished;
  };

  const sound = configured.filter(({ label }) => label !== 'lost-device').map(({ label: _, ...one }) => one);
  const trained = await train(sound);
  expect(trained.code).toBe(1);
  const lost = await train(
    configured.filter(({ label }) => label === 'lost-device').map(({ label: _, ...one }) => one),
    losingItsDevice,
  );
  expect(lost.code).toBe(0);
  const summaries = [trained, lost].flatMap(({ stdout }) => JSON.parse(stdout) as RunSummary[]);
  const ids = summaries.map(({ id }) => id);
  const [list, listed, csv, json, document] = await Promise.all([
    print('list'),
    print('list', '--json'),
    print('export', ...ids, '--format', 'csv'),
    print('export', ...ids, '--format', 'json'),
    print('show', ids[2], '--json'),
  ]);
  expect(JSON.parse(document)).toMatchObject({ warnings: summaries[2].warnings });
  const [head, ...rows] = csv.trimEnd().split('\r\n');

  for (const [at, [code, [, words]]] of cases.entries()) {
    const { id, status, warnings } = summaries[at];
    expect(status, code).toBe(code === 'diverged' ? 'diverged' : 'finished');
    const text = warnings.find((warning) => warning.code === code)?.text ?? 'nothing';
    expect(text).toMatch(words);
    const { stderr } = code === 'lost-device' ? lost : trained;
    expect(stderr, `standard error on ${code}`).toContain(text);
    expect(list).toMatch(new RegExp(`^${id} +${status} .*\\b${code}\\b`, 'm'));
    const shown = await print('show', id);
    expect(shown.split('\n').map((line) => line.replace(/^ +Warning +/, ''))).toContain(text);
    expect(shown).toMatch(new RegExp(`^ +State +${status}$`, 'm'));
    expect(rows[at]).toContain(text);
    if (code === 'sparsity-missed') {
      // A pruning method that made no update has no sparsity, whatever was asked for.
      expect(summaries[at]).toMatchObject({ sparsity: 0.9, sparsityNow: 0, updates: 0 });
      expect(list).toMatch(new RegExp(`^${id} .* 0%`, 'm'));
      expect(shown).toMatch(/, a sparsity of 0%/);
      expect(cellsOf(rows[at])[cellsOf(head).indexOf('sparsityNow')]).toBe('0');
      for (const printed of [listed, json]) {
        const all = JSON.parse(printed) as { id: string; sparsityNow: number }[];
        expect(all.find((one) => one.id === id)?.sparsityNow).toBe(0);
      }
    }
    for (const documents of [listed, json]) {
      const all = JSON.parse(documents) as RunListItem[];
      expect(all.find((one) => one.id === id)).toMatchObject({ status, warnings });
    }
  }

  const { stdout, stderr } = await startEspalier(['study', file, '--data', data], losingItsDevice, FROM_SOURCES)
    .finished;
  const results = JSON.parse(await print('study', '--results', 'Warned', '--json')) as StudyResults;
  const table = await print('study', '--results', 'Warned', '--format', 'csv');
  const markdown = await print('study', '--results', 'Warned', '--format', 'markdown');
  for (const [code, [, words]] of cases) {
    const group = results.groups.find(({ title }) => title === code);
    const text = group?.warnings.find((warning) => warning.code === code)?.text;
    expect(text, `the study's ${code}`).toMatch(words);
    expect(table, code).toContain(text);
    if (code !== 'diverged') for (const printed of [stdout, markdown]) expect(printed, code).toContain(text);
    else expect(stderr).toContain(text);
  }
});
