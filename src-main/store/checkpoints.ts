import type { Database } from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksums } from './checksums.ts';
import { durably } from './database.ts';
import { StoreError } from './errors.ts';
import type { CheckpointPosition, StoredCheckpoint } from './records.ts';
import { TEMPORARY, writeWhole } from './whole-files.ts';

interface CheckpointRow {
  step: number;
  epoch: number;
  seconds: number;
  updates: number;
  rs: number;
  best_accuracy: number | null;
  best_epoch: number | null;
  hash: string;
  bytes: number;
}

const SUFFIX = '.checkpoint';
/** Long enough to find an old database again, or to have one recovered. */
const UNNAMED_KEPT_MILLISECONDS = 30 * 24 * 3600 * 1000;

/** Beyond this the checkpoint before the last is not kept: it would double what a large network takes on the disk. */
const LARGEST_KEPT_BYTES = 256 * 2 ** 20;

export type Checkpoints = ReturnType<typeof createCheckpoints>;

/**
 * Checkpoints as files named by the SHA-256 of their content; rows name each run's last one and the one before it. Files
 * that no row names stay in `unnamed/` for a while: a database that was moved away, and comes back, finds its own there.
 * @param isHere whether the data folder is where it was opened: nothing is made at a path that it was moved from
 */
export function createCheckpoints(database: Database, dataFolder: string, checksums: Checksums, isHere: () => boolean) {
  const folder = join(dataFolder, 'checkpoints');
  const unnamedFolder = join(folder, 'unnamed');
  const fileOf = (hash: string): string => join(folder, hash + SUFFIX);
  const get = database.prepare<[number], CheckpointRow>('SELECT * FROM checkpoints WHERE run = ? ORDER BY generation');
  const save = database.prepare(`
    INSERT INTO checkpoints
    VALUES (@run, 0, @step, @epoch, @seconds, @updates, @rs, @accuracy, @bestEpoch, @hash, @bytes, @savedAt)`);
  const drop = database.prepare('DELETE FROM checkpoints WHERE run = ? AND generation = ?');
  const age = database.prepare('UPDATE checkpoints SET generation = 1 WHERE run = ? AND generation = 0');
  const dropAfter = database.prepare('DELETE FROM checkpoints WHERE run = ? AND step > ?');
  const renew = database.prepare(`
    UPDATE checkpoints SET generation = 0
    WHERE run = @run AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE run = @run AND generation = 0)`);
  const hashes = database.prepare<[], string>('SELECT hash FROM checkpoints').pluck();
  const users = database.prepare<[string], number>('SELECT count(*) FROM checkpoints WHERE hash = ?').pluck();

  const removeUnused = (rows: readonly CheckpointRow[]): void => {
    for (const { hash } of rows) if (users.get(hash) === 0) rmSync(fileOf(hash), { force: true });
  };
  const requireFolder = (): void => {
    if (!isHere()) throw new StoreError('folder-gone', `The data folder ${dataFolder} is not where it was opened.`);
  };

  return {
    /** The file is there, synced, before a row names it. */
    save(run: number, position: CheckpointPosition, bytes: Uint8Array, savedAt: number): void {
      const hash = createHash('sha256').update(bytes).digest('hex');
      requireFolder();
      if (!existsSync(folder)) mkdirSync(folder);
      writeWhole(fileOf(hash), bytes);
      // The folder may have gone from under the file.
      requireFolder();
      const before = get.all(run);
      const change = (): void => {
        const last = before.at(0);
        if (last && last.step < position.step) {
          drop.run(run, 1);
          age.run(run);
          if (last.bytes > LARGEST_KEPT_BYTES) drop.run(run, 1);
        } else drop.run(run, 0);
        save.run({
          ...position,
          run,
          hash,
          savedAt,
          accuracy: position.best?.validationAccuracy ?? null,
          bestEpoch: position.best?.epoch ?? null,
          bytes: bytes.length,
          best: undefined,
        });
      };
      durably(database, () => checksums.around(run, 'checkpoints', change));
      removeUnused(before);
    },

    /** The last checkpoint, or the one before it where the last is gone or damaged. @throws where neither can be read */
    read(runId: string, run: number): StoredCheckpoint | null {
      let unreadable: string | null = null;
      for (const row of get.all(run)) {
        const { step, epoch, seconds, updates, rs } = row;
        const best =
          row.best_accuracy === null ? null : { validationAccuracy: row.best_accuracy, epoch: row.best_epoch ?? 0 };
        const bytes = readWhole(fileOf(row.hash), row.hash);
        if (typeof bytes !== 'string') return { step, epoch, seconds, updates, rs, best, bytes, unreadable };
        unreadable ??= `The checkpoint of run ${runId} at epoch ${epoch}, ${bytes}.`;
      }
      if (unreadable === null) return null;
      throw new StoreError('damaged', `${unreadable} There is no earlier one to read: it cannot be resumed.`);
    },

    /** The rows of a run, the last checkpoint first, each with its bytes or what is wrong with its file, in words. */
    *files(run: number): Iterable<{ step: number; epoch: number; content: Uint8Array | string }> {
      for (const { step, epoch, hash } of get.all(run)) yield { step, epoch, content: readWhole(fileOf(hash), hash) };
    },

    /** Within the caller's transaction: forgets checkpoints of later steps; their files stay until the next start. */
    rewind(run: number, step: number): void {
      checksums.around(run, 'checkpoints', () => {
        dropAfter.run(run, step);
        renew.run({ run });
      });
    },

    /** The run is over: its last checkpoint is enough. */
    release(run: number): void {
      const before = get.all(run);
      database.transaction(() => checksums.around(run, 'checkpoints', () => drop.run(run, 1)))();
      removeUnused(before);
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

/** What was written, or which file is not that, in words. */
function readWhole(file: string, hash: string): Uint8Array | string {
  if (!existsSync(file)) return `${file}, is not there`;
  const bytes = new Uint8Array(readFileSync(file));
  return createHash('sha256').update(bytes).digest('hex') === hash ? bytes : `${file}, is damaged`;
}
