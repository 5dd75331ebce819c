import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type {
  EngineCalibration,
  MeasureResult,
  RunForecast,
  RunListItem,
  RunSummary,
} from '../../src-main/contract/index.ts';
import { sourceEnvironment } from '../../src-main/cli/environment.ts';
import { createLab, type Lab } from '../../src-main/lab/lab.ts';
import { STANDING, standingProcess, standingTrainer } from '../support/standing.ts';
import { dataFolder, espalier, startEspalier, temporaryFolder } from './support/command-line.ts';
import { methodOf } from '../support/methods.ts';

const TINY = ['network=mlp-24', 'sparsity=0.9', 'epochs=2', 'updateEvery=20', 'threads=1'];
const STACK = /\n\s+at .+:\d+:\d+/;

const SUMMARY_KEYS = [
  'id',
  'name',
  'status',
  'method',
  'dataset',
  'network',
  'engine',
  'threads',
  'seed',
  'sparsity',
  'prunableWeights',
  'activeWeights',
  'rs',
  'updates',
  'steps',
  'epochs',
  'seconds',
  'weightsHash',
  'best',
  'final',
  'flops',
  'warnings',
  'sparsityNow',
];

function configurationFile(folder: string, content: unknown): string {
  const file = join(folder, 'configuration.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const waitForStatus = (lab: Lab, id: string, reached: (run: RunListItem) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const stop = lab.on('runs-changed', (runs) => {
      if (!runs.some((run) => run.id === id && reached(run))) return;
      stop();
      resolve();
    });
  });

