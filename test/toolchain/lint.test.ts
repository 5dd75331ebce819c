import { join } from 'node:path';
import { ESLint, Linter } from 'eslint';
import ts from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { findCircle } from '../../src-main/toolchain/lint/circles.ts';
import { METHOD_FILES } from '../../src-main/toolchain/lint/method-names.ts';
import { espalierRules } from '../../src-main/toolchain/lint/rules.ts';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { METHOD_NAMES } from '../support/methods.ts';

const linter = new Linter({ configType: 'flat', cwd: projectRoot });

/** What Espalier's rules say about a source text standing at this path. */
function complaints(path: string, code: string): string[] {
  const config: Linter.Config = {
    files: ['**/*.ts', '**/*.svelte'],
    plugins: { espalier: espalierRules },
    languageOptions: { parser: ts.parser as Linter.Parser },
    rules: {
      'espalier/floors': 'error',
      'espalier/file-names': 'error',
      'espalier/guarded-apis': 'error',
      'espalier/method-names': 'error',
    },
  };
  return linter.verify(code, [config], { filename: join(projectRoot, path) }).map((message) => message.message);
}

describe('names of methods', () => {
  it('are those of the files that declare them', () => {
    expect(new Set(METHOD_FILES)).toEqual(new Set(METHOD_NAMES));
  });

  it.each([
    "if (method === 'dense') stop();",
    "const isDense = run.method !== 'dense';",
    "if ('set' === configuration.method) stop();",
    "const isRigl = name === 'rigl';",
    "switch (method) { case 'set': break; }",
    "switch (kind) { case 'gmp': break; }",
    "const WHY = { granet: 'prunes globally' };",
    "const WHY = { 'rigl-itop': 1 };",
    'const title = methods.rigl.title;',
    "const title = methods['top-kast'].title;",
  ])('are nothing to go by: %s', (code) => {
    expect(complaints('src-main/lab/runs/naming.ts', code)).toEqual([expect.stringMatching(/ask its declaration/)]);
    expect(complaints('src-main/topology/methods/rigl.ts', code)).toEqual([]);
    expect(complaints('test/topology/rules.test.ts', code)).toEqual([]);
  });

  it.each([
    "if (storage === 'dense') return;",
    "if (request.method !== 'GET') return;",
    'const set = { set: (value) => value };',
    "if (kind === 'method') return;",
    'const title = method.title;',
  ])('are not what this is: %s', (code) => {
    expect(complaints('src-main/lab/runs/naming.ts', code)).toEqual([]);
  });
});

describe('floors', () => {
  it.each([
    ['src-main/topology/erk.ts', "import { crc32 } from '../numerics/crc.ts';"],
    ['src-main/lab/lab.ts', "import type { Mask } from '../topology/mask.ts';"],
    ['src-main/engine/cpu/pool.node.ts', "import { Worker } from 'node:worker_threads';"],
    ['src-main/training/training.worker.ts', "import { parentPort } from 'node:worker_threads';"],
    ['src-main/contract/runs.ts', "import * as v from 'valibot';"],
    ['src-renderer/runs/list.ts', "import type { Run } from '../../src-main/contract/index.ts';"],
    ['src-main/desktop/window.ts', "import { BrowserWindow } from 'electron';"],
    ['src-renderer/study/form.svelte.ts', "import { FIELDS } from '../launch/form.svelte.ts';"],
    ['src-renderer/main.ts', "import App from './App.svelte';"],
  ])('%s may hold: %s', (path, code) => {
    expect(complaints(path, code)).toEqual([]);
  });

  it.each([
    [
      'src-main/topology/erk.ts',
      "import { openNetwork } from '../engine/engine.ts';",
      /topology \(floor 4\) imports engine/,
    ],
    ['src-main/topology/erk.ts', "export * from '../engine/engine.ts';", /topology \(floor 4\) imports engine/],
    ['src-main/store/store.ts', "const lab = await import('../lab/lab.ts');", /store \(floor 9\) imports lab/],
    ['src-main/lab/lab.ts', "import type { App } from '../desktop/main.ts';", /lab \(floor 10\) imports desktop/],
    ['src-main/numerics/random.ts', "import { randomBytes } from 'node:crypto';", /numerics uses no Node API/],
    ['src-main/training/loop.ts', "import { readFileSync } from 'fs';", /training uses no Node API/],
    ['src-main/contract/runs.ts', "import { chunk } from 'lodash';", /contract imports nothing but valibot/],
    ['src-main/lab/lab.ts', "import { app } from 'electron';", /Only desktop imports electron/],
    ['src-main/lab/lab.ts', "import { say } from '../toolchain/support/terminal.ts';", /No room imports the toolchain/],
    ['src-main/toolchain/start.ts', "import { Lab } from '../lab/lab.ts';", /it imports no room/],
    ['src-renderer/runs/list.ts', "import { Lab } from '../../src-main/lab/lab.ts';", /only through contract/],
    [
      'src-renderer/ui/swatch.ts',
      "import { ticks } from '../charts/ticks.ts';",
      /ui \(floor 1\) imports src-renderer\/charts/,
    ],
    [
      'src-renderer/run/facts.ts',
      "import { rows } from '../runs/rows.ts';",
      /run \(floor 4\) imports src-renderer\/runs/,
    ],
    ['src-renderer/runs/list.ts', "import App from '../App.svelte';", /stands above all folders/],
    ['src-renderer/attic/x.ts', "import { count } from '../ui/format.ts';", /attic is no folder/],
    ['src-renderer/ui/textTable.ts', '', /textTable.ts is not in kebab-case/],
    ['src-renderer/ui/name.svelte', '', /name.svelte is not in PascalCase/],
    ['src-main/mystery/x.ts', "import { Lab } from '../lab/lab.ts';", /is no room of docs\/architecture.md/],
  ])('%s may not hold: %s', (path, code, expected) => {
    const found = complaints(path, code);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });
});

