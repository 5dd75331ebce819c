import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunListItem } from '../../src-main/contract/index.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import { openTestLab, standingAt, temporaryFolder, tiny, untilUpdated } from './support/lab.ts';

type Cell = string | number | null;

/** What of a run's row listeners are shown, by the row's columns; where training stands now is told as it is. */
const SHOWN: Record<string, (run: RunListItem) => Cell> = {
  name: (run) => run.name,
  status: (run) => run.status,
  engine: (run) => run.engine,
  threads: (run) => run.threads,
  started_at: (run) => run.startedAt,
  ended_at: (run) => run.endedAt,
  failure: (run) => run.failure,
  weights_hash: (run) => run.weightsHash,
  best_accuracy: (run) => run.best?.validationAccuracy ?? null,
  best_epoch: (run) => run.best?.epoch ?? null,
  test_accuracy: (run) => run.final?.testAccuracy ?? null,
  warnings: (run) => JSON.stringify(run.warnings),
  trashed_at: (run) => run.trashedAt,
};

/** What of other tables they are shown, and only grows. */
const GROWING: Record<string, (run: RunListItem) => number> = {
  'SELECT coalesce(max(at), 0) FROM mask_updates WHERE run = ?': (run) => run.updates,
  'SELECT coalesce(max(epoch), -1) FROM checkpoints WHERE run = ?': (run) => run.checkpointEpoch ?? -1,
  [`SELECT count(*) FROM points JOIN metrics ON metrics.id = metric
    WHERE run = ? AND name = 'validation/accuracy'`]: (run) => (run.validationAccuracy === null ? 0 : 1),
};

/**
 * Compares whatever a lab announces of runs with what was stored until then: a connection of its own has the database
 * keep every value that a row had.
 * @returns what was announced before it was stored
 */
function watchAnnouncements(folder: string, lab: Lab): string[] {
  const database = new Database(databaseFile(folder));
  onTestFinished(() => void database.close());
  database.exec('CREATE TABLE had (id, name, value)');
  for (const column of Object.keys(SHOWN)) {
    database.exec(`INSERT INTO had SELECT id, '${column}', ${column} FROM runs`);
  }
  for (const event of ['INSERT', 'UPDATE']) {
    const values = Object.keys(SHOWN).map((column) => `(new.id, '${column}', new.${column})`);
    database.exec(
      `CREATE TRIGGER keep_${event} AFTER ${event} ON runs BEGIN INSERT INTO had VALUES ${values.join(', ')}; END`,
    );
  }
  const had = database.prepare<[string, string, Cell], number>(
    'SELECT count(*) FROM had WHERE id = ? AND name = ? AND value IS ?',
  );
  const keyOf = database.prepare<[string], number>('SELECT key FROM runs WHERE id = ?').pluck();
  const early: string[] = [];
  const look = (run: RunListItem): void => {
    for (const [column, shown] of Object.entries(SHOWN)) {
      if (had.pluck().get(run.id, column, shown(run)) === 0) early.push(`${column} ${shown(run)}`);
    }
    for (const [sql, shown] of Object.entries(GROWING)) {
      const stored =
        database
          .prepare<[number], number>(sql)
          .pluck()
          .get(keyOf.get(run.id) ?? 0) ?? 0;
      if (shown(run) > stored) early.push(`${shown(run)}, where ${sql} is ${stored}`);
    }
  };
  lab.on('runs-changed', (runs) => runs.forEach(look));
  lab.on(
    'runs-removed',
    (ids) => void lab.listTrash().then((runs) => runs.filter(({ id }) => ids.includes(id)).forEach(look)),
  );
  return early;
}

describe('nothing of a run is announced before it is stored', { timeout: 120_000 }, () => {
  it('neither its start, its pause and its new name, nor its end and what becomes of it', async () => {
    const folder = temporaryFolder();
    const lab = await openTestLab(folder, standingAt(50));
    const early = watchAnnouncements(folder, lab);
    const statuses: string[] = [];
    lab.on('runs-changed', (runs) => statuses.push(...runs.map(({ status }) => status)));
    const [{ id }, { id: waiting }] = await lab.launchRuns(
      [
        { ...tiny, epochs: 3 },
        { ...tiny, seed: 2 },
      ],
      null,
    );
    await untilUpdated(lab, id, 50);
    await lab.renameRun(id, 'mine');
    await lab.cancelRuns([waiting]);
    await lab.pauseRun(id);
    await lab.resumeRun(id);
    await lab.waitForEnd([id]);
    await lab.trashRuns([id]);
    expect((await lab.listTrash()).map((run) => run.id)).toEqual([id]);
    await lab.restoreRuns([id]);
    expect(new Set(statuses)).toEqual(new Set(['queued', 'running', 'paused', 'cancelled', 'finished']));
    expect(early).toEqual([]);
  });

  it('nor what the interrupted one that goes on is, was and has', async () => {
    const folder = temporaryFolder();
    const first = await openTestLab(folder, standingAt(50));
    const [{ id }] = await first.launchRuns([{ ...tiny, epochs: 3 }], null);
    await untilUpdated(first, id, 50);
    await first.close();

    const again = await openTestLab(folder);
    const early = watchAnnouncements(folder, again);
    // Asked twice at once, it goes on once.
    await Promise.all([again.resumeRun(id), again.resumeRun(id)]);
    expect(await again.waitForEnd([id])).toMatchObject([{ status: 'finished' }]);
    expect(early).toEqual([]);
  });
});
