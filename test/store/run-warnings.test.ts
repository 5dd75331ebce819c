import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { databaseFile } from '../../src-main/store/database.ts';
import { migrate, migrations } from '../../src-main/store/migrations/index.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';

/** [id, status, final test loss and its flag, points that were not finite of the training loss] */
const OLD_RUNS: [string, string, number | null, number | null, number][] = [
  ['good', 'finished', 0.5, 0, 0],
  ['testnan', 'finished', null, 1, 0],
  ['older', 'finished', null, null, 0],
  ['trainnan', 'finished', 0.5, 0, 3],
  ['cancelled', 'cancelled', null, 2, 3],
  ['interrupted', 'interrupted', null, null, 3],
];

describe('a database of data version 50', () => {
  it('opens, and says which of its runs have diverged and what their masks hold', async () => {
    const folder = temporaryFolder();
    const old = new Database(databaseFile(folder));
    migrate(
      old,
      migrations.filter(({ version }) => version <= 50),
    );
    old.pragma('application_id = 0x45737061');
    old.exec(`INSERT INTO metrics VALUES (1, 'train/loss')`);
    const run = old.prepare(`INSERT INTO runs (key, id, name, status, colour, configuration, plan, engine, threads,
      created_at, test_accuracy, test_loss, test_loss_flag)
      VALUES (?, ?, ?, ?, ?, ?, ?, 'cpu', 1, 0, ?, ?, ?)`);
    const { configuration, plan } = newRun('any');
    OLD_RUNS.forEach(([id, status, loss, flag, nonfinite], key) => {
      const accuracy = status === 'interrupted' ? null : 0.1;
      run.run(key, id, id, status, key, JSON.stringify(configuration), JSON.stringify(plan), accuracy, loss, flag);
      old
        .prepare(
          `INSERT INTO series_summaries (run, metric, count, nonfinite, last_step, last_flag)
        VALUES (?, 1, 9, ?, 9, 0)`,
        )
        .run(key, nonfinite);
    });
    const frame = old.prepare(`INSERT INTO mask_frames VALUES (0, ?, ?, ?, ?, x'00', NULL)`);
    for (const [layer, at, kind, active] of [
      [0, 0, 'key', 50],
      [0, 32, 'key', 20],
      [0, 32, 'update', 20],
      [1, 0, 'key', 7],
    ])
      frame.run(layer, at, kind, active);
    old.close();

    const runs = await (await openTestStore(folder)).read.runs();
    expect(runs.map(({ id, status }) => [id, status])).toEqual([
      ['good', 'finished'],
      ['testnan', 'diverged'],
      ['older', 'diverged'],
      ['trainnan', 'diverged'],
      ['cancelled', 'diverged'],
      ['interrupted', 'interrupted'],
    ]);
    expect(runs[0]).toMatchObject({ activeWeights: 27, warnings: [] });
    expect(runs[1]).toMatchObject({ activeWeights: null, warnings: [{ code: 'diverged' }] });
  });
});

it('warnings and active weights are kept with their run', async () => {
  const folder = temporaryFolder();
  const store = await openTestStore(folder);
  const warnings = [{ code: 'empty-layer', text: 'fc1 lost it', layer: 'fc1', step: 7 }] as const;
  await store.write.createRuns([newRun('aaaa', { warnings: [{ code: 'configuration', text: 'x' }] }), newRun('bbbb')]);
  await store.write.changeRuns(['bbbb'], { warnings: [...warnings], status: 'diverged' });
  await store.write.heartbeat(
    [{ id: 'bbbb', steps: 1, epochs: 0, updates: 0, rs: 0, seconds: 0, activeWeights: 9 }],
    1,
  );
  await store.close();
  const runs = await (await openTestStore(folder)).read.runs();
  expect(runs[0].warnings).toEqual([{ code: 'configuration', text: 'x' }]);
  expect(runs[1]).toMatchObject({ status: 'diverged', warnings, activeWeights: 9 });
});
