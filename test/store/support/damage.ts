import Database from 'better-sqlite3';
import { databaseFile } from '../../../src-main/store/database.ts';

/** Numbers of 0 to below 1, repeatable: the test must not lean on the product's own. */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Draw = () => number;
const below = (draw: Draw, count: number): number => Math.floor(draw() * count);
const pageBytes = (file: Buffer): number => file.readUInt16BE(16) || 65_536;

/** What is done to the bytes of a database. */
const PAGE_DAMAGES: Record<string, (file: Buffer, draw: Draw) => void> = {
  'flipped bits'(file, draw) {
    const start = below(draw, file.length);
    for (let count = 1 + below(draw, 8); count > 0; count--) {
      file[Math.min(file.length - 1, start + below(draw, 32))] ^= 1 << below(draw, 8);
    }
  },
  'one bit'(file, draw) {
    file[below(draw, file.length)] ^= 1 << below(draw, 8);
  },
  'a zeroed range'(file, draw) {
    const start = below(draw, file.length);
    file.fill(0, start, Math.min(file.length, start + 1 + below(draw, pageBytes(file))));
  },
  'swapped pages'(file, draw) {
    const size = pageBytes(file);
    const [a, b] = [below(draw, file.length / size) * size, below(draw, file.length / size) * size];
    const first = Buffer.from(file.subarray(a, a + size));
    file.copyWithin(a, b, b + size);
    first.copy(file, b);
  },
  'a page over another'(file, draw) {
    const size = pageBytes(file);
    const [a, b] = [below(draw, file.length / size) * size, below(draw, file.length / size) * size];
    file.copyWithin(a, b, b + size);
  },
};

type Cell = string | number | null | Buffer;

/** What is done to the rows of a database, as by another program. */
const ROW_DAMAGES: Record<string, (database: Database.Database, draw: Draw) => void> = {
  'deleted rows'(database, draw) {
    const table = pick(tablesOf(database), draw);
    const where = anyRow(database, table, draw);
    for (let count = 1 + below(draw, 3); count > 0; count--) database.exec(`DELETE FROM ${table} WHERE ${where}`);
  },
  'deleted runs and what is theirs'(database, draw) {
    database.pragma('foreign_keys = ON');
    database.exec(`DELETE FROM runs WHERE ${anyRow(database, 'runs', draw)}`);
  },
  'a deleted series'(database, draw) {
    const metric = pick(database.prepare<[], number>('SELECT id FROM metrics').pluck().all(), draw);
    for (const table of ['points', 'series_pyramid', 'series_summaries']) {
      database.exec(`DELETE FROM ${table} WHERE metric = ${metric}`);
    }
  },
  'swapped names'(database, draw) {
    const [a, b] = [1, 1].map(() => pick(database.prepare<[], number>('SELECT id FROM metrics').pluck().all(), draw));
    const nameOf = (id: number) =>
      database.prepare<[number], string>('SELECT name FROM metrics WHERE id = ?').pluck().get(id);
    const [first, second] = [nameOf(a), nameOf(b)];
    database.exec(`UPDATE metrics SET name = 'between' WHERE id = ${a}`);
    database.prepare('UPDATE metrics SET name = ? WHERE id = ?').run(first, b);
    if (a !== b) database.prepare('UPDATE metrics SET name = ? WHERE id = ?').run(second, a);
  },
  'a changed value'(database, draw) {
    const table = pick(tablesOf(database), draw);
    const column = pick(columnsOf(database, table), draw);
    const where = anyRow(database, table, draw);
    const old = database.prepare<[], Cell>(`SELECT ${column} FROM ${table} WHERE ${where}`).pluck().get() ?? null;
    database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(changed(old, draw));
  },
};

const pick = <T>(list: readonly T[], draw: Draw): T => list[below(draw, list.length)];

const tablesOf = (database: Database.Database): string[] =>
  database
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    )
    .pluck()
    .all()
    .filter((table) => database.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined);

const columnsOf = (database: Database.Database, table: string, keys = false): string[] =>
  (database.pragma(`table_info(${table})`) as { name: string; pk: number }[])
    .filter(({ pk }) => !keys || pk > 0)
    .map(({ name }) => name);

/** A condition that holds of one row. */
function anyRow(database: Database.Database, table: string, draw: Draw): string {
  const keys = columnsOf(database, table, true).join(', ');
  const rows = database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  return `(${keys}) = (SELECT ${keys} FROM ${table} ORDER BY ${keys} LIMIT 1 OFFSET ${below(draw, rows)})`;
}

function changed(old: Cell, draw: Draw): Cell {
  if (old === null) return 1;
  if (typeof old === 'number') return draw() < 0.5 ? old + 1 : old / 2;
  if (typeof old === 'string')
    return draw() < 0.5 ? `${old} ` : old.replace(/[0-9]/, (digit) => String((Number(digit) + 1) % 10));
  const copy = Buffer.from(old);
  if (copy.length > 0) copy[below(draw, copy.length)] ^= 1 << below(draw, 8);
  return copy;
}

export const DAMAGES = [...Object.keys(PAGE_DAMAGES), ...Object.keys(ROW_DAMAGES)];

/** Does one kind of damage to the database of a folder. @returns whether it could be done */
export function damage(kind: string, bytes: Buffer, draw: Draw): Buffer | ((folder: string) => boolean) {
  const onPages = PAGE_DAMAGES[kind] as ((file: Buffer, draw: Draw) => void) | undefined;
  if (onPages) {
    const copy = Buffer.from(bytes);
    onPages(copy, draw);
    return copy;
  }
  return (folder) => {
    const database = new Database(databaseFile(folder));
    try {
      database.pragma('foreign_keys = OFF');
      ROW_DAMAGES[kind](database, draw);
      return true;
    } catch (error) {
      // A value that a constraint or the type of a key refuses.
      if (/^SQLITE_(CONSTRAINT|MISMATCH)/.test(String((error as { code?: unknown }).code))) return false;
      throw error;
    } finally {
      database.close();
    }
  };
}
