import type { Database } from 'better-sqlite3';
import type { LabSettings, LogLine } from '../contract/index.ts';

export type LogTable = ReturnType<typeof createLogTable>;

export function createLogTable(database: Database) {
  const insert = database.prepare('INSERT INTO log_lines (run, at, level, text) VALUES (?, ?, ?, ?)');
  const read = database.prepare<[number], LogLine>('SELECT at, level, text FROM log_lines WHERE run = ? ORDER BY id');
  return {
    /** Within the caller's transaction. */
    append(run: number, lines: LogLine[]): void {
      for (const { at, level, text } of lines) insert.run(run, at, level, text);
    },
    read: (run: number): LogLine[] => read.all(run),
  };
}

export type SettingsTable = ReturnType<typeof createSettingsTable>;

export function createSettingsTable(database: Database) {
  const read = database.prepare<[], { key: string; value: string }>('SELECT key, value FROM settings');
  const write = database.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)');
  return {
    read: (): Partial<LabSettings> =>
      Object.fromEntries(read.all().map(({ key, value }) => [key, JSON.parse(value) as unknown])),
    write(change: Partial<LabSettings>): void {
      database.transaction(() => {
        for (const [key, value] of Object.entries(change)) write.run(key, JSON.stringify(value));
      })();
    },
  };
}
