import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/places.ts';
import { foreground } from '../support/processes.ts';
import { toolScript } from '../support/tools.ts';
import { ONE_FAILED, tallyVitest, type Tally } from './tally.ts';

const REPORT = join(projectRoot, 'test-results', 'unit.json');

/** Everything Vitest runs; `filters` are parts of file names, as Vitest takes them. */
export async function runUnitTests(filters: readonly string[]): Promise<Tally> {
  rmSync(REPORT, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`, ...filters];
  const status = await foreground(process.execPath, [toolScript('vitest'), ...args], { cwd: projectRoot });
  if (!existsSync(REPORT)) {
    console.log('  Vitest ended without a report.');
    return ONE_FAILED;
  }
  const tally = tallyVitest(JSON.parse(readFileSync(REPORT, 'utf8')) as Parameters<typeof tallyVitest>[0]);
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}
