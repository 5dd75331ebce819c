import type { SoakState } from './soak.ts';

const COLUMNS = ['What is killed', 'Kills', 'Trainings', 'Runs', 'Mask updates', 'Points', 'Differ'] as const;

/** What was killed and compared, a line for each plan and one for all. */
export function soakTable({ rounds }: SoakState): string {
  const line = (name: string, of: typeof rounds): string[] => [
    name,
    ...[
      of.reduce((sum, { kills }) => sum + kills, 0),
      of.length,
      of.reduce((sum, { runs }) => sum + runs, 0),
      of.reduce((sum, { updates }) => sum + updates, 0),
      of.reduce((sum, { points }) => sum + points, 0),
      of.filter(({ differences }) => differences.length > 0).length,
    ].map((value) => value.toLocaleString('en-GB')),
  ];
  const names = [...new Set(rounds.map(({ plan }) => plan))];
  const rows = names.map((name) =>
    line(
      name,
      rounds.filter(({ plan }) => plan === name),
    ),
  );
  const all = [[...COLUMNS], ...rows, line('all', rounds)];
  const widths = COLUMNS.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map(
      (row) =>
        `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join(' | ')} |`,
    )
    .toSpliced(
      1,
      0,
      `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`,
    )
    .join('\n');
}
