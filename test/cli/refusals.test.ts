import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUNDLED_COMMAND_LINE } from '../../src-main/toolchain/testing/bundle.ts';
import { espalier, refused, startEspalier, temporaryFolder } from './support/command-line.ts';

const STACK = /\n\s+at .+:\d+:\d+/;
const LONG = 'x'.repeat(100_000);
const [SET, STUDY] = ['epochs=1', 'study.json'];

/** Every command with each of its options and arguments wrong: what it says, and that it is the reader's to mend. */
const WRONG: readonly (readonly [args: string, message: RegExp])[] = [
  ['list --trash=1', /^list: .*trash/],
  ['list extra', /^usage: list/],
  ['list --data=', /^--data: name a folder$/],
  ['show', /^usage: show ID/],
  ['show LONG', /^ID: there is no run x{100}… \(100,000 characters\)/],
  ['show --json=1 zzzz', /^show: .*json/],
  ['series zzzz rs extra', /^usage: series ID METRIC/],
  ['series zzzz rs --max-points 1', /^--max-points: must be a whole number of 2 to 1,000,000, not 1$/],
  ['series zzzz rs --max-points 1e9', /^--max-points: must be a whole number of 2 to 1,000,000, not 1e9$/],
  ['series zzzz rs --max-points LONG', /^--max-points: .* not x{100}… /],
  ['masks zzzz --layer -1', /^masks: .*--layer/],
  ['masks zzzz --layer=-1', /^--layer: must be a whole number of at least 0, not -1$/],
  ['masks zzzz --update 1.5', /^--update: must be a whole number/],
  ['measure zzzz --measure LONG', /^--measure: there is no x{100}… .*the measures are/],
  ['measure zzzz --measure exploration --tau many', /^--tau: must be a whole number/],
  ['measure zzzz --measure ages --tau 3', /^--tau: is of exploration; leave it out for ages$/],
  ['measure zzzz --measure turnover --other zzzz', /^--other: is of overlap-other, nnstd; leave it out for turnover$/],
  ['measure zzzz --measure lives --update 1', /^--update: is of ages, fan-in, fan-out, weights-by-age; leave/],
  ['measure zzzz --measure turnover --layer 1e99', /^--layer: must be a whole number/],
  ['measure zzzz --measure overlap-other', /^--other: name the run/],
  ['export', /^usage: export ID/],
  ['export zzzz --format LONG', /^--format: must be csv or json, not x{100}… /],
  ['export zzzz --format csv --json', /^--format: csv and --json exclude/],
  ['plan --target-rs 0.5', /^plan: say what to plan/],
  ['plan SET --target-rs NaN', /^--target-rs: must be a number between 0 and 1, not NaN$/],
  ['plan --set LONG', /^--set: x{100}… .*is not key=value$/],
  ['plan --preset demo --config x', /^--preset and --config exclude/],
  ['calibrate --preset LONG', /^--preset: there is no preset "x{100}… /],
  ['run LONG=1', /^x{100}… \(100,000 characters\): is not a key/],
  ['run SET --at-once 1.5', /^--at-once: must be a whole number of 1 to 64/],
  ['run epochs=1e400', /^epochs: must be /],
  ['run method=LONG', /^method: must be one of .* not "x{99}… /],
  ['run dataset=LONG', /^dataset: there is no dataset "x{100}… /],
  ['run network=LONG', /^network: must be hidden widths .* not "x{99}… /],
  ['run --config /dev/zero', /^--config: \/dev\/zero cannot be read: it is a device/],
  ['run --config .', /^--config: \. cannot be read: it is a folder/],
  ['run --config LONG', /^--config: x{300}… .* cannot be read: its name is too long$/],
  ['resume', /^usage: resume ID/],
  ['resume zzzz --at-once 65', /^--at-once: must be a whole number of 1 to 64/],
  ['restore zzzz', /^ID: there is no run zzzz in the trash/],
  ['study', /^study: name the FILE/],
  ['study STUDY --format LONG', /^--format: must be one of table/],
  ['study STUDY --chart pie', /^--chart: must be one of rs-accuracy, not pie/],
  ['study STUDY --out a.svg', /^--out: say with --chart/],
  ['study STUDY --scale huge', /^--scale: belongs to --preset/],
  ['study --preset itop --scale LONG', /^--scale: must be one of .* not x{100}… /],
  ['study --preset LONG', /^--preset: there is no study preset "x{100}… /],
  ['study --results LONG', /^--results: there is no study x{100}… /],
  ['study /dev/zero', /^FILE: \/dev\/zero cannot be read: it is a device/],
  ['datasets frobnicate', /^usage: datasets/],
  ['datasets show LONG', /^ID: there is no dataset x{100}… /],
  ['datasets import . --size 0x0', /^--size: must be whole numbers of pixels from 1 to 4096$/],
  ['datasets import . --size 9999', /^--size: must be whole numbers of pixels/],
  ['datasets import . --size LONG', /^--size: must be HEIGHTxWIDTH .* not x{100}… /],
  ['datasets import . --resize zoom', /^--resize: must be stretch, cover or contain/],
  ['datasets import . --channels cmyk', /^--channels: must be as-is, grey or rgb/],
  ['datasets import . --on-bad-file ask', /^--on-bad-file: must be stop or skip/],
  ['datasets import . --test-share 0', /^--test-share: must be a share from 0.01 to 0.9/],
  ['datasets import . --test-share LONG', /^--test-share: must be a number, not x{100}… /],
  ['datasets import . --seed -1', /^datasets: .*--seed' argument is ambiguous\. Did you .* use '--seed=-XYZ'\.$/],
  ['datasets import . --seed 1.5', /^--seed: must be a whole number from 0/],
  ['datasets import . --name ../up', /^--name: must start with a letter or digit/],
  ['datasets import . --value-range=4,1', /^--value-range: must be two numbers, the lower one first/],
  ['datasets import . --most-gib 0', /^--most-gib: must be a number of GiB/],
  ['datasets import . --labels LONG', /^--labels: must be a name of at most 200 characters/],
  ['masks zzzz --format csv', /^--format: is of the whole history; add --history/],
  ['masks zzzz --history --format xml', /^--format: must be one of csv, npz, json, not xml/],
  ['masks zzzz --history --format npz', /^--out: name the file for the arrays, such as masks\.npz/],
  ['masks zzzz --history --out masks.txt', /^--out: masks\.txt must end in \.csv, \.npz, \.json or \.jsonl/],
  [
    'masks zzzz --history --format csv --out masks.npz',
    /^--out: masks\.npz ends as a file of npz does, but --format is csv$/,
  ],
  ['masks zzzz --history --out /no/such/masks.npz', /^--out: there is no folder \/no\/such; make it first$/],
  ['masks zzzz --history --format csv --out /dev/null', /^--out: \/dev\/null is not a file; name one that may be/],
  ['masks zzzz --history --changes', /^--history: is of every layer and update; leave out --changes/],
  ['list -LONG', /^-x{99}… \(\d[\d,]* characters\): there is no such option/],
  ['doctor extra', /^doctor: runs are named with --verify$/],
  ['doctor --verify zzzz', /^ID: there is no run zzzz/],
  [
    'doctor --LONG',
    /^doctor: there is no option --x{98}… \([\d,]+ characters\); its options are --verify, --data, --methods and --json$/,
  ],
  [
    'list --everything',
    /^list: there is no option --everything; its options are --trash, --data, --methods and --json$/,
  ],
  ['list -z', /^list: there is no option -z; its options are /],
  ['list --json=1', /^list: Option '--json' does not take an argument$/],
  ['help frobnicate', /^COMMAND: there is no command frobnicate/],
  ['LONG', /^COMMAND: there is no command x{100}… /],
];

const argumentsOf = (line: string): string[] =>
  line
    .replace('SET', `--set ${SET}`)
    .replace('STUDY', STUDY)
    .split(' ')
    .map((word) => word.replace('LONG', LONG));

describe('a wrong command line', { timeout: 60_000 }, () => {
  it.each(WRONG)('%s', async (line, message) => {
    const data = temporaryFolder();
    const { code, stdout, stderr } = await refused(
      ...argumentsOf(line),
      ...(line.includes('--data') ? [] : ['--data', data]),
    );
    expect(stderr.trimEnd()).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.length).toBeLessThan(2500);
    expect(stderr).not.toMatch(STACK);
  });
});

describe('a file of configurations or a study', { timeout: 60_000 }, () => {
  it.each(['run --config', 'study'])('that is too large is refused before it is read: %s', async (command) => {
    const data = temporaryFolder();
    const file = join(data, 'large.json');
    closeSync(openSync(file, 'w'));
    truncateSync(file, 2 ** 40);
    const { code, stderr } = await espalier(...command.split(' '), file, '--data', data);
    expect(stderr).toMatch(/large\.json has more than 16 MiB/);
    expect(code).toBe(2);
  });

  it.each<[string, Buffer, number, RegExp]>([
    ['that begins with a byte order mark is read', Buffer.from('\ufeff{ "epochs": 1 }'), 0, /^$/],
    [
      'in UTF-16 is refused',
      Buffer.from('\ufeff{ "epochs": 1 }', 'utf16le'),
      2,
      /utf\.json is not text in UTF-8; save it/,
    ],
    [
      'in Latin-1 is refused',
      Buffer.from('{ "name": "r\u00e9sum\u00e9" }', 'latin1'),
      2,
      /utf\.json is not text in UTF-8/,
    ],
  ])('%s', async (_, bytes, status, message) => {
    const data = temporaryFolder();
    const file = join(data, 'utf.json');
    writeFileSync(file, bytes);
    const { code, stderr } = await espalier('plan', '--json', '--config', file, '--data', data);
    expect(stderr.replaceAll(/^Warning: .*\n/gm, '')).toMatch(message);
    expect(code).toBe(status);
  });

  it('may come through a pipe, as far as the bound', () => {
    const data = temporaryFolder();
    const piped = (source: string) =>
      spawnSync(
        'bash',
        [
          '-c',
          `${source} | "$0" "$2" plan --json --config /dev/stdin --data "$1"`,
          process.execPath,
          data,
          BUNDLED_COMMAND_LINE,
        ],
        {
          encoding: 'utf8',
        },
      );
    expect(piped(`echo '{ "epochs": 0 }'`)).toMatchObject({ status: 2, stderr: 'epochs: must be at least 1, not 0\n' });
    const endless = piped('cat /dev/zero');
    expect(endless.stderr).toMatch(/^--config: \/dev\/stdin has more than 16 MiB/);
    expect(endless.status).toBe(2);
  });
});

/** A mount of its own needs a namespace of its own, which not every machine gives. */
const mayMount = spawnSync('unshare', ['-m', 'mount', '--bind', '/tmp', '/tmp']).status === 0;
if (!mayMount) console.log('skipped: read-only mounts (unshare -m is not allowed here)');

const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

describe('a data folder that cannot serve', { timeout: 60_000 }, () => {
  it.each([
    [
      'that is not there, to a command that reads',
      'list',
      'typo',
      /^There is no data folder .*typo\. Check its name \(--data/,
    ],
    ['that is a file', 'list', 'file', /^The data folder .*file is a file\. Name a folder/],
    ['that is a file, to a command that writes', 'run --preset demo', 'file', /^The data folder .*file is a file/],
    ['below a file', 'run --preset demo', 'file/below', /cannot be made: a folder on its way is a file/],
  ])('%s exits with 1, says what to do, and leaves nothing', async (_, command, name, message) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const { code, stdout, stderr } = await espalier(...command.split(' '), '--data', join(folder, name));
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).not.toMatch(STACK);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('by the environment is treated alike; the usual one has no runs where it is not there', async () => {
    const folder = temporaryFolder();
    const named = await startEspalier(['list'], { ESPALIER_DATA: join(folder, 'typo') }).finished;
    expect(named).toMatchObject({ code: 1, stdout: '' });
    const usual = await startEspalier(['list', '--json'], { ESPALIER_DATA: '', XDG_DATA_HOME: folder, HOME: folder })
      .finished;
    expect(usual).toMatchObject({ code: 0, stdout: '[]\n' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['a run of bad values', 'run --set epochs=0', 2],
    ['a run of a dataset that is not there', 'run --set dataset=none', 2],
    ['an import of a folder that is not there', 'datasets import /nonexistent', 2],
    ['an import of what is no dataset', 'datasets import FOLDER', 2],
  ])('is not made for %s, which is refused', async (_, command, status) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'given'));
    writeFileSync(join(folder, 'given', 'a.txt'), 'no image');
    const args = command.replace('FOLDER', join(folder, 'given')).split(' ');
    const { code } = await espalier(...args, '--data', join(folder, 'new', 'data'));
    expect(code).toBe(status);
    expect(readdirSync(folder)).toEqual(['given']);
  });

  it.skipIf(!mayMount)('on a disk mounted for reading only is read, and written by nobody', async () => {
    const folder = temporaryFolder();
    const made = await espalier('run', '--set', 'network=mlp-4', 'epochs=1', 'name=kept', '--data', folder);
    expect(made.code).toBe(0);
    const onReadOnly = (command: string) =>
      spawnSync(
        'unshare',
        [
          ...['-m', 'bash', '-c', 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && "$0" "$3" $2'],
          ...[process.execPath, folder, command, BUNDLED_COMMAND_LINE],
        ],
        { encoding: 'utf8' },
      );
    const list = onReadOnly(`list --json --data ${folder}`);
    expect(list).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(list.stdout)).toMatchObject([{ name: 'kept', status: 'finished' }]);
    const [{ id }] = JSON.parse(list.stdout) as [{ id: string }];
    expect(onReadOnly(`series ${id} rs --data ${folder}`)).toMatchObject({ status: 0 });
    for (const [command, message] of [
      [`run --preset demo --data ${folder}`, /cannot be written: its disk is mounted for reading only\. Mount it/],
      [
        `run --preset demo --data ${folder}/new/data`,
        /cannot be made: its disk is mounted for reading only\. Mount it/,
      ],
      [`datasets import . --data ${folder}`, /cannot be written: its disk is mounted for reading only/],
    ] as const) {
      const { status, stdout, stderr } = onReadOnly(command);
      expect(stderr, command).toMatch(message);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    }
  });

  it('without a home folder asks for one', async () => {
    const { code, stderr } = await startEspalier(['list'], { ESPALIER_DATA: '', XDG_DATA_HOME: '', HOME: '' }).finished;
    expect(stderr).toMatch(/^There is no home folder to keep data in: name a data folder with --data/);
    expect(code).toBe(1);
  });

  it('that this user may not write says so', () => {
    const folder = temporaryFolder();
    execFileSync('chmod', ['755', folder]);
    mkdirSync(join(folder, 'kept'), { mode: 0o555 });
    const { status, stderr } = spawnSync(
      process.execPath,
      [BUNDLED_COMMAND_LINE, 'run', '--preset', 'demo', '--data', join(folder, 'kept')],
      { encoding: 'utf8', ...asNobody },
    );
    expect(stderr).toMatch(/kept cannot be written: this user may not\. Change its permissions/);
    expect(status).toBe(1);
    expect(readdirSync(join(folder, 'kept'))).toEqual([]);
  });
});
