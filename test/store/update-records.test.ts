import Database from 'better-sqlite3';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunConfiguration, UpdateRecord } from '../../src-main/contract/index.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import type { Store } from '../../src-main/store/client.ts';
import { migrations, migrate } from '../../src-main/store/migrations/index.ts';
import { magnitudeClasses } from '../../src-main/topology/magnitude-classes.ts';
import { maskFromPositions } from '../../src-main/topology/mask.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';
import { requireConfiguration } from '../support/methods.ts';

const list = (...positions: number[]) => Float64Array.from(positions);
const note = (threshold: number, ...weights: number[]): UpdateRecord => ({
  lossBefore: 1,
  lossAfter: 1.5,
  layers: [{ dropThreshold: threshold, gradientNorm: 2, magnitudes: magnitudeClasses(Float32Array.from(weights)) }],
});

/** 2 x 3: {0, 1, 4}, then {0, 2, 4}, then {1, 2, 4}. */
async function write(store: Store, updates = [1, 2]): Promise<void> {
  const changes = [
    { dropped: list(1), grown: list(2) },
    { dropped: list(0), grown: list(1) },
  ];
  for (const update of updates) {
    await store.write.appendMaskUpdate('aaaa', {
      update,
      step: update * 10,
      rs: 0.5,
      layers: [{ layer: 0, ...structuredClone(changes[update - 1]) }],
      record: note(update / 10, 1, 0.5, 0.25),
    });
  }
}

async function begin(folder: string, change: Partial<RunConfiguration> = {}): Promise<Store> {
  const store = await openTestStore(folder);
  await store.write.createRuns([newRun('aaaa', { configuration: requireConfiguration(change) })]);
  await store.write.startMasks('aaaa', [
    { name: 'fc1', inputShape: null, mask: maskFromPositions(2, 3, list(0, 1, 4)) },
  ]);
  return store;
}

