import type { Migration } from './migration.ts';

export const runsSeriesMasks: Migration = {
  version: 10,
  sql: `
    CREATE TABLE runs (
      key INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      status TEXT NOT NULL
        CHECK (status IN ('queued', 'running', 'paused', 'finished', 'cancelled', 'failed', 'interrupted')),
      study TEXT,
      colour INTEGER NOT NULL UNIQUE,
      configuration TEXT NOT NULL,
      plan TEXT NOT NULL,
      engine TEXT NOT NULL,
      threads INTEGER NOT NULL,
      created_at REAL NOT NULL,
      started_at REAL,
      ended_at REAL,
      steps INTEGER NOT NULL DEFAULT 0,
      epochs REAL NOT NULL DEFAULT 0,
      updates INTEGER NOT NULL DEFAULT 0,
      rs REAL NOT NULL DEFAULT 0,
      seconds REAL NOT NULL DEFAULT 0,
      weights_hash TEXT,
      best_accuracy REAL,
      best_epoch INTEGER,
      test_accuracy REAL,
      test_loss REAL, -- NULL beside a test accuracy: not a number
      failure TEXT,
      owner TEXT,
      heartbeat_at REAL,
      trashed_at REAL
    ) STRICT;

    CREATE TABLE metrics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

    -- flag: 0 finite, 1 not a number, 2 infinity, 3 minus infinity; the value of those three is NULL.
    CREATE TABLE points (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      metric INTEGER NOT NULL REFERENCES metrics (id),
      step INTEGER NOT NULL,
      value REAL,
      flag INTEGER NOT NULL,
      PRIMARY KEY (run, metric, step)
    ) STRICT, WITHOUT ROWID;

    -- One row per series, kept up with every batch, so that lists never touch history.
    CREATE TABLE series_summaries (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      metric INTEGER NOT NULL REFERENCES metrics (id),
      count INTEGER NOT NULL,
      nonfinite INTEGER NOT NULL,
      last_step INTEGER NOT NULL,
      last REAL,
      last_flag INTEGER NOT NULL,
      least REAL,
      least_step INTEGER,
      most REAL,
      most_step INTEGER,
      PRIMARY KEY (run, metric)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE mask_layers (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      layer INTEGER NOT NULL,
      name TEXT NOT NULL,
      outputs INTEGER NOT NULL,
      inputs INTEGER NOT NULL,
      input_shape TEXT,
      PRIMARY KEY (run, layer)
    ) STRICT, WITHOUT ROWID;

    -- "at" counts mask updates; 0 is the initial mask.
    CREATE TABLE mask_updates (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      at INTEGER NOT NULL,
      step INTEGER NOT NULL,
      rs REAL NOT NULL,
      PRIMARY KEY (run, at)
    ) STRICT, WITHOUT ROWID;

    -- revived: one bit per grown position, set where it had been active at an earlier update.
    CREATE TABLE mask_frames (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      layer INTEGER NOT NULL,
      at INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('key', 'update')),
      active INTEGER NOT NULL,
      frame BLOB NOT NULL,
      revived BLOB,
      PRIMARY KEY (run, layer, at, kind)
    ) STRICT;

    CREATE TABLE log_lines (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      at REAL NOT NULL,
      level TEXT NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX log_lines_by_run ON log_lines (run, id);

    -- The bytes lie in checkpoints/<hash>.checkpoint.
    CREATE TABLE checkpoints (
      run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      epoch REAL NOT NULL,
      seconds REAL NOT NULL,
      updates INTEGER NOT NULL,
      rs REAL NOT NULL,
      best_accuracy REAL,
      best_epoch INTEGER,
      hash TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      saved_at REAL NOT NULL
    ) STRICT;

    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
};
