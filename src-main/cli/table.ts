import { visibleText } from '../contract/index.ts';

export interface Column<T> {
  title: string;
  align: 'left' | 'right';
  cell(row: T): string;
}

/** Columns two spaces apart, under their titles and a rule; what cells hold is shown by `visibleText`. */
export function formatTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const cells = rows.map((row) => columns.map((column) => visibleText(column.cell(row))));
  const widths = columns.map((column, index) =>
    Math.max(width(column.title), ...cells.map((row) => width(row[index]))),
  );
  const line = (texts: string[]): string =>
    texts
      .map((text, index) => {
        const padding = ' '.repeat(widths[index] - width(text));
        return columns[index].align === 'right' ? padding + text : text + padding;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((length) => '─'.repeat(length)).join('  ');
  return [line(columns.map((column) => column.title)), rule, ...cells.map(line)].join('\n');
}

/** In characters as a reader counts them. */
const width = (text: string): number => [...text].length;
