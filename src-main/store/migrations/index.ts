import type { Database } from 'better-sqlite3';
import type { Migration } from './migration.ts';
import { runsSeriesMasks } from './0010-runs-series-masks.ts';
import { studies } from './0020-studies.ts';
import { updateRecords } from './0030-update-records.ts';
import { engines } from './0040-engines.ts';
import { testLossFlag } from './0050-test-loss-flag.ts';
import { runWarnings } from './0060-run-warnings.ts';
import { seriesPyramid } from './0080-series-pyramid.ts';
import { maskChains } from './0090-mask-chains.ts';
import { checkpointGenerations } from './0100-checkpoint-generations.ts';
import { contentChecksums } from './0110-content-checksums.ts';
import { runMethods } from './0120-run-methods.ts';

/** In rising order of version. A migration that has been released is never changed. */
export const migrations: readonly Migration[] = [
  runsSeriesMasks,
  studies,
  updateRecords,
  engines,
  testLossFlag,
  runWarnings,
  seriesPyramid,
  maskChains,
  checkpointGenerations,
  contentChecksums,
  runMethods,
];

/** The data version that a list of migrations leads to. */
export const latestVersion = (list: readonly Migration[] = migrations): number => list.at(-1)?.version ?? 0;

/**
 * Brings a database up to date in one transaction: all of it or nothing.
 * @throws whatever SQLite says; the database is then as it was
 */
export function migrate(database: Database, list: readonly Migration[] = migrations): void {
  list.forEach((migration, index) => {
    if (index > 0 && migration.version <= list[index - 1].version) {
      throw new Error(`Migration ${migration.version} is out of order: versions must rise.`);
    }
  });
  const run = database.transaction(() => {
    const from = database.pragma('user_version', { simple: true }) as number;
    for (const { version, sql } of list) {
      if (version <= from) continue;
      database.exec(sql);
      database.pragma(`user_version = ${version}`);
    }
  });
  run.immediate();
}
