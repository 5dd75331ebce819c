import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MethodCheckReport } from '../../src-main/lab/methods/check/index.ts';
import { methodFile } from '../own-methods/support.ts';
import { dataFolder, espalier, startEspalier, temporaryFolder } from './support/command-line.ts';
import { STANDING, standingProcess } from '../support/standing.ts';

const TINY = ['network=mlp-24', 'sparsity=0.9', 'epochs=2', 'updateEvery=20', 'threads=1', 'checkpointEvery=0'];

/** A data folder with these files of methods. */
function folderWith(files: Record<string, string>, folder = temporaryFolder()): string {
  mkdirSync(join(folder, 'methods'));
  for (const [file, code] of Object.entries(files)) writeFileSync(join(folder, 'methods', file), code);
  return folder;
}

describe('methods on the command line', { timeout: 120_000 }, () => {
  it('list has all of them with where they are from, and what is broken with its message', async () => {
    const data = folderWith({ 'mine.js': methodFile(), 'broken.js': 'const = 1;' });
    const { code, stdout, stderr } = await espalier('methods', 'list', '--data', data);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Name\s+Title\s+Keys of its own\s+From\s+Source\n/);
    expect(stdout).toMatch(/\nmest\s.*gradientWeight\s+Espalier\s+Yuan et al\./);
    expect(stdout).toMatch(/\nmine\s+Mine\s+mine\.js\s+me\n/);
    expect(stderr).toMatch(/^Warning: broken\.js:1: .*\n1 of the files is no method\.\n$/);
    const rows = JSON.parse((await espalier('methods', '--json', '--data', data)).stdout) as object[];
    expect(rows.at(-2)).toMatchObject({ name: 'mine', file: 'mine.js', state: 'loaded' });
    expect(rows.at(-1)).toMatchObject({ name: null, file: 'broken.js', state: 'broken' });
  });

  it('new writes a template that passes its check and trains; with --ts its types beside it', async () => {
    const data = join(dataFolder(), 'fresh');
    const made = await espalier('methods', 'new', 'my-method', '--ts', '--data', data);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const folder = join(data, 'methods');
    expect(readdirSync(folder).sort()).toEqual(['espalier.d.ts', 'my-method.ts', 'tsconfig.json']);
    const checked = await espalier('methods', 'check', join(folder, 'my-method.ts'), '--data', data, '--json');
    const report = JSON.parse(checked.stdout) as MethodCheckReport;
    expect(report.checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'loads pass',
      'trains pass',
      'counts pass',
      'determinism pass',
      'resume pass',
      'threads pass',
      'flops pass',
      'exploration pass',
      'keys pass',
    ]);
    expect(checked.code).toBe(0);
  });

  it.each<[what: string, args: string[], message: string]>([
    ['a name that is taken', ['new', 'rigl'], 'NAME: there is a method rigl already; choose another name'],
    ['a name that none has', ['new', 'My Method'], 'NAME: My Method must be lower-case letters'],
    ['a file that is there', ['new', 'there'], 'already; it was left as it is'],
    ['a file that is not there', ['check', 'nowhere.js'], 'FILE: nowhere.js cannot be read: there is no such file'],
    ['what is no script', ['check', 'package.json'], 'is neither JavaScript (.js, .mjs) nor TypeScript'],
    ['--ts without new', ['list', '--ts'], 'methods: --ts and --in go with new NAME'],
    ['another word', ['remove', 'x'], 'usage: methods [list | new NAME | check FILE]'],
  ])('refuses %s with exit code 2', async (_, args, message) => {
    const data = folderWith({ 'there.js': methodFile() });
    const { code, stdout, stderr } = await espalier('methods', ...args, '--data', data);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(readFileSync(join(data, 'methods', 'there.js'), 'utf8')).toBe(methodFile());
  });

  it('check ends with 1 where something disagrees, and says what', async () => {
    const data = folderWith({ 'mine.js': methodFile({ needsDenseGradient: true }) });
    const { code, stdout } = await espalier('methods', 'check', join(data, 'methods', 'mine.js'), '--data', data);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nFLOPs {9}DISAGREES {2}needsDenseGradient is true, and no rule asks/);
    expect(stdout).toMatch(/\nmine: 1 of 9 disagrees\.\n$/);
  });

  it('resume of a run whose file has changed is refused with 1; --accept-changed-method goes on', async () => {
    const data = folderWith({ 'mine.js': methodFile() }, dataFolder());
    const args = ['run', 'method=mine', ...TINY, '--data', data];
    const { child, finished } = startEspalier(args, standingProcess(20));
    child.stderr?.on('data', (text) => String(text).includes(STANDING) && child.kill('SIGTERM'));
    await finished;
    const [{ id }] = JSON.parse((await espalier('list', '--json', '--data', data)).stdout) as { id: string }[];
    writeFileSync(join(data, 'methods', 'mine.js'), `// Changed.\n${methodFile()}`);
    const refused = await espalier('resume', id, '--data', data);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/has changed: in mine\.js, line 1 was .* and is "\/\/ Changed\."/);
    expect((await espalier('resume', id, '--accept-changed-method', '--data', data)).code).toBe(0);
    expect(existsSync(join(data, 'methods', 'mine.js'))).toBe(true);
  });
});
