import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Reporter } from 'vitest/node';
import { projectRoot } from '../support/folders.ts';
import { crashesOf } from './crashes.ts';

export const CRASH_REPORT = join(projectRoot, 'test-results', 'crashes.json');

/** Writes down which test files' processes V8 itself ended, and how much else went wrong outside the tests. */
export default class CrashReporter implements Reporter {
  readonly #file: string;

  constructor({ file = CRASH_REPORT }: { file?: string } = {}) {
    this.#file = file;
  }

  onTestRunEnd: Reporter['onTestRunEnd'] = (_files, errors) => {
    // A fresh clone has no folder of results yet, and this reporter runs before the one that makes it.
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(crashesOf(errors)));
  };
}