describe('run', { timeout: 120_000 }, () => {
  it('trains a file of runs and prints their summaries alone on standard output; the other commands read them', async () => {
    const data = dataFolder();
    const file = configurationFile(data, { runs: [{ method: 'set' }, { method: 'dense' }] });
    const result = await espalier('run', '--config', file, '--set', ...TINY, '--json', '--data', data);
    expect(result.code).toBe(0);
    const [set, dense] = JSON.parse(result.stdout) as RunSummary[];
    expect(Object.keys(set)).toEqual(SUMMARY_KEYS);
    expect(set).toMatchObject({
      status: 'finished',
      method: 'set',
      network: 'mlp-24',
      sparsity: 0.9,
      epochs: 2,
      threads: 1,
    });
    expect(set.final?.testAccuracy).toBeGreaterThan(0.5);
    expect(dense).toMatchObject({ method: 'dense', sparsity: 0, rs: 1 });
    expect(result.stderr).toContain('SET 90% · mlp-24 · updateEvery 20, epochs 2, threads 1 · seed 1: finished');

    const [list, show, series, masks, csv, document] = await Promise.all([
      espalier('list', '--json', '--data', data),
      espalier('show', set.id, '--json', '--data', data),
      espalier('series', set.id, 'rs', '--json', '--data', data),
      espalier('masks', set.id, '--layer', '0', '--update', '0', '--data', data),
      espalier('export', set.id, dense.id, '--format', 'csv', '--data', data),
      espalier('export', set.id, '--format', 'json', '--data', data),
    ]);
    expect((JSON.parse(list.stdout) as RunListItem[]).map(({ id }) => id)).toEqual([set.id, dense.id]);
    expect(JSON.parse(show.stdout)).toMatchObject({
      id: set.id,
      weightsHash: set.weightsHash,
      configuration: { updateEvery: 20 },
      plan: { prunableWeights: set.prunableWeights },
    });
    const turnover = await espalier('measure', set.id, '--measure', 'turnover', '--json', '--data', data);
    const { total } = JSON.parse(turnover.stdout) as MeasureResult;
    expect(total?.columns.update).toHaveLength(set.updates + 1);
    const exploration = await espalier('measure', set.id, '--measure', 'exploration', '--data', data);
    expect(exploration.stdout).toMatch(new RegExp(`R_s\\n[^]*\\n +${set.updates} +\\d+ +${set.rs.toFixed(4)}\n$`));
    for (const name of ['ages', 'weights-by-age']) {
      const unfit = await espalier('measure', set.id, '--measure', name, '--update', '9999', '--data', data);
      expect(unfit).toMatchObject({ code: 2, stderr: expect.stringMatching(/update 9999/i) as string });
    }
    const rs = JSON.parse(series.stdout) as { steps: number[]; values: number[] };
    expect(rs.steps[0]).toBe(0);
    expect(rs.values.at(-1)).toBeCloseTo(set.rs, 12);
    const positions = JSON.parse(masks.stdout) as number[];
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(Math.max(...positions)).toBeLessThan(784 * 24);
    const lastMask = JSON.parse((await espalier('masks', set.id, '--layer', '0', '--data', data)).stdout) as number[];
    expect(lastMask).toHaveLength(positions.length);
    expect(lastMask).not.toEqual(positions);
    const changes = await espalier('masks', set.id, '--layer', '0', '--changes', '--data', data);
    const whole = JSON.parse(changes.stdout) as Record<'active' | 'dropped' | 'grown' | 'regrown', number[]>;
    expect(whole).toMatchObject({ layer: 0, update: set.updates, active: lastMask, regrownLiveOn: false });
    expect(whole.dropped).toHaveLength(whole.grown.length);
    expect(whole.regrown).toEqual(whole.dropped.filter((position) => whole.grown.includes(position)));
    const history = await espalier('masks', set.id, '--history', '--data', data);
    const lines = history.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(1 + 2 * (set.updates + 1));
    expect(lines[0]).toMatchObject({ run: set.id, regrownLiveOn: false });
    expect(lines[1]).toEqual({ layer: 0, update: 0, active: positions });
    const { dropped, grown } = whole;
    expect(lines[1 + set.updates]).toEqual({ layer: 0, update: set.updates, dropped, grown });
    const archive = join(temporaryFolder(), 'masks.npz');
    const written = await espalier('masks', set.id, '--history', '--out', archive, '--data', data);
    expect([written.code, written.stdout]).toEqual([0, '']);
    expect(written.stderr).toContain(`Wrote ${archive}, `);
    expect(Object.keys(unzipSync(readFileSync(archive)))).toContain('dropped_offsets_1.npy');
    const sheet = join(temporaryFolder(), 'masks.csv');
    await espalier('masks', set.id, '--history', '--out', sheet, '--data', data);
    const printed = await espalier('masks', set.id, '--history', '--format', 'csv', '--data', data);
    expect(printed.stdout).toBe(readFileSync(sheet, 'utf8'));
    expect(csv.stdout.trim().split(/\r?\n/)).toHaveLength(3);
    expect(JSON.parse(document.stdout)).toMatchObject([{ id: set.id, configuration: { method: 'set' } }]);
  });

  it('says on standard error what speaks against a result, and exits with 1 where a run diverged', async () => {
    const data = dataFolder();
    const runs = [
      { method: 'dense', learningRate: 100, momentum: 0.99, learningRateSchedule: 'constant', network: 'mlp-20' },
      { method: 'gmp', sparsity: 0.9999, network: 'mlp-300-100', updateEvery: 50 },
      { method: 'gmp', sparsity: 0.9, network: 'mlp-20', updateEvery: 5000 },
    ].map((run) => ({ ...run, epochs: 1, threads: 1 }));
    const names = ['\u001b[31mred\u0007\u202e', 'two\nlines', 'plain'];
    const file = configurationFile(data, { runs: runs.map((run, at) => ({ ...run, name: names[at] })) });
    const result = await espalier('run', '--config', file, '--json', '--data', data);
    expect(result.code).toBe(1);
    const found = JSON.parse(result.stdout) as RunSummary[];
    expect(found.map(({ name }) => name)).toEqual(names);
    expect(found.map(({ status }) => status)).toEqual(['diverged', 'finished', 'finished']);
    expect(found[0].final).toBeNull();
    expect(
      found.map(({ warnings }) => warnings.map(({ code }) => code).filter((code) => code !== 'configuration')),
    ).toEqual([['diverged'], ['empty-layer', 'dead-units'], ['sparsity-missed']]);
    const [list, show, csv] = await Promise.all([
      espalier('list', '--data', data),
      espalier('show', found[0].id, '--data', data),
      espalier('export', ...found.map(({ id }) => id), '--format', 'csv', '--data', data),
    ]);
    for (const text of [result.stdout, result.stderr, list.stdout, show.stdout, csv.stdout]) {
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\u202e]/);
    }
    expect(list.stdout.trimEnd().split('\n')).toHaveLength(5);
    expect(list.stdout).toMatch(/diverged +\\u001b\[31mred\\u0007\\u202e/);
    expect(list.stdout).toMatch(/plain +0% /);
    expect(result.stderr).toContain('two\\nlines');
    expect(result.stderr).toMatch(/Warning: .*the run has diverged/);
    expect(result.stderr).toMatch(/Warning: .*fc1 lost its last weight at step 50/);
    expect(result.stderr).toMatch(/Warning: .*sparsity of 0%, not the 90% asked for, after no mask updates/);
  });

  it('comes out the same twice', async () => {
    const run = async (): Promise<RunSummary> => {
      const result = await espalier('run', '--set', 'method=rigl', ...TINY, '--json', '--data', dataFolder());
      return (JSON.parse(result.stdout) as RunSummary[])[0];
    };
    const [first, second] = [await run(), await run()];
    expect(first.weightsHash).toMatch(/^[0-9a-f]{64}$/);
    expect(second.weightsHash).toBe(first.weightsHash);
  });

  it('prints the comparison table for people', async () => {
    const result = await espalier('run', '--set', ...TINY, '--set', 'method=static', '--data', dataFolder());
    expect(result.code).toBe(0);
    const [header, , row] = result.stdout.split('\n');
    expect(header).toMatch(/Method +Sparsity +Test accuracy +Best validation +R_s +Updates +Seconds +Train FLOPs/);
    expect(row).toMatch(/^Static +90% +\d\d\.\d\d% +\d\d\.\d\d% +0\.100 +0 +/);
    expect(result.stderr).toMatch(/epoch \d\/2/);
  });

  it('cancels on Ctrl-C, keeps what was reached and exits with 1', async () => {
    const data = dataFolder();
    const { child, finished } = startEspalier(['run', '--set', ...TINY, 'epochs=100000', '--json', '--data', data]);
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (chunk) => String(chunk).includes('epoch 1') && resolve());
    });
    const busy = await espalier('run', '--set', ...TINY, '--data', data);
    expect(busy.code).toBe(1);
    expect(busy.stderr).toContain('Another Espalier has the data folder');
    expect((await espalier('list', '--data', data)).stdout).toContain('running');

    child.kill('SIGINT');
    const result = await finished;
    expect(result.code).toBe(1);
    const [run] = JSON.parse(result.stdout) as RunSummary[];
    expect(run.status).toBe('cancelled');
    expect(run.final?.testAccuracy).toBeGreaterThan(0.5);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('on %s suspends its runs, to be resumed', async (signal) => {
    const data = dataFolder();
    const endless = ['run', '--set', ...TINY, 'epochs=100000', 'checkpointEvery=0', '--data', data];
    const { child, finished } = startEspalier(endless);
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (chunk) => String(chunk).includes('epoch 1') && resolve());
    });
    // `timeout` sends it to the process and then to its group.
    child.kill(signal);
    child.kill(signal);
    const result = await finished;
    const [run] = JSON.parse((await espalier('list', '--json', '--data', data)).stdout) as RunListItem[];
    expect(run).toMatchObject({ status: 'interrupted', checkpointEpoch: expect.any(Number) as number });
    expect(run.steps).toBeGreaterThan(50);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(`resume ${run.id}`);
  });

  it('trains on where nobody reads its progress any more', async () => {
    const { child, finished } = startEspalier(['run', '--set', ...TINY, '--json', '--data', dataFolder()]);
    child.stderr?.once('data', () => child.stderr?.destroy());
    const result = await finished;
    expect(JSON.parse(result.stdout)).toMatchObject([{ status: 'finished', epochs: 2 }]);
    expect(result.code).toBe(0);
  });

  it('killed, is interrupted and resumes', async () => {
    const data = dataFolder();
    const file = configurationFile(data, { method: 'rigl', checkpointEvery: 1 });
    const words = ['run', '--config', file, '--set', ...TINY, 'epochs=4', '--data', data];
    const { child, finished } = startEspalier(words, standingProcess(100));
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (chunk) => String(chunk).includes(STANDING) && resolve());
    });
    child.kill('SIGKILL');
    await finished;
    const [run] = JSON.parse((await espalier('list', '--json', '--data', data)).stdout) as RunListItem[];
    expect(run.status).toBe('interrupted');
    const resumed = await espalier('resume', run.id, '--json', '--data', data);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject([{ id: run.id, status: 'finished', epochs: 4 }]);
    const again = await espalier('resume', run.id, '--data', data);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('is finished') as string });
  });
});

