import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { THREADED_NODE, threadedNodeEnvironment } from '../../src-main/toolchain/support/threaded-node.ts';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { entrances } from './entrances/index.ts';

/** Rooms that read what others wrote, and the entrances that lead into them. */
const READERS = 'src-main/datasets/readers';
const ENTRANCES = ['idx', 'cifar', 'cifar-python', 'pickle', 'npy', 'npz', 'parquet', 'class-folders', 'tar', 'zip'];
const IMAGES = ['png', 'jpeg', 'webp', 'gif', 'bmp', 'netpbm'];

/** Functions of a file that others call: what is exported, but types. */
const functionsOf = (file: string): string[] =>
  [...readFileSync(join(projectRoot, file), 'utf8').matchAll(/^export (?:async )?function\*? (\w+)/gm)].map(
    ([, name]) => name,
  );

it(
  'every reader of datasets is reached by fuzzing, each of its functions that is exported',
  { timeout: 120_000 },
  () => {
    const script = fileURLToPath(new URL('./support/reach.ts', import.meta.url));
    const names = [...ENTRANCES, ...IMAGES];
    expect(entrances.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    const printed = execFileSync(process.execPath, [...THREADED_NODE, script, ...names], {
      ...{ encoding: 'utf8', cwd: projectRoot, maxBuffer: 2 ** 26, env: threadedNodeEnvironment() },
    });
    const reached = JSON.parse(printed) as Record<string, string[]>;
    const files = readdirSync(join(projectRoot, READERS), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(READERS, name));
    expect(files.length).toBeGreaterThan(40);
    const missed = files.flatMap((file) =>
      functionsOf(file)
        .filter((name) => !(reached[file] ?? []).includes(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(missed).toEqual([]);
  },
);
