import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ImportProgress, OfficialFile } from '../../src-main/contract/index.ts';
import { createDatasetCatalogue } from '../../src-main/datasets/catalogue.ts';
import { DownloadCancelledError } from '../../src-main/datasets/download/download-errors.ts';
import { downloadFile } from '../../src-main/datasets/download/download-file.ts';
import { knownDatasets } from '../../src-main/datasets/known-datasets.ts';
import { importWorker } from './support/catalogue.ts';
import { serveFiles, type Manner } from './support/file-server.ts';
import { idxBytes, ramp } from './support/idx-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const CONTENT = Buffer.from(ramp(300_000));
const quick = { retryMilliseconds: 1 };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function setUp(manner: (request: number) => Manner = () => 'well', served = CONTENT) {
  const folder = join(await temporaryFolder(), 'downloads');
  const server = await serveFiles({ '/data.bin': served }, manner);
  const file: OfficialFile = {
    name: 'data.bin',
    url: `${server.address}/data.bin`,
    bytes: CONTENT.length,
    sha256: sha256(CONTENT),
  };
  return { folder, server, file, files: () => readdir(folder), part: join(folder, 'data.bin.part') };
}

describe('a published file', () => {
  test('comes whole, is told of on the way, and is not fetched again', async () => {
    const { folder, server, file, files } = await setUp();
    const told: number[] = [];
    await downloadFile(file, folder, { onBytes: (bytes) => told.push(bytes) });
    expect(await readFile(join(folder, 'data.bin'))).toEqual(CONTENT);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect([told[0], told.at(-1)]).toEqual([0, CONTENT.length]);
    await downloadFile(file, folder);
    expect(server.requests).toEqual(['/data.bin']);
    expect(await files()).toEqual(['data.bin']);
  });

  test('goes on where an earlier download ended', async () => {
    const { folder, server, file, files, part } = await setUp();
    await mkdir(folder);
    await writeFile(part, CONTENT.subarray(0, 123_456));
    await downloadFile(file, folder);
    expect(server.requests).toEqual(['/data.bin bytes=123456-']);
    expect(await readFile(join(folder, 'data.bin'))).toEqual(CONTENT);
    expect(await files()).toEqual(['data.bin']);
  });

  test('goes on by itself where the server dies half-way, as long as something comes', async () => {
    const { folder, server, file } = await setUp((request) => (request < 5 ? 'dies half-way' : 'well'));
    await downloadFile(file, folder, quick);
    expect(await readFile(join(folder, 'data.bin'))).toEqual(CONTENT);
    expect(server.requests).toHaveLength(6);
    expect(server.requests.slice(1)).toEqual(server.requests.slice(1).filter((request) => /bytes=\d+-/.test(request)));
  });

  test('begins anew where the server gives whole files only', async () => {
    const { folder, file, part } = await setUp(() => 'whole files only');
    await mkdir(folder);
    await writeFile(part, CONTENT.subarray(0, 1000));
    await downloadFile(file, folder);
    expect(await readFile(join(folder, 'data.bin'))).toEqual(CONTENT);
  });

  test('begins anew where what was left behind is of another file', async () => {
    const { folder, server, file, part } = await setUp();
    await mkdir(folder);
    await writeFile(part, Buffer.alloc(1000, 1));
    await downloadFile(file, folder);
    expect(server.requests).toEqual(['/data.bin bytes=1000-', '/data.bin']);
    expect(await readFile(join(folder, 'data.bin'))).toEqual(CONTENT);
  });

  test('asks again where the server is busy, or says nothing any more', async () => {
    const manners: Manner[] = ['dies half-way', { status: 503 }, 'hangs'];
    const { folder, server, file } = await setUp((request) => manners[request] ?? 'well');
    // Long enough for a crowded machine: only the server that hangs is waited for.
    await downloadFile(file, folder, { ...quick, stallMilliseconds: 3000 });
    expect(await readFile(join(folder, 'data.bin'))).toEqual(CONTENT);
    expect(server.requests).toHaveLength(4);
  });
});

