import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/folders.ts';

/** A line of JSON for each test file, written by processor-time.ts. */
export const PROCESSOR_REPORT = join(projectRoot, 'test-results', 'processor.jsonl');

const SHOWN_FILES = 12;

/** Where the processor time of the last run went, in lines for the terminal. */
export function describeProcessorTime(): string[] {
  if (!existsSync(PROCESSOR_REPORT)) return [];
  const lines = readFileSync(PROCESSOR_REPORT, 'utf8').trimEnd().split('\n');
  return longest(lines.map((line) => JSON.parse(line) as FileTime));
}

interface FileTime {
  file: string;
  seconds: number;
}

/** The sum and the files that took most, longest first. */
function longest(times: readonly FileTime[]): string[] {
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const shown = times.toSorted((a, b) => b.seconds - a.seconds).slice(0, SHOWN_FILES);
  return [
    `Processor time of ${times.length} files, with their threads and processes: ${total.toFixed(0)} s`,
    ...shown.map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`),
  ];
}
