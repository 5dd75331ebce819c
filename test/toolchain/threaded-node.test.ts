import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { COMMAND_LINE_NODE, THREADED_NODE } from '../../src-main/toolchain/support/threaded-node.ts';

const program = join(import.meta.dirname, 'support', 'typescript-thread.mjs');

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-node-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** How many wrappers of imported functions V8 compiles while a thread loads TypeScript: it lists code for Linux's perf. */
function compiledWrappers(flags: readonly string[]): number {
  const folder = temporaryFolder();
  const listing = ['--perf-basic-prof', `--perf-basic-prof-path=${folder}`];
  // A cache of stripped files would leave nothing to strip.
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' };
  const { status, stderr } = spawnSync(process.execPath, [...flags, ...listing, program], {
    cwd: folder,
    encoding: 'utf8',
    env,
  });
  if (status !== 0) throw new Error(`Node ended with ${status}: ${stderr}`);
  const names = readdirSync(folder).filter((name) => name.endsWith('.map'));
  const lists = names.map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(lists).toHaveLength(1);
  return lists[0].split('\n').filter((line) => line.includes('wasm-to-js')).length;
}

describe('a Node that starts threads of TypeScript', () => {
  it.runIf(process.platform === 'linux')('compiles no wrapper that threads share, where a plain one does', () => {
    expect(compiledWrappers([])).toBeGreaterThan(0);
    expect(compiledWrappers(THREADED_NODE)).toBe(0);
  });

  it('runs the tests', () => {
    expect(process.execArgv).toEqual(expect.arrayContaining([...THREADED_NODE]));
  });

  describe('runs the command line', () => {
    /** Its flags and where it keeps what it compiled. */
    const started = (environment: NodeJS.ProcessEnv): string => {
      const door = join(projectRoot, 'src-main', 'toolchain', 'run.js');
      const told = 'console.error([...process.execArgv, process.env.NODE_COMPILE_CACHE].join(" "))';
      const env = { ...process.env, ...environment, NODE_OPTIONS: `--import=data:text/javascript,${encodeURI(told)}` };
      const { stderr } = spawnSync(process.execPath, [door, 'espalier', 'help'], { encoding: 'utf8', env });
      return stderr.trimEnd().split('\n').at(-1) ?? '';
    };

    it('with a cache of compiled files among its own', () => {
      const folder = temporaryFolder();
      const expected = [...COMMAND_LINE_NODE, join(folder, 'espalier', 'node')].join(' ');
      expect(started({ XDG_CACHE_HOME: folder, NODE_COMPILE_CACHE: undefined })).toBe(expected);
    });

    it('with another where Node has been told of one', () => {
      const folder = temporaryFolder();
      expect(started({ NODE_COMPILE_CACHE: folder })).toBe([...COMMAND_LINE_NODE, folder].join(' '));
    });
  });
});
