import Database from 'better-sqlite3';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Positions, UpdateRecord } from '../../src-main/contract/index.ts';
import { openStore, type Store } from '../../src-main/store/client.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import { maskFromPositions } from '../../src-main/topology/mask.ts';
import { magnitudeClasses } from '../../src-main/topology/magnitude-classes.ts';
import { emptyWindow } from '../../src-main/training/starting-point.ts';
import { encodeCheckpoint } from '../../src-main/training/checkpoint.ts';
import { newRun, openTestStore, storeWorkerUrl, temporaryFolder } from './support/store.ts';

const list = (...positions: number[]): Positions => Float64Array.from(positions);
const UPDATES = 20;
const STEPS = 3000;
const shape = { outputs: 6, inputs: 6 };

const record = (): UpdateRecord => ({
  lossBefore: 1,
  lossAfter: 1.5,
  layers: [{ dropThreshold: 0.1, gradientNorm: 2, magnitudes: magnitudeClasses(Float32Array.of(1, 0.5, 0.25)) }],
});

function checkpointAt(step: number): Uint8Array {
  const mask = maskFromPositions(6, 6, list(20, 33, 35));
  const floats = (...values: number[]): Float32Array => Float32Array.from(values);
  return encodeCheckpoint({
    progress: { step, updates: UPDATES, seconds: 1, best: null, window: emptyWindow() },
    state: {
      layers: [{ mask, weights: floats(1, 2, 3), momenta: floats(0, 0, 0), biases: floats(1), biasMomenta: floats(0) }],
      norms: [],
    },
    explored: [list(20, 33, 35)],
    dense: null,
  });
}

async function write(store: Store): Promise<void> {
  await store.write.createRuns([newRun('aaaa'), newRun('bbbb')]);
  await store.write.changeSettings({ concurrency: 2 });
  await store.write.startMasks('aaaa', [
    { name: 'fc1', inputShape: null, mask: maskFromPositions(shape.outputs, shape.inputs, list(0, 33, 35)) },
  ]);
  for (let update = 1; update <= UPDATES; update++) {
    const layers = [{ layer: 0, dropped: list(update - 1), grown: list(update) }];
    await store.write.appendMaskUpdate('aaaa', {
      update,
      step: update * 10,
      rs: update / 100,
      layers,
      record: record(),
    });
  }
  await store.write.noteAftermath('aaaa', { update: 7, gradientNorms: [3], recoverySteps: 4 });
  for (const metric of ['loss', 'accuracy']) {
    const points = Array.from({ length: STEPS }, (_, step) => ({ metric, step, value: Math.sin(step) }));
    await store.write.appendBatches([
      { runId: 'aaaa', points, lines: [{ at: 1, level: 'info', text: `${metric} was written` }] },
    ]);
  }
  const position = { epoch: 1, seconds: 1, updates: UPDATES, rs: 0.2, best: null };
  for (const step of [1000, 2000]) await store.write.saveCheckpoint('aaaa', { ...position, step }, checkpointAt(step));
  await store.write.changeRuns(['aaaa'], { status: 'interrupted', activeWeights: 3 });
}

/** Written once, for all. */
let written = '';
beforeAll(async () => {
  written = mkdtempSync(join(tmpdir(), 'espalier-test-'));
  const store = await openStore({ workerUrl: storeWorkerUrl, folder: written, access: 'write' });
  await write(store);
  await store.close();
});
afterAll(() => rmSync(written, { recursive: true, force: true }));

function folderWithRun(): string {
  const folder = temporaryFolder();
  cpSync(written, folder, { recursive: true });
  return folder;
}

function execute(folder: string, sql: string): void {
  const database = new Database(databaseFile(folder));
  database.pragma('foreign_keys = OFF');
  database.exec(sql);
  database.close();
}

const loss = `(SELECT id FROM metrics WHERE name = 'loss')`;
const tail = ['mask_updates', 'mask_frames', 'mask_chains', 'update_records', 'update_layer_records']
  .map((table) => `DELETE FROM ${table} WHERE at = 20`)
  .join(';');

