import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/folders.ts';
import { foreground } from '../support/processes.ts';
import { threadedNodeEnvironment } from '../support/threaded-node.ts';
import { toolScript } from '../support/tools.ts';
import { CRASH_REPORT } from './crash-reporter.ts';
import type { Crashes } from './crashes.ts';
import { describeProcessorTime, PROCESSOR_REPORT } from './processor-report.ts';
import { add, ONE_FAILED, tallyVitest, withoutCrashes, type Tally, type VitestReport } from './tally.ts';

const REPORT = join(projectRoot, 'test-results', 'unit.json');

const CRASH_REPORTER = join(import.meta.dirname, 'crash-reporter.ts');

/**
 * Everything Vitest runs; `filters` are parts of file names, as Vitest takes them. Files whose process V8 ended are run
 * once more, and only what they say then counts: a defect of the runtime is no word about ours.
 */
export async function runUnitTests(filters: readonly string[]): Promise<Tally> {
  const { report, status, crashes } = await runVitest(filters);
  console.log(describeProcessorTime().join('\n'));
  if (!report) return ONE_FAILED;
  if (crashes.files.length === 0) return tallyOf(report, status);
  console.log(`\n  V8 ended the process of ${crashes.files.join(', ')} (SIGTRAP). Running that once more.\n`);
  const again = await runVitest(crashes.files);
  const second = again.report ? tallyOf(again.report, again.status) : ONE_FAILED;
  return add(tallyVitest(withoutCrashes(report, crashes)), second);
}

interface VitestRun {
  /** null where Vitest ended without one. */
  report: VitestReport | null;
  status: number;
  crashes: Crashes;
}

async function runVitest(filters: readonly string[]): Promise<VitestRun> {
  for (const file of [REPORT, CRASH_REPORT, PROCESSOR_REPORT]) rmSync(file, { force: true });
  const reporters = ['default', 'json', CRASH_REPORTER].map((name) => `--reporter=${name}`);
  const args = ['run', ...reporters, `--outputFile.json=${REPORT}`, ...filters];
  const env = threadedNodeEnvironment();
  // Vitest ends its workers by a signal that they cannot hear; the processes that their tests started get it, too.
  const detached = process.platform !== 'win32';
  const options = { cwd: projectRoot, env, detached };
  const status = await foreground(process.execPath, [toolScript('vitest'), ...args], options);
  const read = <T>(file: string): T | null => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : null);
  const report = read<VitestReport>(REPORT);
  if (!report) console.log('  Vitest ended without a report.');
  return { report, status, crashes: read<Crashes>(CRASH_REPORT) ?? { files: [], otherErrors: 0 } };
}

function tallyOf(report: VitestReport, status: number): Tally {
  const tally = tallyVitest(report);
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}