describe('guarded APIs', () => {
  it.each([
    ['src-main/desktop/window.ts', "import { ipcMain } from 'electron';", 'ipcMain'],
    ['src-main/desktop/menu.ts', "import electron from 'electron'; electron.ipcMain.handle('x', () => 1);", 'ipcMain'],
    [
      'src-main/desktop/menu.ts',
      "import { shell } from 'electron'; void shell.openExternal('x:');",
      'shell.openExternal',
    ],
    ['src-main/desktop/main.ts', "import { ipcRenderer } from 'electron';", 'ipcRenderer'],
  ])('%s: %s', (path, code, name) => {
    expect(complaints(path, code).join()).toContain(`${name} is not used here`);
  });

  it('leaves the guards themselves alone', () => {
    expect(complaints('src-main/desktop/ipc.ts', "import { ipcMain } from 'electron';")).toEqual([]);
    expect(complaints('src-main/desktop/window.preload.ts', "import { ipcRenderer } from 'electron';")).toEqual([]);
  });
});

describe('docstrings', () => {
  const missing = (code: string): number =>
    linter.verify(code, [
      {
        plugins: { espalier: espalierRules },
        languageOptions: { parser: ts.parser as Linter.Parser },
        rules: { 'espalier/docstrings': 'error' },
      },
    ]).length;

  it.each([
    ['export function size(): number { return 1; }', 1],
    ['// Not one.\nexport const size = (): number => 1;', 1],
    ['/** One. */\nexport function size(): number { return 1; }', 0],
    ['/** One. */\nexport const size = (): number => 1;', 0],
    ['export const most = 1;', 0],
    ['function size(): number { return 1; }', 0],
  ])('%s: %i missing', (code, count) => {
    expect(missing(code)).toBe(count);
  });
});

describe('circles', () => {
  const files: Record<string, string> = {
    '/a.ts': "import { b } from './b.ts';",
    '/b.ts': "import { something } from 'elsewhere';\nexport { c } from './c.ts';",
    '/c.ts': "import {\n  type A,\n} from './a.ts';",
    '/d.ts': "import './a.ts';\n// import x from './d.ts'",
  };
  const read = (file: string): string | null => files[file] ?? null;

  it('finds the files of a circle, in order', () => {
    expect(findCircle('/a.ts', files['/a.ts'], read)).toEqual(['/a.ts', '/b.ts', '/c.ts', '/a.ts']);
  });

  it('does not blame a file that only leads into one', () => {
    expect(findCircle('/d.ts', files['/d.ts'], read)).toBeNull();
  });
});

it('eslint.config.js turns the rules on for every room', async () => {
  const eslint = new ESLint({ cwd: projectRoot });
  for (const path of ['src-main/topology/x.ts', 'src-renderer/app/App.svelte', 'src-main/desktop/x.preload.ts']) {
    const config = (await eslint.calculateConfigForFile(join(projectRoot, path))) as {
      rules: Record<string, unknown[]>;
    };
    for (const rule of ['espalier/floors', 'espalier/no-circles', 'espalier/guarded-apis']) {
      expect(config.rules[rule]?.[0], `${rule} in ${path}`).toBe(2);
    }
  }
});
