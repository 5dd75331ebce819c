import type { Migration } from './migration.ts';

export const engines: Migration = {
  version: 40,
  sql: `
    -- What computed the run, in words, and the measurement (JSON) by which it was chosen.
    ALTER TABLE runs ADD COLUMN engine_title TEXT;
    ALTER TABLE runs ADD COLUMN engine_choice TEXT;
  `,
};
