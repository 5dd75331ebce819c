import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultImportChoices, type ImageSplit } from '../../src-main/contract/index.ts';
import { createDatasetCatalogue } from '../../src-main/datasets/catalogue.ts';
import type { KnownDataset } from '../../src-main/datasets/known-datasets.ts';
import { idxFiles, smallDataset, writeFolder } from './support/idx-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const importWorker = new URL('../../src-main/datasets/import/import.worker.ts', import.meta.url);

/** One that comes with a package, of 8 + 4 images of 1 MiB. */
const SIDE = 1024;
const split = (count: number): ImageSplit => ({
  count,
  pixels: new Uint8Array(new SharedArrayBuffer(count * SIDE * SIDE)).fill(7),
  labels: new Uint8Array(new SharedArrayBuffer(count)),
});
const known: KnownDataset = {
  ...{ id: 'shapes', title: 'Shapes', source: 'a test', licence: 'none', shape: [SIDE, SIDE, 1] },
  ...{ classes: ['0', '1'], trainCount: 8, testCount: 4, importable: false, officialFiles: [], missingHint: '' },
  packaged: {
    locate: () => Promise.resolve('here'),
    read: () => Promise.resolve({ shape: [SIDE, SIDE, 1], classes: ['0', '1'], train: split(8), test: split(4) }),
  },
};

/** A data folder with the known dataset and one that was imported, both ready. */
async function setUp(residentBytes: number) {
  const root = await temporaryFolder();
  const source = await writeFolder(join(root, 'source'), idxFiles(smallDataset()));
  const catalogue = createDatasetCatalogue({ dataFolder: root, importWorker, residentBytes, known: [known] });
  await catalogue.importFrom(source, { ...defaultImportChoices, name: 'mine' });
  await catalogue.load('shapes');
  const fileOf = (id: string): string => join(root, 'datasets', `${id}.espdata`);
  /** Of the last label, which is in range still. */
  const damage = async (id: string): Promise<void> => {
    const handle = await open(fileOf(id), 'r+');
    const { size } = await handle.stat();
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, size - 1);
    await handle.write(Buffer.of(byte[0] ^ 1), 0, 1, size - 1);
    await handle.close();
  };
  const again = (): typeof catalogue =>
    createDatasetCatalogue({ dataFolder: root, importWorker, residentBytes, known: [known] });
  const problemOf = async (id: string): Promise<string | null> =>
    (await again().verify(() => undefined)).find((found) => found.id === id)?.problem ?? null;
  return { source, fileOf, damage, problemOf, again };
}

const IN_MEMORY = 2 ** 30;
const FROM_DISK = 0;

describe('what verification says to do about a damaged copy', () => {
  it.each(['shapes', 'mine'])('%s, read whole before it is trained on: nothing, and it is so', async (id) => {
    const { damage, problemOf, again } = await setUp(IN_MEMORY);
    await damage(id);
    expect(await problemOf(id)).toContain('does not match its checksum. It is made anew when it is next used.');
    await again().open(id);
    expect(await problemOf(id)).toBeNull();
  });

  it('one with a package, larger than memory may hold: remove it, and then it is made anew', async () => {
    const { damage, problemOf, fileOf, again } = await setUp(FROM_DISK);
    await damage('shapes');
    const told = 'Remove that file: it is made anew when it is next used.';
    expect(await problemOf('shapes')).toBe(`${fileOf('shapes')}: its content does not match its checksum. ${told}`);
    // Using it alone does not notice.
    await again().open('shapes');
    expect(await problemOf('shapes')).toContain(told);
    await rm(fileOf('shapes'));
    await again().open('shapes');
    expect(await problemOf('shapes')).toBeNull();
  });

  it('an imported one, larger than memory may hold, or whose origin is gone: import it again from where it was', async () => {
    const large = await setUp(FROM_DISK);
    await large.damage('mine');
    const told = `does not match its checksum. Import ${large.source} again.`;
    expect(await large.problemOf('mine')).toContain(told);
    await large.again().importFrom(large.source, { ...defaultImportChoices, name: 'mine' });
    expect(await large.problemOf('mine')).toBeNull();

    const small = await setUp(IN_MEMORY);
    await small.damage('mine');
    await rm(small.source, { recursive: true });
    expect(await small.problemOf('mine')).toContain(`Import ${small.source} again.`);
  });
});

it('verification tells how far it is within a copy, and is cancelled there', async () => {
  const { again } = await setUp(FROM_DISK);
  const told: [string, number][] = [];
  await again().verify((name, done, total) => told.push([name, done / total]));
  const shares = told.filter(([name]) => name === 'shapes').map(([, share]) => share);
  expect(shares.length).toBeGreaterThan(2);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));

  const cancelling = new AbortController();
  const read: string[] = [];
  const verified = again().verify((name) => {
    read.push(name);
    cancelling.abort(new Error('enough'));
  }, cancelling.signal);
  await expect(verified).rejects.toThrow('enough');
  expect(read).toEqual(['shapes']);
});
