import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src-main/store/client.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import { maskFromPositions } from '../../src-main/topology/mask.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';

const list = (...positions: number[]) => Float64Array.from(positions);
const UPDATES = 20;

/** One weight of the first layer moves to the next position at every update; the second layer stays as it is. */
async function write(store: Store, from = 1, to = UPDATES): Promise<void> {
  for (let update = from; update <= to; update++) {
    await store.write.appendMaskUpdate('aaaa', {
      update,
      step: update * 10,
      rs: update / 100,
      layers: [{ layer: 0, dropped: list(update - 1), grown: list(update) }],
    });
  }
}

async function folderWithRun(): Promise<string> {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  await store.write.createRuns([newRun('aaaa')]);
  await store.write.startMasks('aaaa', [
    { name: 'fc1', inputShape: null, mask: maskFromPositions(6, 6, list(0, 33, 35)) },
    { name: 'fc2', inputShape: null, mask: maskFromPositions(2, 2, list(0, 3)) },
  ]);
  await write(store);
  await store.close();
  return folder;
}

function execute(folder: string, sql: string): void {
  const database = new Database(databaseFile(folder));
  database.exec(sql);
  database.close();
}

const reads = {
  timeline: (store: Store) => store.read.maskTimeline('aaaa'),
  view: (store: Store) => store.read.maskView('aaaa', 0, UPDATES),
  measure: (store: Store) => store.read.measure('aaaa', 'turnover', {}),
};
type ReadName = keyof typeof reads;
const masks: ReadName[] = ['view', 'measure'];
const all: ReadName[] = ['timeline', 'view', 'measure'];

/** What is done to the database, how it is named, and which reads meet it. */
const CASES: [sql: string, message: RegExp, met: ReadName[]][] = [
  [`DELETE FROM mask_frames WHERE at = 18 AND kind = 'update'`, /run aaaa .*layer 0 \(fc1\) lacks update 18/, masks],
  [`DELETE FROM mask_frames WHERE at = 20`, /layer 0 \(fc1\) lacks update 20/, masks],
  [`DELETE FROM mask_frames WHERE kind = 'key' AND layer = 0`, /layer 0 \(fc1\) lacks its key frame/, masks],
  [`DELETE FROM mask_updates WHERE at = 18`, /run aaaa .*20 of the updates 0 to 20/, all],
  [`DELETE FROM mask_updates WHERE at = 20`, /lacks update 20/, all],
  [`DELETE FROM mask_updates`, /lacks its updates/, all],
  [`DELETE FROM mask_layers`, /lacks its updates or its layers/, all],
  [`UPDATE mask_updates SET step = 5 WHERE at = 18`, /list of updates at update 18 does not follow/, ['timeline']],
  [`UPDATE mask_frames SET active = 4 WHERE at = 18`, /fc1\) at update 18 does not follow/, masks],
  [`UPDATE mask_frames SET revived = x'01' WHERE at = 18`, /fc1\) at update 18 does not follow/, masks],
  [`DELETE FROM mask_chains WHERE at = 18 AND layer = 0`, /lacks the checksum of update 18/, masks],
  [
    `UPDATE mask_frames SET frame = (SELECT frame FROM mask_frames WHERE at = 17 AND layer = 0) WHERE at = 18`,
    /fc1\) at update 18 does not follow/,
    masks,
  ],
  [`UPDATE mask_layers SET name = 'fc9' WHERE layer = 0`, /fc9\) at update 0 does not follow/, ['measure']],
];

describe('a mask history that is not what was stored', () => {
  it.each(CASES)('is refused after %s', async (sql, message, met) => {
    const folder = await folderWithRun();
    execute(folder, sql);
    const store = await openTestStore(folder, 'read');
    for (const name of met) {
      await expect(reads[name](store), name).rejects.toMatchObject({ kind: 'damaged' });
      await expect(reads[name](store), name).rejects.toThrow(message);
    }
  });

  it('is not gone on with', async () => {
    const folder = await folderWithRun();
    execute(folder, `DELETE FROM mask_frames WHERE at = 9`);
    const store = await openTestStore(folder);
    await expect(write(store, UPDATES + 1, UPDATES + 1)).rejects.toThrow(/lacks update 9/);
  });

  it('of before there were checksums stays as it was, and gets them from its next update on', async () => {
    const folder = await folderWithRun();
    execute(folder, `DELETE FROM mask_chains; UPDATE mask_layers SET chained_from = NULL`);
    const before = await openTestStore(folder);
    const turnover = await before.read.measure('aaaa', 'turnover', {});
    expect((await before.read.maskView('aaaa', 0, 9)).positions).toEqual(list(8, 9, 33, 35));
    await write(before, UPDATES + 1, UPDATES + 3);
    expect((await before.read.maskView('aaaa', 0, 23)).counts.kept).toBe(2);
    await before.write.rewind('aaaa', UPDATES * 10);
    expect(await before.read.measure('aaaa', 'turnover', {})).toEqual(turnover);
    await write(before, UPDATES + 1, UPDATES + 3);
    await before.close();
    execute(folder, `DELETE FROM mask_frames WHERE at = 22`);
    const store = await openTestStore(folder, 'read');
    await expect(reads.measure(store)).rejects.toThrow(/lacks update 22/);
    await expect(store.read.maskView('aaaa', 0, 9)).resolves.toBeDefined();
  });
});
