import type { TextTable } from './text-table.ts';

/** One column of a `DataTable`; the first one names its row. */
export interface Column<Row> {
  title: string;
  /** Tells the columns apart where titles may repeat. */
  id?: string;
  /** What stands in a row's cell, unless the table was given a snippet for this column. */
  cell: (row: Row) => string;
  /** What the column is sorted by; without it the heading is no button. Rows without a value come last. */
  sort?: (row: Row) => number | string | null | undefined;
  /** Aligned to the right, in figures of one width. */
  isNumber?: boolean;
  /** Of more than one line where it is long. */
  isWrapping?: boolean;
  /** CSS width. */
  width?: string;
  /** For the heading of a column of actions: said, not shown. */
  isTitleHidden?: boolean;
  /** Shown while the pointer rests on the cell. */
  note?: (row: Row) => string | undefined;
  /** In the table's last line, for all rows. */
  total?: string;
  /** Set apart: `soft` is said in passing, `faint` hardly, `strong` is what to look at. */
  emphasis?: (row: Row) => 'soft' | 'faint' | 'strong' | undefined;
}

/** What tells a column from the others. */
export const idOf = <Row>({ id, title }: Column<Row>): string => id ?? title;

/** By which column a table is sorted. */
export interface SortOrder {
  id: string;
  isDescending: boolean;
}

/** Ascending, then descending, then as the rows came. */
export function nextOrder(order: SortOrder | null, id: string): SortOrder | null {
  if (order?.id !== id) return { id, isDescending: false };
  return order.isDescending ? null : { id, isDescending: true };
}

/** The rows in an order; equal ones stay as they came, those without a value come last either way. */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: SortOrder | null,
): readonly Row[] {
  const sort = columns.find((column) => idOf(column) === order?.id)?.sort;
  if (!order || !sort) return rows;
  const direction = order.isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [sort(a), sort(b)];
    const [isXThere, isYThere] = [isValue(x), isValue(y)];
    if (!isXThere || !isYThere) return Number(isYThere) - Number(isXThere);
    return direction * (typeof x === 'string' && typeof y === 'string' ? x.localeCompare(y) : Number(x) - Number(y));
  });
}

const isValue = (value: number | string | null | undefined): value is number | string =>
  value !== null && value !== undefined && !Number.isNaN(value);

/** The table as text, as a reader sees it. */
export const textTable = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): TextTable => ({
  head: columns.map(({ title }) => title),
  rows: rows.map((row) => columns.map(({ cell }) => cell(row))),
});
