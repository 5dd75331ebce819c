import type { Migration } from './migration.ts';

/** What the trainer notes at each mask update. NULL: not a number, or not known. */
export const updateRecords: Migration = {
  version: 30,
  sql: `
    CREATE TABLE update_records (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      at INTEGER NOT NULL,
      loss_before REAL,
      loss_after REAL,
      recovery_steps INTEGER,
      PRIMARY KEY (run, at)
    ) STRICT, WITHOUT ROWID;

    -- histogram: counts by age class and magnitude class, as LEB128 numbers, deflated.
    CREATE TABLE update_layer_records (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      layer INTEGER NOT NULL,
      at INTEGER NOT NULL,
      drop_threshold REAL,
      gradient_before REAL,
      gradient_after REAL,
      histogram BLOB NOT NULL,
      PRIMARY KEY (run, layer, at)
    ) STRICT, WITHOUT ROWID;
  `,
};
