import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DatasetDescription, ImportReport } from '../../src-main/contract/index.ts';
import { picture, smallClassFolders, writeTree } from '../datasets/support/image-files.ts';
import { espalier, startEspalier, temporaryFolder } from './support/command-line.ts';

describe('datasets', { timeout: 120_000 }, () => {
  it('imports a folder under a name and lists it', async () => {
    const data = temporaryFolder();
    const folder = await writeTree(join(data, 'pets'), await smallClassFolders());
    const result = await espalier('datasets', 'import', folder, '--name', 'pets', '--json', '--data', data);
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout) as ImportReport).toMatchObject({ dataset: { id: 'pets' }, skippedCount: 0 });
    const list = JSON.parse((await espalier('datasets', '--json', '--data', data)).stdout) as DatasetDescription[];
    expect(list.at(-1)).toMatchObject({ id: 'pets', state: 'ready', trainCount: 5 });
  });

  it.each([
    [['import', '/nowhere'], /\/nowhere: there is no such folder or file/, 1],
    [['import', '/nowhere', '--name', '../x'], /^--name: must start with a letter or digit/, 2],
    [['import', '/nowhere', '--on-bad-file', 'ask'], /^--on-bad-file: must be stop or skip/, 2],
    [['import', '/nowhere', '--size', 'big'], /^--size: must be HEIGHTxWIDTH/, 2],
    [['import'], /usage: datasets/, 2],
  ])('refuses %j', async (words, message, code) => {
    const result = await espalier('datasets', ...words, '--data', temporaryFolder());
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) as string });
  });

  it('killed in the middle, has imported nothing; the next import clears up', async () => {
    const data = temporaryFolder();
    const image = await picture(1, { height: 64, width: 64 });
    const names = ['a', 'b'].flatMap((name) => Array.from({ length: 2000 }, (_, at) => `train/${name}/${at}.png`));
    const all = Object.fromEntries([...names, 'test/a/1.png', 'test/b/1.png'].map((name) => [name, image]));
    const folder = await writeTree(join(data, 'many'), all);
    const { child, finished } = startEspalier(['datasets', 'import', folder, '--name', 'many', '--data', data]);
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (chunk) => String(chunk).includes('Reading images') && resolve());
    });
    child.kill('SIGKILL');
    await finished;
    const stored = (): string[] => readdirSync(join(data, 'datasets'));
    expect(stored()).toEqual([expect.stringMatching(/\.partial$/)]);
    const list = JSON.parse((await espalier('datasets', '--json', '--data', data)).stdout) as DatasetDescription[];
    expect(list.map(({ id }) => id)).not.toContain('many');
    const again = await espalier('datasets', 'import', folder, '--name', 'many', '--data', data);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Imported many') as string });
    expect(stored()).toEqual(['many.espdata']);
  });
});
