import type { Database, Statement } from 'better-sqlite3';
import { checksumRows, tablesOf, type FolderPart, type Part, type RunPart } from './checksum-parts.ts';
import { difference, NO_ROWS, sumRows, type RowSum, type StoredValue } from './row-hash.ts';

/** The data version from which on there are checksums over everything. */
export const CHECKSUMS_SINCE = 110;

/** The key under which the checksums of what belongs to no run are kept. */
export const NO_RUN = 0;

export const RUN_PARTS = ['run', 'series', 'masks', 'records', 'log', 'checkpoints'] as const satisfies RunPart[];
export const FOLDER_PARTS = ['runs', 'studies', 'study-runs', 'settings'] as const satisfies FolderPart[];

export interface StoredChecksum extends RowSum {
  /** When it was made of rows that were there already, in milliseconds; null where it was kept from the first row on. */
  madeAt: number | null;
}

export type Rows = Iterable<readonly StoredValue[]>;
export type Checksums = ReturnType<typeof createChecksums>;

/**
 * Count and sum of every part's rows, kept with each change and within its transaction. A change adds the hashes of the
 * rows that it makes and takes away those of the rows that it ends, so that damage that was there before stays visible.
 */
export function createChecksums(database: Database) {
  const find = database.prepare<[number, string], StoredChecksum>(
    'SELECT count, sum, made_at AS madeAt FROM checksums WHERE run = ? AND part = ?',
  );
  const save = database.prepare('INSERT INTO checksums VALUES (?, ?, ?, ?, ?)');
  const change = database.prepare(
    'UPDATE checksums SET count = count + ?, sum = (sum + ?) & 4294967295 WHERE run = ? AND part = ?',
  );
  const selections = new Map<Part, Statement<[number], StoredValue[]>[]>(
    [...RUN_PARTS, ...FOLDER_PARTS].map((part) => [
      part,
      tablesOf(part).map((table) => database.prepare<[number], StoredValue[]>(checksumRows(part, table)).raw()),
    ]),
  );

  function* rowsOf(run: number, part: Part): Iterable<StoredValue[]> {
    for (const selection of selections.get(part) ?? []) yield* selection.iterate(run);
  }

  /** After the change itself. */
  const apply = (run: number, part: Part, by: RowSum): void => {
    if (by.count === 0 && by.sum === 0) return;
    if (change.run(by.count, by.sum, run, part).changes > 0) return;
    const { count, sum } = sumRows(rowsOf(run, part));
    save.run(run, part, count, sum, Date.now());
  };

  return {
    /** Every row of a part now, as it enters the sum: which of the part's tables it is of, then its values. */
    rowsOf,

    of: (run: number, part: Part): StoredChecksum | undefined => find.get(run, part),

    /** Of a run that has just been created and has no rows but its own. */
    begin(run: number): void {
      for (const part of RUN_PARTS) {
        const { count, sum } = part === 'run' ? sumRows(rowsOf(run, part)) : NO_ROWS;
        save.run(run, part, count, sum, null);
      }
    },

    /** Rows that were added. */
    added: (run: number, part: Part, rows: Rows): void => apply(run, part, sumRows(rows)),

    /** Rows that replaced others. */
    replaced: (run: number, part: Part, gone: Rows, rows: Rows): void =>
      apply(run, part, difference(sumRows(rows), sumRows(gone))),

    /** Carries out a change to a part, and works out what it did to the rows that `touched` gives: by itself all. */
    around<T>(run: number, part: Part, work: () => T, touched: () => Rows = () => rowsOf(run, part)): T {
      const before = sumRows(touched());
      const result = work();
      apply(run, part, difference(sumRows(touched()), before));
      return result;
    },
  };
}
