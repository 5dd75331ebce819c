import type { Database } from 'better-sqlite3';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { durably } from './database.ts';
import { StoreError } from './errors.ts';
import type { CheckpointPosition, StoredCheckpoint } from './records.ts';

interface CheckpointRow {
  step: number;
  epoch: number;
  seconds: number;
  updates: number;
  rs: number;
  best_accuracy: number | null;
  best_epoch: number | null;
  hash: string;
}

const SUFFIX = '.checkpoint';
const TEMPORARY = '.part';
/** Long enough to find an old database again, or to have one recovered. */
const UNNAMED_KEPT_MILLISECONDS = 30 * 24 * 3600 * 1000;

export type Checkpoints = ReturnType<typeof createCheckpoints>;

/**
 * Checkpoints as files named by the SHA-256 of their content; a row points to each run's last. Files that no row names
 * lie in `unnamed/` for a while: a database that was moved away, and comes back, finds its own there.
 */
export function createCheckpoints(database: Database, dataFolder: string) {
  const folder = join(dataFolder, 'checkpoints');
  const unnamedFolder = join(folder, 'unnamed');
  const fileOf = (hash: string): string => join(folder, hash + SUFFIX);
  const get = database.prepare<[number], CheckpointRow>('SELECT * FROM checkpoints WHERE run = ?');
  const save = database.prepare(`
    INSERT OR REPLACE INTO checkpoints
    VALUES (@run, @step, @epoch, @seconds, @updates, @rs, @accuracy, @bestEpoch, @hash, @bytes, @savedAt)`);
  const hashes = database.prepare<[], string>('SELECT hash FROM checkpoints').pluck();
  const users = database.prepare<[string], number>('SELECT count(*) FROM checkpoints WHERE hash = ?').pluck();

  const removeUnused = (hash: string): void => {
    if (users.get(hash) === 0) rmSync(fileOf(hash), { force: true });
  };

  return {
    save(run: number, position: CheckpointPosition, bytes: Uint8Array, savedAt: number): void {
      const hash = createHash('sha256').update(bytes).digest('hex');
      mkdirSync(folder, { recursive: true });
      writeWhole(fileOf(hash), bytes);
      const before = get.get(run);
      durably(database, () =>
        save.run({
          ...position,
          run,
          hash,
          savedAt,
          accuracy: position.best?.validationAccuracy ?? null,
          bestEpoch: position.best?.epoch ?? null,
          bytes: bytes.length,
          best: undefined,
        }),
      );
      if (before && before.hash !== hash) removeUnused(before.hash);
    },

    read(runId: string, run: number): StoredCheckpoint | null {
      const row = get.get(run);
      if (!row) return null;
      const { step, epoch, seconds, updates, rs } = row;
      const best =
        row.best_accuracy === null ? null : { validationAccuracy: row.best_accuracy, epoch: row.best_epoch ?? 0 };
      return { step, epoch, seconds, updates, rs, best, bytes: readWhole(runId, fileOf(row.hash), row.hash) };
    },

    /** Removes what was half-written, puts files without a row aside and removes those that have lain there long. */
    sweep(): void {
      if (!existsSync(folder)) return;
      const used = new Set(hashes.all().map((hash) => hash + SUFFIX));
      const now = new Date();
      for (const name of readdirSync(folder)) {
        if (name.endsWith(TEMPORARY)) rmSync(join(folder, name), { force: true });
        if (!name.endsWith(SUFFIX) || used.has(name)) continue;
        mkdirSync(unnamedFolder, { recursive: true });
        // Its time tells from now on since when nobody has named it.
        utimesSync(join(folder, name), now, now);
        renameSync(join(folder, name), join(unnamedFolder, name));
      }
      if (!existsSync(unnamedFolder)) return;
      for (const name of readdirSync(unnamedFolder)) {
        const file = join(unnamedFolder, name);
        if (used.has(name)) renameSync(file, join(folder, name));
        else if (now.getTime() - statSync(file).mtimeMs > UNNAMED_KEPT_MILLISECONDS) rmSync(file, { force: true });
      }
    },
  };
}

/** Either the whole file is there under its name, or nothing is. */
function writeWhole(file: string, bytes: Uint8Array): void {
  const temporary = file + TEMPORARY;
  try {
    const handle = openSync(temporary, 'w');
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    // On a full disk, half a file would take what little there is.
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(file));
}

/** Makes the new name itself survive a loss of power; Windows does so by itself and cannot open folders. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function readWhole(runId: string, file: string, hash: string): Uint8Array {
  if (!existsSync(file)) {
    throw new StoreError('damaged', `The checkpoint of run ${runId}, ${file}, is not there: it cannot be resumed.`);
  }
  const bytes = new Uint8Array(readFileSync(file));
  if (createHash('sha256').update(bytes).digest('hex') === hash) return bytes;
  throw new StoreError('damaged', `The checkpoint of run ${runId}, ${file}, is damaged: it cannot be resumed.`);
}
