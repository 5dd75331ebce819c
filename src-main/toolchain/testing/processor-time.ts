import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { afterAll, expect } from 'vitest';
import { projectRoot } from '../support/folders.ts';
import { PROCESSOR_REPORT } from './processor-report.ts';

/** Of this process, by which its files that are through already are accounted for; a file may share it with others. */
const counted = globalThis as { espalierCountedSeconds?: number };

/** Vitest's setup file: writes down the processor time that each test file took. */
afterAll(() => {
  const file = relative(projectRoot, expect.getState().testPath ?? '');
  const sum = processorSeconds();
  const seconds = sum - (counted.espalierCountedSeconds ?? 0);
  counted.espalierCountedSeconds = sum;
  mkdirSync(dirname(PROCESSOR_REPORT), { recursive: true });
  appendFileSync(PROCESSOR_REPORT, `${JSON.stringify({ file, seconds: Number(seconds.toFixed(2)) })}\n`);
});

const TICKS_PER_SECOND = 100;

/** Of this process with its threads and, on Linux, its processes that have ended. */
function processorSeconds(): number {
  if (process.platform !== 'linux') {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
  // After the name, which may hold anything: utime, stime, cutime and cstime are fields 14 to 17 (proc_pid_stat(5)).
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}