describe('resume', { timeout: 120_000 }, () => {
  it('goes on with a run that failed, from its checkpoint, and says why where there is none', async () => {
    const data = dataFolder();
    const source = sourceEnvironment(data, 'write');
    // It stands in its second epoch, after the checkpoint of the first.
    const lab = await createLab({ ...source, workers: { ...source.workers, training: standingTrainer(80) } });
    const steps = { epochs: 4, batchSize: 128, updateEvery: 20, checkpointEvery: 1 };
    const configuration = { method: 'set', network: 'mlp-24', threads: 1, ...steps } as const;
    const [{ id }] = await lab.launchRuns([configuration], null);
    await waitForStatus(lab, id, ({ checkpointEpoch }) => checkpointEpoch !== null);
    await lab.close();
    const environment = { ...sourceEnvironment(data, 'write'), kernelsFolder: join(data, 'no-kernels') };
    const without = await createLab(environment);
    const [hopeless] = await without.launchRuns([configuration], null);
    await without.resumeRun(id);
    await without.waitForEnd([id, hopeless.id]);
    await without.close();

    const refused = await espalier('resume', hopeless.id, '--data', data);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('failed before its first checkpoint');
    const resumed = await espalier('resume', id, '--json', '--data', data);
    expect(JSON.parse(resumed.stdout)).toMatchObject([{ id, status: 'finished', epochs: 4 }]);
  });
});

