import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUNDLED_COMMAND_LINE } from '../../src-main/toolchain/testing/bundle.ts';
import { THREADED_NODE } from '../../src-main/toolchain/support/threaded-node.ts';
import { idxBytes, ramp, writeFolder } from '../datasets/support/idx-files.ts';
import { temporaryFolder } from './support/command-line.ts';

/** Imports onto disks that are nearly full: a real file system of a few MiB, in a mount namespace of its own. */

function maySetUpMounts(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const program = [process.execPath, ...THREADED_NODE, BUNDLED_COMMAND_LINE].join(' ');

/** What the command says, and then the files of its data folder. */
async function importOnto(
  setUp: string,
  words?: readonly string[],
): Promise<{ code: number | null; stderr: string; stdout: string }> {
  const root = temporaryFolder();
  const count = 2000;
  const labels = ramp(count, 10);
  const images = idxBytes([count, 28, 28], ramp(count * 784));
  const folder = await writeFolder(join(root, 'digits'), {
    'train-images-idx3-ubyte': images,
    'train-labels-idx1-ubyte': idxBytes([count], labels),
    't10k-images-idx3-ubyte': images,
    't10k-labels-idx1-ubyte': idxBytes([count], labels),
  });
  const data = join(root, 'data');
  mkdirSync(data);
  const imported = words ?? ['import', folder, '--name', 'digits'];
  const command = [process.execPath, ...THREADED_NODE, BUNDLED_COMMAND_LINE, 'datasets', ...imported];
  const script = `${setUp.replace('DATA', data)} && "$@" --data ${data}; code=$?; find ${data} -type f; exit $code`;
  const isMount = setUp.startsWith('mount');
  const [first, ...args] = [...(isMount ? ['unshare', '-rm'] : []), 'sh', '-c', script, 'sh', ...command];
  const { status, stdout, stderr } = spawnSync(first, args, { encoding: 'utf8', timeout: 100_000 });
  return { code: status, stdout, stderr };
}

/** A copy of 4,000 images of 28 × 28 takes 3.0 MiB; the database of an empty data folder 0.2 MiB. */
const CASES = [
  ['too small for the dataset', 'mount -t tmpfs -o size=2m none DATA', /datasets: cannot be written \(ENOSPC.*\)\. /],
  ['that the dataset fills', 'mount -t tmpfs -o size=3272k none DATA', /with this dataset its disk would have .* left/],
  ['of a limit to the size of files', 'ulimit -f 2000', /datasets: cannot be written \(EFBIG.*\)\. /],
] as const;

describe('an import onto a disk', { timeout: 120_000 }, () => {
  it.skipIf(!maySetUpMounts()).each(CASES)('%s fails in one line and leaves no dataset', async (_, setUp, message) => {
    const { code, stdout, stderr } = await importOnto(setUp);
    expect(stderr).toMatch(message);
    expect(stderr.split('\n').filter((line) => !/^(Reading images|Looking through)/.test(line))).toHaveLength(2);
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/Imported|espdata|partial/);
    expect(stdout).toMatch(/espalier\.db\n/);
  });

  it.skipIf(!maySetUpMounts())('with room for the dataset and the database imports it', async () => {
    const { code, stdout, stderr } = await importOnto('mount -t tmpfs -o size=6m none DATA');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/datasets\/digits\.espdata\n/);
  });

  it.skipIf(!maySetUpMounts())('that a dataset of a package fills leaves no copy of it', async () => {
    // 10,000 digits of 28 × 28 take 7.5 MiB.
    const { code, stdout, stderr } = await importOnto('mount -t tmpfs -o size=8400k none DATA', ['download', 'mnist']);
    expect(stderr).toMatch(/with this dataset its disk would have .* left/);
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/espdata|partial/);
  });
});

describe('a data folder on a disk that was filled since', { timeout: 120_000 }, () => {
  it.skipIf(!maySetUpMounts())('is read as it is, and written by nobody', async () => {
    const root = temporaryFolder();
    const data = join(root, 'data');
    mkdirSync(data);
    const count = 40;
    const labels = idxBytes([count], ramp(count, 4));
    const images = idxBytes([count, 6, 6], ramp(count * 36));
    const folder = await writeFolder(join(root, 'tiny'), {
      ...{ 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': labels },
      ...{ 't10k-images-idx3-ubyte': images, 't10k-labels-idx1-ubyte': labels },
    });
    const run = '--set dataset=tiny network=mlp-4 method=dense epochs=1 engine=cpu threads=1 validationFraction=0';
    const script = [
      `mount -t tmpfs -o size=3m none ${data}`,
      `${program} datasets import ${folder} --name tiny --data ${data}`,
      `${program} run ${run} --data ${data}`,
      `echo; echo FILLED; cat /dev/zero >${data}/filler 2>/dev/null`,
      `${program} list --json --data ${data}`,
      `echo; echo RUN; ${program} run ${run} --data ${data}; echo $?`,
      `find ${data} -name '*.checkpoint' | wc -l`,
    ].join('\n');
    const { stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script], {
      encoding: 'utf8',
      timeout: 100_000,
    });
    const [, list, last] = stdout.split(/^FILLED$|^RUN$/m);
    expect(stderr).toMatch(/The disk that holds .*espalier\.db is full: free some space and try again\.\n$/);
    expect(JSON.parse(list)).toMatchObject([{ status: 'finished', dataset: 'tiny' }]);
    expect(last.trim().split(/\s+/)).toEqual(['1', '1']);
  });
});
