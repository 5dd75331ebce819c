import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter } from 'vitest/node';
import { projectRoot } from '../support/places.ts';
import { crashesOf } from './crashes.ts';

export const CRASH_REPORT = join(projectRoot, 'test-results', 'crashes.json');

/** Writes down which test files' processes V8 itself ended, and how much else went wrong outside the tests. */
export default class CrashReporter implements Reporter {
  onTestRunEnd: Reporter['onTestRunEnd'] = (_files, errors) => {
    writeFileSync(CRASH_REPORT, JSON.stringify(crashesOf(errors)));
  };
}
