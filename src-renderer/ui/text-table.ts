import { csvCell, visibleText } from '../../src-main/contract/index.ts';

/** A table as text that other programs take. */
export interface TextTable {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** GitHub's Markdown; bars within cells are escaped. */
export function toMarkdown(table: TextTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => visibleText(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(table.head), line(table.head.map(() => '---')), ...table.rows.map(line)].join('\n') + '\n';
}

/** RFC 4180, with a line feed at each end; cells that a spreadsheet would take for a formula get an apostrophe. */
export function toCsv(table: TextTable): string {
  return [table.head, ...table.rows].map((cells) => cells.map(csvCell).join(',')).join('\n') + '\n';
}