describe('what is refused, and leaves no file of that name', () => {
  test('a wrong checksum: nothing is kept', async () => {
    const { folder, file, files } = await setUp(() => 'well', Buffer.from(CONTENT).fill(9, 5, 6));
    await expect(downloadFile(file, folder)).rejects.toThrow(
      /data\.bin: is not the published file: its SHA-256 is [0-9a-f]{64} instead of [0-9a-f]{64}\. Nothing of it was kept/,
    );
    expect(await files()).toEqual([]);
  });

  test('another size, told before it is fetched', async () => {
    const { folder, file, files } = await setUp(() => 'well', CONTENT.subarray(0, 77));
    await expect(downloadFile(file, folder)).rejects.toThrow(/gives 77 bytes instead of the published 300000 bytes/);
    expect(await files()).toEqual([]);
  });

  test.each([
    [404, 1],
    [403, 1],
  ])('status %d, at once', async (status, requests) => {
    const { folder, server, file } = await setUp(() => ({ status }));
    await expect(downloadFile(file, folder, quick)).rejects.toThrow(`the server answers ${status}`);
    expect(server.requests).toHaveLength(requests);
  });

  test('a server that never comes back: what came is kept for the next time', async () => {
    const { folder, server, file, part } = await setUp((request) => (request === 0 ? 'dies half-way' : 'hangs'));
    await expect(downloadFile(file, folder, { ...quick, stallMilliseconds: 2000 })).rejects.toThrow(
      /cannot be reached, or breaks off \(nothing came any more\)/,
    );
    expect(server.requests).toHaveLength(5);
    expect((await readFile(part)).length).toBe(CONTENT.length / 2);
  });

  test('no server at all, at once', async () => {
    const { folder, file } = await setUp();
    await expect(downloadFile({ ...file, url: 'http://127.0.0.1:9/data.bin' }, folder)).rejects.toThrow(
      /cannot be reached.*(bad port|ECONNREFUSED)/,
    );
  });

  test('a file put there by hand that is another one', async () => {
    const { folder, file, server } = await setUp();
    await mkdir(folder);
    await writeFile(join(folder, 'data.bin'), Buffer.alloc(CONTENT.length));
    await expect(downloadFile(file, folder)).rejects.toThrow(
      /data\.bin: is not the published file: it has SHA-256 .* Delete it/,
    );
    expect(server.requests).toEqual([]);
  });

  test('a folder that cannot be written', async () => {
    const { file } = await setUp();
    const blocked = join(await temporaryFolder(), 'blocked');
    await writeFile(blocked, 'a file where the folder should be');
    await expect(downloadFile(file, blocked)).rejects.toThrow(/blocked: cannot be written/);
  });

  test('a cancelled download keeps what came, and the next one goes on from there', async () => {
    const { folder, server, file, files, part } = await setUp((request) => (request === 0 ? 'slowly' : 'well'));
    const cancelling = new AbortController();
    const onBytes = (bytes: number) => bytes > 20_000 && cancelling.abort();
    await expect(downloadFile(file, folder, { onBytes, signal: cancelling.signal })).rejects.toThrow(
      DownloadCancelledError,
    );
    expect(await files()).toEqual(['data.bin.part']);
    const kept = (await readFile(part)).length;
    expect(kept).toBeGreaterThan(20_000);
    await downloadFile(file, folder);
    expect(server.requests).toEqual(['/data.bin', `/data.bin bytes=${kept}-`]);
  });
});

/** Twenty images of KMNIST's shape to train on and ten to test, as its four files. */
function smallKmnist(): Record<string, Buffer> {
  const split = (count: number) => [
    idxBytes([count, 28, 28], ramp(count * 784)),
    idxBytes(
      [count],
      Uint8Array.from({ length: count }, (_, at) => at % 10),
    ),
  ];
  const [[trainImages, trainLabels], [testImages, testLabels]] = [split(20), split(10)];
  return {
    // Not compressed, so that it takes a while to come.
    'train-images-idx3-ubyte.gz': gzipSync(trainImages, { level: 0 }),
    'train-labels-idx1-ubyte.gz': gzipSync(trainLabels),
    't10k-images-idx3-ubyte.gz': gzipSync(testImages),
    't10k-labels-idx1-ubyte.gz': gzipSync(testLabels),
  };
}

/** A catalogue that knows a small KMNIST, served on this machine. */
async function openShop(manner?: (request: number) => Manner, changes: Record<string, Buffer> = {}) {
  const dataFolder = await temporaryFolder();
  const published = smallKmnist();
  const served = Object.entries({ ...published, ...changes });
  const server = await serveFiles(
    Object.fromEntries(served.map(([name, bytes]) => [`/kmnist/${name}`, bytes])),
    manner,
  );
  const officialFiles = Object.entries(published).map(([name, bytes]) => ({
    name,
    url: `http://127.0.0.1:9/${name}`,
    bytes: bytes.length,
    sha256: sha256(bytes),
  }));
  const known = knownDatasets('/nowhere').map((dataset) =>
    dataset.id === 'kmnist' ? { ...dataset, officialFiles, trainCount: 20, testCount: 10 } : dataset,
  );
  const open = (mirror: string | undefined = server.address) =>
    createDatasetCatalogue({ dataFolder, importWorker, known, mirror });
  return { dataFolder, downloads: join(dataFolder, 'downloads/kmnist'), published, server, open };
}