describe('the trash', { timeout: 120_000 }, () => {
  it('is listed apart, and gives back what is named', async () => {
    const data = dataFolder();
    const trained = await espalier('run', '--set', ...TINY, 'epochs=1', '--json', '--data', data);
    const [{ id }] = JSON.parse(trained.stdout) as RunSummary[];
    expect(await espalier('list', '--trash', '--data', data)).toMatchObject({
      stdout: '',
      stderr: 'The trash is empty.\n',
    });
    expect(await espalier('restore', id, '--data', data)).toMatchObject({
      code: 2,
      stderr: `ID: there is no run ${id} in the trash; \`list --trash\` shows what is there\n`,
    });
    const lab = await createLab(sourceEnvironment(data, 'write'));
    try {
      await lab.trashRuns([id]);
    } finally {
      await lab.close();
    }

    const list = async (...options: string[]): Promise<string[]> => {
      const { stdout } = await espalier('list', ...options, '--json', '--data', data);
      return (JSON.parse(stdout) as RunListItem[]).map((run) => run.id);
    };
    expect(await list()).toEqual([]);
    expect(await list('--trash')).toEqual([id]);
    expect((await espalier('list', '--trash', '--data', data)).stdout).toContain(`${id}  finished`);
    const restored = await espalier('restore', id.slice(0, -1), '--json', '--data', data);
    expect(JSON.parse(restored.stdout)).toMatchObject([{ id, trashedAt: null }]);
    expect(await list()).toEqual([id]);
    expect(await list('--trash')).toEqual([]);
  });
});

describe('plan', { timeout: 120_000 }, () => {
  it('answers without running, estimates from the runs that finished, and inverts', async () => {
    const data = dataFolder();
    const args = ['--set', ...TINY, 'method=set', '--data', data];
    const before = JSON.parse((await espalier('plan', '--json', ...args)).stdout) as RunForecast;
    expect(before).toMatchObject({ seconds: null, secondsBasis: expect.stringContaining('1 thread') as string });
    const [run] = JSON.parse((await espalier('run', '--json', ...args)).stdout) as RunSummary[];

    const result = await espalier('plan', '--json', '--target-rs', '0.5', ...args, 'epochs=4');
    expect(result.code).toBe(0);
    const plan = JSON.parse(result.stdout) as RunForecast;
    expect(plan.seconds).toBeCloseTo(run.seconds * 2, 9);
    expect(plan.layers.map(({ name }) => name)).toEqual(['fc1', 'fc2']);
    expect(plan.layers[0].expectedRs).toBeLessThanOrEqual(plan.layers[0].maxRs ?? NaN);
    const updateEvery = plan.target?.updateEvery ?? 0;
    expect(updateEvery).toBeGreaterThan(0);
    const answer = await espalier('plan', '--json', ...args, 'epochs=4', `updateEvery=${updateEvery}`);
    expect((JSON.parse(answer.stdout) as RunForecast).expectedRs).toBeGreaterThanOrEqual(0.5);

    const words = await espalier('plan', '--target-rs', '0.5', ...args, 'epochs=4');
    expect(words.stdout).toContain(`${methodOf('set').title}: ${methodOf('set').source}.`);
    expect(words.stdout).toMatch(/Training takes about .*\n[^]*To explore 0\.5 .*\n {2}update interval {2}at most \d+/);
    expect(words.stdout).toMatch(/Warning: updateEvery: Little can be explored.*Random growth is expected to explore/);
  });
});