describe('records of mask updates', () => {
  it('come back as measures, ages taken from the stored history', async () => {
    const store = await begin(temporaryFolder());
    await write(store);
    await store.write.noteAftermath('aaaa', { update: 1, gradientNorms: [3] });
    await store.write.noteAftermath('aaaa', { update: 1, recoverySteps: 7 });
    const jump = await store.read.measure('aaaa', 'loss-jump', {});
    expect(jump.total?.columns).toMatchObject({ update: [1, 2], jump: [0.5, 0.5], recoverySteps: [7, Number.NaN] });
    const norm = await store.read.measure('aaaa', 'gradient-norm', {});
    expect(norm.layers[0].columns).toEqual({ update: [1, 2], before: [2, 2], after: [3, Number.NaN] });
    // Before update 2, {0, 2, 4} weighed 1, 0.5 and 0.25; 2 was born at update 1, the others at the start.
    const weights = await store.read.measure('aaaa', 'weights-by-age', { layer: 0 });
    expect(weights.layers[0].columns).toMatchObject({ 'age 1': [0, 0, 1, 0, 0], 'age 2': [1, 0, 0, 0, 1] });
  });

  it('are the same after a restart in between, and those rewound are gone', async () => {
    const folder = temporaryFolder();
    const store = await begin(folder);
    await write(store);
    const whole = await store.read.measure('aaaa', 'weights-by-age', {});
    await store.write.rewind('aaaa', 10);
    expect((await store.read.measure('aaaa', 'drop-threshold', {})).layers[0].columns.threshold).toEqual([0.1]);
    await store.close();
    const later = await openTestStore(folder);
    // Of an update that was rewound and is not there yet, nothing is kept.
    await later.write.noteAftermath('aaaa', { update: 2, recoverySteps: 3 });
    await write(later, [2]);
    expect(await later.read.measure('aaaa', 'weights-by-age', {})).toEqual(whole);
    const { total } = await later.read.measure('aaaa', 'loss-jump', {});
    expect(total?.columns.recoverySteps).toEqual([Number.NaN, Number.NaN]);
  });

  it.each([
    ['zero', {}, 2],
    ['what it had', { growthInitialisation: 'kept' }, 1],
    ['what it had, as in the reference code', { fidelity: 'reference' }, 1],
  ] as const)('a weight regrown at once from %s: how many lives began at the update', async (_, change, born) => {
    const store = await begin(temporaryFolder(), change);
    const record = () => note(0.1, 1, 0.5, 0.25);
    // {0, 1, 4}: 2 comes for 1; 4 is dropped and regrown.
    const layers = [{ layer: 0, dropped: list(1, 4), grown: list(2, 4) }];
    await store.write.appendMaskUpdate('aaaa', { update: 1, step: 10, rs: 0.5, layers, record: record() });
    const ages = await store.read.measure('aaaa', 'ages', { update: 1 });
    expect(ages.layers[0].columns.weights).toEqual([born, 3 - born]);

    const byAge = async () => {
      await store.write.appendMaskUpdate('aaaa', { update: 2, step: 20, rs: 0.5, layers: [], record: record() });
      const { columns } = (await store.read.measure('aaaa', 'weights-by-age', {})).layers[0];
      return ['age 1', 'age 2'].map((age) => columns[age].reduce((sum, count) => sum + count, 0));
    };
    expect(await byAge()).toEqual([born, 3 - born]);
    // Built anew from what is stored.
    await store.write.rewind('aaaa', 10);
    expect(await byAge()).toEqual([born, 3 - born]);
  });

  it('a database of data version 20 opens, and says that its runs have none', async () => {
    const folder = temporaryFolder();
    const old = new Database(databaseFile(folder));
    migrate(
      old,
      migrations.filter(({ version }) => version <= 20),
    );
    // What tells an Espalier's database from another program's.
    old.pragma('application_id = 0x45737061');
    old.close();
    const store = await begin(folder);
    await store.write.appendMaskUpdate('aaaa', { update: 1, step: 10, rs: 0.5, layers: [] });
    await expect(store.read.measure('aaaa', 'loss-jump', {})).rejects.toThrow(/recorded since data version 30/);
    await expect(store.read.measure('aaaa', 'turnover', {})).resolves.toBeDefined();
  });

  it('change the checksum of each part once an update, and once an aftermath, however many layers there are', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await store.write.createRuns([newRun('aaaa')]);
    const layers = ['fc1', 'fc2', 'fc3'];
    await store.write.startMasks(
      'aaaa',
      layers.map((name) => ({ name, inputShape: null, mask: maskFromPositions(2, 3, list(0, 1, 4)) })),
    );
    const database = new Database(databaseFile(folder));
    onTestFinished(() => void database.close());
    database.exec(`
      CREATE TABLE changed (part TEXT);
      CREATE TRIGGER note_change AFTER UPDATE ON checksums BEGIN INSERT INTO changed VALUES (new.part); END`);
    const changes = (): unknown => {
      const parts = database.prepare<[], string>('SELECT part FROM changed ORDER BY part').pluck().all();
      database.exec('DELETE FROM changed');
      return parts;
    };
    const change = { dropped: list(1), grown: list(2) };
    const record = note(0.1, 1, 0.5, 0.25);
    for (let update = 1; update <= 16; update++) {
      const isFirst = update === 1;
      await store.write.appendMaskUpdate('aaaa', {
        ...{ update, step: update * 10, rs: 0.5 },
        layers: isFirst ? layers.map((_, layer) => ({ layer, ...structuredClone(change) })) : [],
        record: { ...record, layers: layers.map(() => structuredClone(record.layers[0])) },
      });
      // The last of them has key frames.
      expect(changes()).toEqual(['masks', 'records']);
    }
    await store.write.noteAftermath('aaaa', { update: 1, gradientNorms: [1, 2, 3] });
    expect(changes()).toEqual(['records']);
    const points = (step: number) => ['loss', 'accuracy', 'rs'].map((metric) => ({ metric, step, value: step }));
    await store.write.appendBatches([{ runId: 'aaaa', points: points(1), lines: [] }]);
    await store.write.appendBatches([{ runId: 'aaaa', points: [...points(1), ...points(2)], lines: [] }]);
    expect(changes()).toEqual(['series', 'series']);
    expect((await store.read.verifyRun('aaaa')).damage).toEqual([]);
  });

  it('refuse a layer that is not there', async () => {
    const store = await begin(temporaryFolder());
    await write(store);
    await expect(store.read.measure('aaaa', 'gradient-norm', { layer: 4 })).rejects.toThrow('its layers are 0 (fc1)');
  });

  it.each([
    ['a bomb', deflateRawSync(new Uint8Array(2 ** 22))],
    ['too short', deflateRawSync(Uint8Array.of(1, 2, 3))],
    ['counts of more than 32 bits', deflateRawSync(new Uint8Array(2000).fill(255))],
    ['not deflated', Buffer.from('a text')],
  ])('refuse a histogram that is %s, and say whose it is', async (_, histogram) => {
    const folder = temporaryFolder();
    const store = await begin(folder);
    await write(store);
    await store.close();
    const database = new Database(databaseFile(folder));
    database.prepare('UPDATE update_layer_records SET histogram = ? WHERE at = 2').run(histogram);
    database.close();
    const again = await openTestStore(folder, 'read');
    await expect(again.read.measure('aaaa', 'weights-by-age', {})).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining('layer 0 (fc1) at update 2 of run aaaa') as string,
    });
  });
});