/** What another program does to the database, and what is said of the run. */
const CASES: [sql: string, damage: RegExp][] = [
  [
    `DELETE FROM points WHERE metric = ${loss} AND step = 100`,
    /^series: loss: it has 2,999 points where 3,000 points were stored at steps 64 to 127/,
  ],
  [
    `UPDATE points SET value = value + 1 WHERE metric = ${loss} AND step = 100`,
    /^series: loss: its points are not those that were stored at steps 64 to 127/,
  ],
  [
    `UPDATE points SET value = NULL, flag = 1 WHERE step = 100`,
    /^series: accuracy: its points are not those .*\nseries: loss: its points/,
  ],
  [
    `UPDATE points SET step = step + 90000 WHERE metric = ${loss} AND step > 2990`,
    /2,991 points where 3,000 points were stored/,
  ],
  [
    `INSERT INTO points VALUES (1, ${loss}, 5000, 1, 0)`,
    /^series: loss: there are points after its last step 2999, the first at 5000/,
  ],
  [
    `DELETE FROM points WHERE metric = ${loss}; DELETE FROM series_pyramid WHERE metric = ${loss}; DELETE FROM series_summaries WHERE metric = ${loss}`,
    /^series: it has 1 row where 2 rows were stored/,
  ],
  [
    `DELETE FROM series_summaries WHERE metric = ${loss}`,
    /series: a series \(number 1\) has points but lacks its summary/,
  ],
  [
    `UPDATE series_pyramid SET least = -9 WHERE level = 1 AND bucket = 0 AND metric = ${loss}`,
    /^series: loss: what its charts are drawn from differs from its points at steps 0 to 2047; the points are as they were stored$/,
  ],
  [
    `DELETE FROM series_pyramid WHERE level = 0 AND bucket = 3 AND metric = ${loss}`,
    /charts are drawn from differs from its points at steps 192 to 255/,
  ],
  [
    `UPDATE series_summaries SET most = 7 WHERE metric = ${loss}`,
    /series: its content is not what was stored.*\nseries: loss: its summary/,
  ],
  [`UPDATE metrics SET name = 'lass' WHERE name = 'loss'`, /^series: its content is not what was stored/],
  [
    `DELETE FROM update_records WHERE at = 7`,
    /^records: it has 39 rows where 40 rows were stored\nrecords: .* run aaaa are damaged: that of update 7 is missing/,
  ],
  [`DELETE FROM update_layer_records WHERE at = 7`, /that of update 7 of layer 0 \(fc1\) is missing/],
  [
    `DELETE FROM update_records WHERE at = 20; DELETE FROM update_layer_records WHERE at = 20`,
    /^records: it has 38 rows where 40 rows were stored$/,
  ],
  [`UPDATE update_layer_records SET gradient_after = 9 WHERE at = 7`, /^records: its content is not what was stored/],
  [`DELETE FROM mask_frames WHERE at = 18`, /^masks: .* lacks update 18\.$/],
  [`DELETE FROM mask_frames WHERE at = 16 AND kind = 'key'`, /^masks: .* lacks its key frame at update 16\.$/],
  [`DELETE FROM mask_updates WHERE at = 18`, /^masks: .* 20 of the updates 0 to 20\.$/],
  [
    `DELETE FROM mask_chains; UPDATE mask_layers SET chained_from = NULL`,
    /^masks: it has 1 row where 44 rows were stored$/,
  ],
  [tail, /^masks: it has 42 rows where 44 rows were stored\nrecords: it has 38 rows where 40 rows were stored$/],
  [`UPDATE runs SET test_accuracy = 0.99`, /^run: its content is not what was stored/],
  [`UPDATE runs SET plan = '{'`, /^run: its content .*\nrun: What is stored of run aaaa cannot be read: /],
  [`UPDATE log_lines SET text = 'nothing was written' WHERE id = 1`, /^log: its content is not what was stored/],
  [`DELETE FROM log_lines WHERE id = 2`, /^log: it has 1 row where 2 rows were stored$/],
  [
    `UPDATE checkpoints SET step = 2001 WHERE generation = 0`,
    /^checkpoints: its content .*\ncheckpoints: the checkpoint at epoch 1 \(step 2001\) holds step 2000$/,
  ],
  [`DELETE FROM checkpoints WHERE generation = 1`, /^checkpoints: it has 1 row where 2 rows were stored$/],
  [`DELETE FROM checksums WHERE part = 'log'`, /^log: its checksum is missing$/],
  [`UPDATE checksums SET sum = sum + 1 WHERE run = 1 AND part = 'log'`, /^log: its content is not what was stored/],
];

const verifyRun = async (folder: string) => {
  const store = await openTestStore(folder, 'read');
  const found = await store.read.verifyRun('aaaa');
  return { ...found, text: found.damage.map(({ part, text }) => `${part}: ${text}`).join('\n') };
};

