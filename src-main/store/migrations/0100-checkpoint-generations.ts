import type { Migration } from './migration.ts';

/** generation: 0 is a run's last checkpoint, 1 the one before it, for when the last cannot be read. */
export const checkpointGenerations: Migration = {
  version: 100,
  sql: `
    ALTER TABLE checkpoints RENAME TO last_checkpoints;
    CREATE TABLE checkpoints (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      generation INTEGER NOT NULL CHECK (generation IN (0, 1)),
      step INTEGER NOT NULL,
      epoch REAL NOT NULL,
      seconds REAL NOT NULL,
      updates INTEGER NOT NULL,
      rs REAL NOT NULL,
      best_accuracy REAL,
      best_epoch INTEGER,
      hash TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      saved_at REAL NOT NULL,
      PRIMARY KEY (run, generation)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO checkpoints
      SELECT run, 0, step, epoch, seconds, updates, rs, best_accuracy, best_epoch, hash, bytes, saved_at
      FROM last_checkpoints;
    DROP TABLE last_checkpoints;
  `,
};
