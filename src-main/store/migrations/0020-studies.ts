import type { Migration } from './migration.ts';

export const studies: Migration = {
  version: 20,
  sql: `
    CREATE TABLE studies (
      key INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      definition TEXT NOT NULL,
      created_at REAL NOT NULL
    ) STRICT;

    -- place: which run of the study's expansion; the latest run of a place stands for it, earlier ones had failed.
    CREATE TABLE study_runs (
      study INTEGER NOT NULL REFERENCES studies (key) ON DELETE CASCADE,
      run INTEGER NOT NULL UNIQUE REFERENCES runs (key) ON DELETE CASCADE,
      place INTEGER NOT NULL,
      label TEXT,
      PRIMARY KEY (study, run)
    ) STRICT, WITHOUT ROWID;
  `,
};
