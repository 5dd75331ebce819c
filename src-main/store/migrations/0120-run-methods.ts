import type { Migration } from './migration.ts';

/** Of a run whose method is a person's own: its file, as the run was started with, and what the method says of itself. */
export const runMethods: Migration = {
  version: 120,
  sql: `
    CREATE TABLE run_methods (
      run INTEGER PRIMARY KEY REFERENCES runs (key),
      file TEXT NOT NULL,
      code TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      -- JSON: a MethodDescription.
      description TEXT NOT NULL
    ) STRICT;
  `,
};