describe('the verification of a run', () => {
  it('finds nothing in what was stored, also after it went back and on, and its digest tells runs apart', async () => {
    const folder = folderWithRun();
    const first = await verifyRun(folder);
    expect(first).toMatchObject({
      damage: [],
      unchecked: [],
      remedy: null,
      digest: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    });
    const store = await openTestStore(folder);
    await store.write.rewind('aaaa', 105);
    expect((await store.read.verifyRun('aaaa')).damage).toEqual([]);
    await store.write.appendBatches([{ runId: 'aaaa', points: [{ metric: 'loss', step: 106, value: 4 }], lines: [] }]);
    const layers = [{ layer: 0, dropped: list(10), grown: list(11) }];
    await store.write.appendMaskUpdate('aaaa', { update: 11, step: 110, rs: 0.2, layers, record: record() });
    const again = await store.read.verifyRun('aaaa');
    expect([again.damage, again.unchecked]).toEqual([[], []]);
    expect(again.digest).not.toBe(first.digest);
    await store.write.rewind('aaaa', -1);
    expect((await store.read.verifyRun('aaaa')).damage).toEqual([]);
    expect((await store.read.verifyRun('bbbb')).damage).toEqual([]);
    expect((await store.read.verifyFolder()).damage).toEqual([]);
  });

  it.each(CASES)('reports %s', async (sql, damage) => {
    const folder = folderWithRun();
    execute(folder, sql);
    const { text, remedy } = await verifyRun(folder);
    expect(text).toMatch(damage);
    expect(remedy?.advice).toMatch(/`resume ID` goes on from step [12]000|train the run again/);
  });

  it.each([
    [
      'series',
      (store: Store) => store.read.series({ runIds: ['aaaa'], metric: 'loss' }),
      `DELETE FROM points WHERE step = 9`,
    ],
    [
      'records',
      (store: Store) => store.read.measure('aaaa', 'loss-jump', {}),
      `DELETE FROM update_records WHERE at = 9`,
    ],
    [
      'layer records',
      (store: Store) => store.read.measure('aaaa', 'drop-threshold', {}),
      `DELETE FROM update_layer_records WHERE at = 9`,
    ],
    ['masks', (store: Store) => store.read.measure('aaaa', 'turnover', {}), `DELETE FROM mask_frames WHERE at = 9`],
  ])('is not needed to refuse %s with a row missing', async (_, read, sql) => {
    const folder = folderWithRun();
    execute(folder, sql);
    await expect(read(await openTestStore(folder, 'read'))).rejects.toMatchObject({ kind: 'damaged' });
  });

  it.each([
    ['changed', (file: string) => writeFileSync(file, readFileSync(file).fill(7, 100, 110)), /is damaged/],
    ['gone', (file: string) => rmSync(file), /is not there/],
  ])('says which checkpoint is %s, and that the other is still good', async (_, harm, damage) => {
    const folder = folderWithRun();
    const names = readdirSync(join(folder, 'checkpoints'));
    const database = new Database(databaseFile(folder), { readonly: true });
    const hash = database.prepare<[], string>('SELECT hash FROM checkpoints WHERE generation = 0').pluck().get();
    database.close();
    expect(names).toHaveLength(2);
    harm(join(folder, 'checkpoints', `${hash}.checkpoint`));
    const { text, sound, remedy } = await verifyRun(folder);
    expect(text).toMatch(/^checkpoints: the checkpoint at epoch 1 \(step 2000\)/);
    expect(text).toMatch(damage);
    expect(sound).toEqual(['run', 'series', 'masks', 'records', 'log']);
    expect(remedy).toEqual({
      usable: 'its settings and results, its series, its masks, the records of its mask updates, its log',
      advice: '`resume ID` goes on from step 1000 and makes anew what follows it.',
    });
  });

  it('says what was stored before there were checksums, and vouches for what comes after', async () => {
    const folder = folderWithRun();
    // As the migration leaves what it finds.
    execute(folder, 'DELETE FROM checksums; UPDATE series_summaries SET sum = NULL');
    const old = await verifyRun(folder);
    expect([old.damage, old.digest]).toEqual([[], null]);
    expect(old.unchecked.map(({ part }) => part)).toEqual(['run', 'series', 'masks', 'records', 'log', 'checkpoints']);
    expect(old.unchecked[0].text).toBe('what was stored before data version 110 has no checksum');

    const store = await openTestStore(folder);
    await store.write.appendBatches([
      {
        runId: 'aaaa',
        points: [{ metric: 'loss', step: STEPS, value: 1 }],
        lines: [{ at: 2, level: 'info', text: 'on' }],
      },
    ]);
    await store.close();
    const later = await verifyRun(folder);
    expect(later.damage).toEqual([]);
    expect(later.unchecked.find(({ part }) => part === 'log')?.text).toMatch(
      /^what was stored before 20\d\d-.* had no checksum until then$/,
    );
    execute(folder, `UPDATE log_lines SET text = 'off' WHERE text = 'on'; DELETE FROM points WHERE step = ${STEPS}`);
    expect((await verifyRun(folder)).text).toMatch(
      /^log: its content is not[^]*\nseries: loss: it has 3,000 points where 3,001/m,
    );
  });
});

describe('the verification of a data folder', () => {
  it.each([
    [`DELETE FROM runs WHERE id = 'bbbb'`, /^runs: it has 1 row where 2 rows were stored$/],
    [`UPDATE runs SET id = 'cccc' WHERE id = 'bbbb'`, /^runs: its content is not what was stored/],
    [`UPDATE settings SET value = '3'`, /^settings: its content is not what was stored/],
    [
      `INSERT INTO studies VALUES (1, 's', 'Study', '{', 0)`,
      /^studies: it has 1 row where 0 rows were stored\nstudies: /,
    ],
  ])('reports %s', async (sql, damage) => {
    const folder = folderWithRun();
    execute(folder, sql);
    const { damage: found } = await (await openTestStore(folder, 'read')).read.verifyFolder();
    expect(found.map(({ part, text }) => `${part}: ${text}`).join('\n')).toMatch(damage);
  });
});
