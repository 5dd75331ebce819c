import type { Migration } from './migration.ts';

/** What kind of number the test loss was, as for the points of a series; NULL in runs that ended before. */
export const testLossFlag: Migration = {
  version: 50,
  sql: 'ALTER TABLE runs ADD COLUMN test_loss_flag INTEGER',
};