describe('a known dataset', () => {
  test('is fetched from its official files, told in bytes and images, and ready', async () => {
    const { open, downloads, server, published } = await openShop();
    const catalogue = open();
    expect((await catalogue.describe('kmnist')).state).toBe('missing');
    const told: ImportProgress[] = [];
    const description = await catalogue.download('kmnist', { onProgress: (progress) => told.push(progress) });
    expect(description).toMatchObject({
      state: 'ready',
      hint: null,
      title: 'Kuzushiji-MNIST',
      licence: 'CC BY-SA 4.0',
      source: expect.stringContaining('Classical Japanese Literature') as string,
      origin: downloads,
      trainCount: 20,
      classes: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
    });
    const total = Object.values(published).reduce((sum, { length }) => sum + length, 0);
    const inBytes = told.filter(({ unit }) => unit === 'bytes');
    expect(inBytes.at(-1)).toMatchObject({ text: 'Downloading Kuzushiji-MNIST', done: total, total });
    expect(told.at(-1)).toMatchObject({ unit: 'images', done: 30, total: 30 });
    expect([...(await catalogue.load('kmnist')).train.labels.subarray(0, 3)]).toEqual([0, 1, 2]);
    // What is ready is not asked for again.
    await catalogue.download('kmnist');
    expect(server.requests).toHaveLength(4);
  });

  test('is found where its files were put by hand, without a network, and prepared on first use', async () => {
    const { open, downloads, published, server } = await openShop();
    const catalogue = open('http://127.0.0.1:9');
    await mkdir(downloads, { recursive: true });
    for (const [name, bytes] of Object.entries(published)) await writeFile(join(downloads, name), bytes);
    expect(await catalogue.describe('kmnist')).toMatchObject({ state: 'available', hint: null });
    expect((await catalogue.load('kmnist')).train.count).toBe(20);
    expect((await catalogue.describe('kmnist')).state).toBe('ready');
    expect(server.requests).toEqual([]);
  });

  test('is refused where a file put there is another one of its size', async () => {
    const { open, downloads, published } = await openShop();
    await mkdir(downloads, { recursive: true });
    for (const [name, bytes] of Object.entries(published)) await writeFile(join(downloads, name), bytes);
    const changed = join(downloads, 't10k-labels-idx1-ubyte.gz');
    await writeFile(changed, Buffer.alloc(published['t10k-labels-idx1-ubyte.gz'].length));
    await expect(open().load('kmnist')).rejects.toThrow(`${changed}: is not the published file`);
    expect((await open().describe('kmnist')).state).toBe('available');
  });

  test('without a network says which file to put where, and is told so before', async () => {
    const { open, downloads } = await openShop();
    const catalogue = open('http://127.0.0.1:9');
    const files = 'train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and t10k-labels';
    const { hint, official } = await catalogue.describe('kmnist');
    expect(hint).toContain(`fetch ${files}`);
    expect(hint).toContain(`put them into ${downloads}`);
    expect(official?.folder).toBe(downloads);
    await expect(catalogue.download('kmnist')).rejects.toThrow(
      new RegExp(`cannot be reached.*fetch ${files}.* put them into ${downloads}`),
    );
    await expect(catalogue.load('kmnist')).rejects.toThrow(/Kuzushiji-MNIST is not on this machine.*put them into/);
  });

  test('cancelled half-way, and cut off, goes on with what is there', async () => {
    const { open, downloads, server } = await openShop((request) => (request === 0 ? 'slowly' : 'well'));
    const cancelling = new AbortController();
    const onProgress = ({ done }: ImportProgress) => done > 1000 && cancelling.abort();
    await expect(open().download('kmnist', { onProgress, signal: cancelling.signal })).rejects.toThrow(
      /cancelled\. What was fetched is kept/,
    );
    const [left] = await readdir(downloads);
    expect(left).toBe('train-images-idx3-ubyte.gz.part');
    await truncate(join(downloads, left), 100);
    expect((await open().download('kmnist')).state).toBe('ready');
    expect(server.requests[1]).toBe('/kmnist/train-images-idx3-ubyte.gz bytes=100-');
  });

  test('of another content than published is not imported', async () => {
    const other = Buffer.from(smallKmnist()['t10k-labels-idx1-ubyte.gz']);
    other[other.length - 1] ^= 1;
    const { open } = await openShop(undefined, { 't10k-labels-idx1-ubyte.gz': other });
    await expect(open().download('kmnist')).rejects.toThrow(/t10k-labels-idx1-ubyte\.gz: is not the published file/);
    expect((await open().describe('kmnist')).state).toBe('missing');
  });

  test('what is not known cannot be downloaded', async () => {
    const { open } = await openShop();
    await expect(open().download('nothing')).rejects.toThrow(/There is no dataset nothing/);
  });
});

test('every known dataset tells source, licence, and address, size and checksum of its files', async () => {
  const { open } = await openShop();
  const known = (await open(undefined).list()).filter(({ id }) => id !== 'mnist');
  expect(known.map(({ id }) => id)).toEqual(['mnist-full', 'fashion-mnist', 'kmnist', 'cifar-10', 'cifar-100']);
  for (const { source, licence, official, hint } of known) {
    expect(source).not.toBe('');
    expect(licence).not.toBe('');
    expect(hint).toContain(official?.folder);
    for (const { url, name, bytes, sha256: checksum } of official?.files ?? []) {
      expect(url).toMatch(new RegExp(`^https?://.*/${name}$`));
      expect(bytes).toBeGreaterThan(10);
      expect(checksum).toMatch(/^[0-9a-f]{64}$/);
    }
  }
});