describe('options that every command has', () => {
  it('may stand before the command as well as after it', async () => {
    const data = dataFolder();
    for (const words of [
      ['--data', data, '--json', 'list'],
      ['--json', 'list', '--data', data],
    ]) {
      expect(await espalier(...words)).toMatchObject({ code: 0, stdout: '[]\n' });
    }
    expect((await espalier('--help')).stdout).toContain('--data DIR');
  });
});

describe('invalid input', () => {
  it.each([
    ['an unknown command', ['trian'], /COMMAND: there is no command trian; the commands are run,/],
    ['an unknown option', ['list', '--everything'], /list: .*--everything/],
    ['nothing to run', ['run'], /--preset NAME, --config FILE or --set/],
    ['an unknown preset', ['run', '--preset', 'dmeo'], /--preset: there is no preset "dmeo"; the presets are demo/],
    [
      'an unknown key',
      ['run', '--set', 'sparsty=0.5'],
      /sparsty: is not a key of a configuration; did you mean sparsity\?/,
    ],
    ['a far-off key', ['run', '--set', 'qqqqqqqq=1'], /qqqqqqqq: is not a key .* the keys are name, dataset/],
    ['no pair', ['run', '--set', 'sparsity'], /--set: sparsity is not key=value/],
    ['text for a number', ['run', '--set', 'epochs=many'], /epochs: must be a number, not "many"/],
    ['a number out of range', ['run', '--set', 'sparsity=1.5'], /^sparsity: must be at most 0.999999/],
    ['a fraction for a whole number', ['run', '--set', 'epochs=1.5'], /^epochs: must be a whole number/],
    ['no run at once', ['run', '--at-once', '0'], /--at-once: must be a whole number of 1 to 64, not 0/],
    ['a wrong flag', ['run', '--set', 'nesterov=maybe'], /nesterov: must be true or false, not "maybe"/],
    ['a wrong choice', ['run', '--set', 'method=lottery'], /^method: must be one of dense, static, snip, grasp/],
    [
      'a target that only training answers',
      ['plan', '--set', 'method=granet', '--target-rs', '0.8'],
      /^--target-rs: cannot be answered for granet before it is trained: GraNet prunes by global magnitude/,
    ],
    ['an unknown dataset', ['run', '--set', 'dataset=imagenet'], /^dataset: there is no dataset "imagenet"/],
    ['a network that is none', ['run', '--set', 'network=vgg'], /^network: must be hidden widths such as mlp-256-128/],
    [
      'a file that is not there',
      ['run', '--config', '/nowhere.json'],
      /--config: \/nowhere.json cannot be read: there is no such file/,
    ],
    ['no measure', ['measure', 'zzzz'], /--measure: name one; the measures are turnover, exploration/],
    ['an unknown measure', ['measure', 'zzzz', '--measure', 'age'], /--measure: there is no age; the measures are/],
    ['nothing to plan', ['plan'], /plan: say what to plan with --preset NAME/],
    ['a target that is none', ['plan', '--set', 'epochs=1', '--target-rs', '80'], /--target-rs: .* between 0 and 1/],
    ['a run that is not there', ['show', 'zzzz'], /ID: there is no run zzzz/],
    ['no metric', ['series', 'zzzz'], /usage: series ID METRIC/],
    [
      'a part of all masks',
      ['masks', 'zzzz', '--history', '--layer', '0'],
      /--history: is of every layer and update; leave out --layer/,
    ],
    ['a wrong format', ['export', 'zzzz', '--format', 'xml'], /--format: must be csv or json, not xml/],
  ])('%s exits with 2 and names what is at fault', async (_, args, message) => {
    const result = await espalier(...args, '--data', temporaryFolder());
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(STACK);
  });

  it('in a file names the run and the field', async () => {
    const folder = temporaryFolder();
    const run = (content: unknown): ReturnType<typeof espalier> =>
      espalier('run', '--config', configurationFile(folder, content), '--data', folder);
    expect((await run('{ "method": ')).stderr).toMatch(/configuration.json is not JSON/);
    expect((await run([])).stderr).toMatch(/holds no run/);
    expect((await run([{}, 5])).stderr).toMatch(/run 2 in .* is not an object/);
    const result = await run([{ method: 'dense' }, { method: 'rigl', colour: 'red', epochs: 0 }]);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/runs\.1\.epochs: must be at least 1/);
    expect(result.stderr).toMatch(/runs\.1\.colour: is not a key/);
    expect(JSON.parse((await espalier('list', '--json', '--data', folder)).stdout)).toEqual([]);
  });
});

