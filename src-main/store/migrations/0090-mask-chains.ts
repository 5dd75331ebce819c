import type { Migration } from './migration.ts';

/**
 * Checksums that tell when a mask frame, a mask update or a layer is missing, is another's or was changed. Blobs that are
 * there already stay as they are, and get no checksum: it would vouch for what nobody checked.
 */
export const maskChains: Migration = {
  version: 90,
  sql: `
    -- chain: CRC-32 of the chain of the update before and of this row's content (mask-chains.ts). layer -1: the rows of
    -- mask_updates themselves.
    CREATE TABLE mask_chains (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      layer INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('key', 'update')),
      at INTEGER NOT NULL,
      chain INTEGER NOT NULL,
      PRIMARY KEY (run, layer, kind, at)
    ) STRICT, WITHOUT ROWID;

    -- The first update with checksums; NULL: none yet.
    ALTER TABLE mask_layers ADD COLUMN chained_from INTEGER;
  `,
};
