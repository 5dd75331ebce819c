import { cpus } from 'node:os';

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function machine(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown CPU'} x ${cpus().length}, Node ${process.versions.node}, ${process.platform}-${process.arch}`;
}

/** Progress for people; standard output belongs to results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  return [head, ...rows].map((row) => row.map((cell, column) => cell.padStart(widths[column])).join('  ')).join('\n');
}
