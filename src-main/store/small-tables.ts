import type { Database } from 'better-sqlite3';
import type { LogLine } from '../contract/index.ts';
import { checksumRow } from './checksum-parts.ts';
import { NO_RUN, type Checksums } from './checksums.ts';
import type { StoredSettings } from './methods.ts';
import type { StoredValue } from './row-hash.ts';

export function createLogTable(database: Database, checksums: Checksums) {
  const insert = database.prepare('INSERT INTO log_lines (run, at, level, text) VALUES (?, ?, ?, ?)');
  const read = database.prepare<[number], LogLine>('SELECT at, level, text FROM log_lines WHERE run = ? ORDER BY id');
  return {
    /** Within the caller's transaction. */
    append(run: number, lines: LogLine[]): void {
      const added = lines.map(({ at, level, text }): StoredValue[] => {
        const { lastInsertRowid } = insert.run(run, at, level, text);
        return checksumRow('log', 'log_lines', { id: Number(lastInsertRowid), at, level, text });
      });
      checksums.added(run, 'log', added);
    },
    read: (run: number): LogLine[] => read.all(run),
  };
}

export type SettingsTable = ReturnType<typeof createSettingsTable>;

export function createSettingsTable(database: Database, checksums: Checksums) {
  const read = database.prepare<[], { key: string; value: string }>('SELECT key, value FROM settings');
  const write = database.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)');
  return {
    /** Those that can be read; the others are as if they had never been set. */
    read: (): Partial<StoredSettings> =>
      Object.fromEntries(read.all().flatMap((row) => (valueOf(row) === undefined ? [] : [[row.key, valueOf(row)]]))),

    /** Keys of those that cannot be read. */
    unreadable: (): string[] =>
      read
        .all()
        .filter((row) => valueOf(row) === undefined)
        .map(({ key }) => key),

    write(change: Partial<StoredSettings>): void {
      database.transaction(() =>
        checksums.around(NO_RUN, 'settings', () => {
          for (const [key, value] of Object.entries(change)) write.run(key, JSON.stringify(value));
        }),
      )();
    },
  };
}

/** undefined where it cannot be read */
function valueOf({ value }: { value: string }): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}
