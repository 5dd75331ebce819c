import { existsSync, readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { DatasetDescription, ImportReport } from '../../src-main/contract/index.ts';
import { serveFiles } from '../datasets/support/file-server.ts';
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
    [['import', '/nowhere'], /\/nowhere: there is no such folder or file/, 2],
    // A file that is no dataset, an address that is none, a disk that is none: whose fault each is.
    [['import', import.meta.filename], /datasets\.test\.ts: is a file that Espalier does not read/, 2],
    [['import', '/dev/null'], /\/dev\/null: is a file that Espalier does not read/, 2],
    [['import', '/nowhere', '--name', '../x'], /^--name: must start with a letter or digit/, 2],
    [['import', '/nowhere', '--on-bad-file', 'ask'], /^--on-bad-file: must be stop or skip/, 2],
    [['import', '/nowhere', '--size', 'big'], /^--size: must be HEIGHTxWIDTH/, 2],
    [['import'], /usage: datasets/, 2],
    [['download'], /usage: datasets/, 2],
    [['download', 'nothing'], /There is no dataset nothing/, 2],
    [['show', 'nothing'], /^ID: there is no dataset nothing; the datasets are mnist/, 2],
  ])('refuses %j', async (words, message, code) => {
    const result = await espalier('datasets', ...words, '--data', temporaryFolder());
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) as string });
  });

  it('what has several readings is refused with the options that decide, and one of them imports it', async () => {
    const data = temporaryFolder();
    const names = ['train', 'training', 'test'].flatMap((split) => [`${split}/cat/1.png`, `${split}/dog/1.png`]);
    const image = await picture(1);
    const folder = await writeTree(join(data, 'pets'), Object.fromEntries(names.map((name) => [name, image])));
    const asked = await espalier('datasets', 'import', folder, '--data', data);
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toMatch(
      /--train-split train --test-split test \(2 images to train on, 2 images to test with\)/,
    );
    const words = ['--train-split', 'train,training', '--test-split', 'test'];
    const answered = await espalier('datasets', 'import', folder, ...words, '--data', data);
    expect(answered).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('4 for training, 2 for testing') as string,
    });
  });

  it('killed in the middle, has imported nothing; the next import clears up', async () => {
    const data = temporaryFolder();
    const image = await picture(1, { height: 64, width: 64 });
    const names = ['a', 'b'].flatMap((name) => Array.from({ length: 2000 }, (_, at) => `train/${name}/${at}.png`));
    const all = Object.fromEntries([...names, 'test/a/1.png', 'test/b/1.png'].map((name) => [name, image]));
    const folder = await writeTree(join(data, 'many'), all);
    const { child, finished } = startEspalier(['datasets', 'import', folder, '--name', 'many', '--data', data]);
    const stored = (): string[] => (existsSync(join(data, 'datasets')) ? readdirSync(join(data, 'datasets')) : []);
    await vi.waitUntil(() => stored().length > 0, { timeout: 100_000, interval: 5 });
    child.kill('SIGKILL');
    await finished;
    expect(stored()).toEqual([expect.stringMatching(/\.partial$/)]);
    const list = JSON.parse((await espalier('datasets', '--json', '--data', data)).stdout) as DatasetDescription[];
    expect(list.map(({ id }) => id)).not.toContain('many');
    const again = await espalier('datasets', 'import', folder, '--name', 'many', '--data', data);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Imported many') as string });
    expect(stored()).toEqual(['many.espdata']);
  });

  it('--keep-files: trains on class folders where they lie, and refuses to once one has changed', async () => {
    const data = temporaryFolder();
    const folder = await writeTree(join(data, 'pets'), await smallClassFolders());
    const kept = await espalier('datasets', 'import', folder, '--name', 'pets', '--keep-files', '--data', data);
    expect(kept).toMatchObject({ code: 0, stdout: expect.stringContaining('Imported pets') as string });
    const set = ['dataset=pets', 'network=mlp-8', 'epochs=2', 'batchSize=2', 'validationFraction=0.2', 'engine=cpu'];
    const words = ['run', ...set.flatMap((each) => ['--set', each]), '--data', data];
    const first = await espalier(...words);
    expect(first, first.stderr).toMatchObject({ code: 0 });
    await writeFile(join(folder, 'train/cat/2.png'), 'changed');
    const second = await espalier(...words);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/train\/cat\/2\.png: has 7 bytes instead of \d+ since the dataset was imported/);
  });

  it('shows what a dataset holds, and what one that is missing is published as', async () => {
    const data = temporaryFolder();
    const folder = await writeTree(join(data, 'pets'), await smallClassFolders());
    await espalier('datasets', 'import', folder, '--name', 'pets', '--data', data);
    const { stdout } = await espalier('datasets', 'show', 'pets', '--data', data);
    expect(stdout).toMatch(/^pets \(pets\), ready\n/);
    expect(stdout).toMatch(/Class +Training +Test\n.*\ncat +3 +1\ndog +2 +1$/m);
    const missing = JSON.parse(
      (await espalier('datasets', 'show', 'kmnist', '--json', '--data', data)).stdout,
    ) as DatasetDescription & { content: unknown };
    expect(missing).toMatchObject({ state: 'missing', licence: 'CC BY-SA 4.0', content: null });
    expect(missing.official?.files.map(({ bytes }) => bytes)).toEqual([18_165_135, 29_497, 3_041_136, 5_120]);
  });

  it('download: fetches from the mirror that is named, shows how far it is, and refuses other files', async () => {
    const data = temporaryFolder();
    // As long as the real one, so that only its checksum tells.
    const { address, requests } = await serveFiles({ '/cifar-10/cifar-10-binary.tar.gz': Buffer.alloc(170_052_171) });
    const { finished } = startEspalier(['datasets', 'download', 'cifar-10', '--data', data], {
      ESPALIER_DATASETS: address,
    });
    const { code, stdout, stderr } = await finished;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/Downloading CIFAR-10: \d+\.\d MB of 170\.1 MB/);
    expect(stderr).toMatch(/cifar-10-binary\.tar\.gz: is not the published file: its SHA-256 is/);
    expect(requests).toEqual(['/cifar-10/cifar-10-binary.tar.gz']);
    expect(readdirSync(join(data, 'downloads/cifar-10'))).toEqual([]);
  });

  it('download without a network: says which file to put where; Ctrl+C keeps what came', async () => {
    const data = temporaryFolder();
    const offline = startEspalier(['datasets', 'download', 'cifar-10', '--data', data], {
      ESPALIER_DATASETS: 'http://127.0.0.1:9',
    });
    const { code, stderr } = await offline.finished;
    expect(code).toBe(1);
    expect(stderr).toContain(
      `fetch cifar-10-binary.tar.gz elsewhere and put it into ${join(data, 'downloads/cifar-10')}`,
    );

    const file = Buffer.alloc(170_052_171);
    const { address } = await serveFiles({ '/cifar-10/cifar-10-binary.tar.gz': file }, () => 'slowly');
    const { child, finished } = startEspalier(['datasets', 'download', 'cifar-10', '--data', data], {
      ESPALIER_DATASETS: address,
    });
    const part = join(data, 'downloads/cifar-10/cifar-10-binary.tar.gz.part');
    await vi.waitUntil(() => (statSync(part, { throwIfNoEntry: false })?.size ?? 0) > 0, { timeout: 100_000 });
    child.kill('SIGINT');
    expect(await finished).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/The download was cancelled\. What was fetched is kept/) as string,
    });
    expect(readdirSync(join(data, 'downloads/cifar-10'))).toEqual(['cifar-10-binary.tar.gz.part']);
  });

  it('a mirror that is no address is refused', async () => {
    const { finished } = startEspalier(['datasets', '--data', temporaryFolder()], { ESPALIER_DATASETS: 'my disk' });
    expect((await finished).stderr).toContain('ESPALIER_DATASETS must be an http or https address, not my disk');
  });
});