describe('list, doctor and help', () => {
  it('look without making anything', async () => {
    const data = temporaryFolder();
    const list = await espalier('list', '--json', '--data', data);
    expect(list).toMatchObject({ code: 0, stdout: '[]\n' });
    const doctor = await espalier('doctor', '--json', '--data', data);
    expect(doctor.code).toBe(0);
    expect(JSON.parse(doctor.stdout)).toMatchObject({
      dataFolder: data,
      logFile: join(data, 'logs', 'espalier.log'),
      engines: [
        { id: 'cpu', available: true },
        { id: 'webgpu' },
        { id: 'tfjs-cuda', available: false },
        { id: 'tfjs-node', available: false },
      ],
      datasets: expect.arrayContaining([expect.objectContaining({ id: 'mnist' })]) as unknown,
    });
    const { stdout } = await espalier('doctor', '--data', data);
    expect(stdout).toMatch(/SIMD +(relaxed|plain)/);
    expect(stdout).toMatch(/tfjs-cuda .*not available.*\n.*CUDA 11\.2 and cuDNN 8\.1/);
    // The tests' driver is software, and is called that.
    expect(stdout).toMatch(/webgpu .*A software adapter/);
    expect(stdout).toMatch(/Adapter: SwiftShader.*\(software\)\n/);
    expect(stdout).toMatch(/Largest buffer: \d+\.\d GiB/);
    expect(readdirSync(data)).toEqual([]);
  });

  it('tell which engine auto takes, and why not the others', async () => {
    const data = dataFolder();
    const asked = await espalier('calibrate', '--set', 'network=mlp-16', '--json', '--data', data);
    expect(asked.code).toBe(0);
    const [{ choice, subject }] = JSON.parse(asked.stdout) as EngineCalibration[];
    expect(subject).toContain('mlp-16');
    expect(choice).toMatchObject({ engine: 'cpu', measured: [] });
    expect(choice.left.map(({ engine }) => engine)).toEqual(['webgpu', 'tfjs-cuda', 'tfjs-node']);
    expect((await espalier('calibrate', '--list', '--data', data)).stdout).toBe('Nothing has been measured yet.\n');
    expect(await espalier('calibrate', '--data', data)).toMatchObject({ code: 2 });
    expect((await espalier('calibrate', '--set', 'epochs=0', '--data', data)).stderr).toMatch(/epochs: must be/);
  });

  it('show what was measured beside an Espalier that trains', async () => {
    const data = dataFolder();
    const lab = await createLab(sourceEnvironment(data, 'write'));
    try {
      const listed = await espalier('calibrate', '--list', '--data', data);
      expect(listed).toMatchObject({ code: 0, stdout: 'Nothing has been measured yet.\n' });
    } finally {
      await lab.close();
    }
  });

  it('tell every command and every key', async () => {
    const help = await espalier('help');
    expect(help.code).toBe(0);
    for (const name of [
      'run',
      'resume',
      'list',
      'restore',
      'show',
      'series',
      'masks',
      'export',
      'calibrate',
      'doctor',
    ]) {
      expect(help.stdout).toContain(`  ${name} `);
    }
    expect((await espalier('run', '--help')).stdout).toContain('updateEvery');
  });

  it('say in one line that a database is damaged', async () => {
    const data = dataFolder();
    writeFileSync(join(data, 'espalier.db'), Buffer.alloc(8192, 'not a database '));
    const result = await espalier('list', '--data', data);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/espalier\.db is damaged/);
    expect(result.stderr).not.toMatch(STACK);
  });
});
