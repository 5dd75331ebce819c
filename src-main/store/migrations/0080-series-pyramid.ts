import type { Migration } from './migration.ts';

/**
 * What makes long series quick to draw and to rewind. Nothing is computed here, since a data folder may hold gigabytes:
 * the pyramid of an old series is made when it is first written to or drawn.
 */
export const seriesPyramid: Migration = {
  version: 80,
  sql: `
    -- Buckets of 64, 2,048 and 65,536 steps (level 0, 1, 2). "sum" adds the hashes of the points, modulo 2^32.
    CREATE TABLE series_pyramid (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      metric INTEGER NOT NULL,
      level INTEGER NOT NULL,
      bucket INTEGER NOT NULL,
      count INTEGER NOT NULL,
      sum INTEGER NOT NULL,
      nonfinite INTEGER NOT NULL,
      unusual_step INTEGER,
      unusual_flag INTEGER,
      least REAL,
      least_step INTEGER,
      most REAL,
      most_step INTEGER,
      PRIMARY KEY (run, metric, level, bucket)
    ) STRICT, WITHOUT ROWID;

    -- When the pyramid was made of points that were there already, in milliseconds; 0: it was kept from the first point
    -- on; NULL: there is none yet.
    ALTER TABLE series_summaries ADD COLUMN pyramid_made_at REAL;
  `,
};
