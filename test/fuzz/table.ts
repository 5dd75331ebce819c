import type { Tally } from './harness/tally.ts';

const COLUMNS: readonly (readonly [title: string, cell: (tally: Tally) => string])[] = [
  ['Entrance', ({ entrance }) => entrance],
  ['Cases', ({ cases }) => count(cases)],
  ['Refused', ({ refused }) => count(refused)],
  ['Accepted', ({ accepted }) => count(accepted)],
  ['Failed', ({ failed }) => count(failed)],
  ['Kinds', ({ failures }) => count(failures.length)],
  ['Slowest, ms', ({ slowestMilliseconds }) => count(Math.round(slowestMilliseconds))],
  ['Most memory, MiB', ({ largestMebibytes }) => count(Math.round(largestMebibytes))],
  ['Cases/s', ({ cases, seconds }) => count(Math.round(cases / Math.max(seconds, 0.001)))],
  ['Seed', ({ seed }) => String(seed)],
];

const count = (value: number): string => value.toLocaleString('en-GB');

/** What was fuzzed, a line for each entrance, as the documentation has it. */
export function fuzzTable(tallies: readonly Tally[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...tallies.map((tally) => COLUMNS.map(([, cell]) => cell(tally)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}
