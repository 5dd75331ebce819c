import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src-main/store/client.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';

const position = { step: 10, epoch: 1, seconds: 3, updates: 0, rs: 0.1, best: null };
const points = (step: number) => [{ runId: 'aaaa', points: [{ metric: 'loss', step, value: step }], lines: [] }];

/** A store of one run, and its folder beside an empty folder to move it to. */
async function openOne(): Promise<{ store: Store; folder: string; elsewhere: string; news: (string | null)[] }> {
  const parent = temporaryFolder();
  const folder = join(parent, 'data');
  const store = await openTestStore(folder);
  await store.write.createRuns([newRun('aaaa')]);
  await store.write.appendBatches(points(1));
  const news: (string | null)[] = [];
  store.onFolder((problem) => news.push(problem));
  return { store, folder, elsewhere: join(parent, 'elsewhere'), news };
}

const steps = async (store: Store): Promise<number[]> => [
  ...(await store.read.series({ runIds: ['aaaa'], metric: 'loss' }))[0].steps,
];

describe('a data folder that is moved while it is open', () => {
  it('is told of, and made anew by nobody; what was recorded meanwhile is written when it is back', async () => {
    const { store, folder, elsewhere, news } = await openOne();
    renameSync(folder, elsewhere);
    const written = [
      store.write.appendBatches(points(2)),
      store.write.saveCheckpoint('aaaa', position, new Uint8Array([1, 2, 3])),
      store.write.changeRuns(['aaaa'], { status: 'interrupted' }),
    ];
    let settled = 0;
    for (const write of written) void write.then(() => settled++);
    // A heartbeat tells nothing that would have to wait.
    await store.write.heartbeat([], Date.now());
    await expect(store.write.createRuns([newRun('bbbb')])).rejects.toMatchObject({ kind: 'folder-gone' });
    expect(news).toEqual([expect.stringContaining(`The data folder ${folder} was moved or removed`)]);
    expect(await steps(store)).toEqual([1]);
    expect([settled, existsSync(folder)]).toEqual([0, false]);

    renameSync(elsewhere, folder);
    await Promise.all(written);
    expect(news).toEqual([expect.any(String), null]);
    expect(await steps(store)).toEqual([1, 2]);
    expect((await store.read.checkpoint('aaaa'))?.bytes).toEqual(new Uint8Array([1, 2, 3]));
    await store.close();
    expect((await (await openTestStore(folder)).read.runs())[0].status).toBe('interrupted');
  });

  it('and not put back is said when the store closes, with what is lost; where it is now, nothing is amiss', async () => {
    const { store, folder, elsewhere } = await openOne();
    await store.write.saveCheckpoint('aaaa', position, new Uint8Array([1, 2, 3]));
    renameSync(folder, elsewhere);
    const lost = Promise.allSettled([
      store.write.appendBatches(points(2)),
      store.write.saveCheckpoint('aaaa', { ...position, step: 20 }, new Uint8Array([4])),
    ]);
    await expect(store.close()).rejects.toMatchObject({
      kind: 'folder-gone',
      message: expect.stringMatching(
        /not stored, and lost, are 1 point, 1 checkpoint of run aaaa\b.*resume ID/,
      ) as string,
    });
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(existsSync(folder)).toBe(false);

    const there = await openTestStore(elsewhere);
    expect(await steps(there)).toEqual([1]);
    expect(await there.read.checkpoint('aaaa')).toMatchObject({ step: 10, unreadable: null });
  });

  it('is no longer waited for once it was abandoned', async () => {
    const { store, folder, elsewhere } = await openOne();
    renameSync(folder, elsewhere);
    const waiting = store.write.appendBatches(points(2));
    const refused = expect(waiting).rejects.toMatchObject({ kind: 'folder-gone' });
    await store.abandon();
    await refused;
    await expect(store.write.appendBatches(points(3))).rejects.toMatchObject({ kind: 'folder-gone' });
  });

  it('and replaced by another one leaves that alone', async () => {
    const { store, folder, elsewhere, news } = await openOne();
    renameSync(folder, elsewhere);
    const other = await openTestStore(folder);
    await other.write.createRuns([newRun('cccc')]);
    await other.close();
    const before = readFileSync(databaseFile(folder));
    const waiting = store.write.saveCheckpoint('aaaa', position, new Uint8Array([1]));
    await store.write.heartbeat([], Date.now());
    expect(news).toEqual([expect.stringContaining('Put it back')]);
    expect(existsSync(join(folder, 'checkpoints'))).toBe(false);
    const again = await openTestStore(folder);
    const lost = expect(waiting).rejects.toMatchObject({ kind: 'folder-gone' });
    await expect(store.close()).rejects.toMatchObject({ kind: 'folder-gone' });
    await lost;
    // Its holder is still named beside it.
    expect(existsSync(join(folder, 'lock.json'))).toBe(true);
    await again.close();
    expect(readFileSync(databaseFile(folder)).equals(before)).toBe(true);
  });

  it('and then removed is told at once: what it held cannot come back', async () => {
    const { store, folder } = await openOne();
    rmSync(folder, { recursive: true });
    await expect(store.write.appendBatches(points(2))).rejects.toThrow('was removed while it was in use');
    await expect(store.close()).rejects.toThrow(/lost, are 1 point of run aaaa/);
    expect(existsSync(folder)).toBe(false);
  });

  it('and removed after it was missed is told too', async () => {
    const { store, folder, elsewhere, news } = await openOne();
    renameSync(folder, elsewhere);
    const waiting = store.write.appendBatches(points(2));
    const refused = expect(waiting).rejects.toThrow('was removed while it was in use');
    await store.write.heartbeat([], Date.now());
    rmSync(elsewhere, { recursive: true });
    await refused;
    expect(news.at(-1)).toContain('was removed');
  });

  it('loses nothing where only its checkpoints’ folder was missing', async () => {
    const { store, folder } = await openOne();
    await store.write.saveCheckpoint('aaaa', position, new Uint8Array([1]));
    rmSync(join(folder, 'checkpoints'), { recursive: true });
    await store.write.saveCheckpoint('aaaa', { ...position, step: 20 }, new Uint8Array([2]));
    expect(readdirSync(join(folder, 'checkpoints'))).toHaveLength(1);
    expect(await store.read.checkpoint('aaaa')).toMatchObject({ step: 20 });
  });
});
