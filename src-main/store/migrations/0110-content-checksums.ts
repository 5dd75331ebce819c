import type { Migration } from './migration.ts';

/**
 * Checksums over all that a run consists of, and over what belongs to no run. What is there already gets none here: it
 * would vouch for what nobody checked. Tables that are empty begin theirs now.
 */
export const contentChecksums: Migration = {
  version: 110,
  sql: `
    -- count and sum: of the part's rows, and their hashes added modulo 2^32 (checksums.ts). run 0: what belongs to no run.
    -- made_at: when it was made of rows that were there already, in milliseconds; NULL: kept from the first row on.
    CREATE TABLE checksums (
      run INTEGER NOT NULL,
      part TEXT NOT NULL,
      count INTEGER NOT NULL,
      sum INTEGER NOT NULL,
      made_at REAL,
      PRIMARY KEY (run, part)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO checksums SELECT 0, 'runs', 0, 0, NULL WHERE NOT EXISTS (SELECT 1 FROM runs);
    INSERT INTO checksums SELECT 0, 'studies', 0, 0, NULL WHERE NOT EXISTS (SELECT 1 FROM studies);
    INSERT INTO checksums SELECT 0, 'study-runs', 0, 0, NULL WHERE NOT EXISTS (SELECT 1 FROM study_runs);
    INSERT INTO checksums SELECT 0, 'settings', 0, 0, NULL WHERE NOT EXISTS (SELECT 1 FROM settings);

    -- sum: of the series' points, as in series_pyramid; NULL: not known yet.
    ALTER TABLE series_summaries ADD COLUMN sum INTEGER;
    -- Rows of "points" after last_step up to here were rewound and wait to be removed; NULL: there are none.
    ALTER TABLE series_summaries ADD COLUMN leftover_to INTEGER;
  `,
};
