import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import CrashReporter from '../../src-main/toolchain/testing/crash-reporter.ts';
import { crashesOf } from '../../src-main/toolchain/testing/crashes.ts';
import {
  closingLine,
  readClosingLine,
  tallyPlaywright,
  tallyVitest,
  withoutCrashes,
} from '../../src-main/toolchain/testing/tally.ts';

const vitest = {
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};

it('writes the closing line, skipped tests only where there are some', () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  expect(closingLine({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped');
});

it('reads the closing line of a part that ran as a process of its own, and nothing else as one', () => {
  for (const tally of [
    { passed: 12, failed: 0, skipped: 0 },
    { passed: 0, failed: 1, skipped: 2 },
  ])
    expect(readClosingLine(`== Summary\n${closingLine(tally)}\n`)).toEqual(tally);
  expect(readClosingLine('12 passed, 0 failed\nKilled\n')).toBeNull();
  expect(readClosingLine('')).toBeNull();
});

it('counts a test file that does not load as a failure', () => {
  const broken = { name: 'broken.test.ts', status: 'failed', assertionResults: [] };
  expect(tallyVitest({ ...vitest, success: false, testResults: [broken] })).toEqual({
    passed: 3,
    failed: 1,
    skipped: 0,
  });
});

it('counts a failure outside any test', () => {
  expect(tallyVitest({ ...vitest, success: false }).failed).toBe(1);
  const stats = { expected: 2, unexpected: 0, flaky: 1, skipped: 4 };
  expect(tallyPlaywright({ stats, errors: [{}] })).toEqual({ passed: 3, failed: 1, skipped: 4 });
});

it('tells a process that V8 ended from everything else that goes wrong outside the tests', () => {
  const ended = (signal: string) => ({
    message: '[vitest-pool]: Worker forks emitted error.',
    cause: new Error(
      `Worker exited unexpectedly with signal ${signal} during started state while running test file /a b.test.ts`,
    ),
  });
  expect(crashesOf([ended('SIGTRAP'), ended('SIGSEGV'), { cause: undefined }])).toEqual({
    files: ['/a b.test.ts'],
    otherErrors: 2,
  });
});

it('writes the crashes of a run down where no run has written before, as in a fresh clone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-crashes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'test-results', 'crashes.json');
  new CrashReporter({ file }).onTestRunEnd?.([], [], 'passed');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ files: [], otherErrors: 0 });
});

it('counts nothing of a file whose process crashed, and forgives nothing else', () => {
  const file = (name: string, ...statuses: string[]) => ({
    name,
    status: statuses.includes('failed') ? 'failed' : 'passed',
    assertionResults: statuses.map((status) => ({ status })),
  });
  const crashed = { ...file('crashed.test.ts', 'passed'), status: 'failed' };
  const report = {
    ...vitest,
    success: false,
    numPassedTests: 3,
    testResults: [crashed, file('good.test.ts', 'passed', 'passed', 'pending')],
  };
  const tally = (otherErrors: number) =>
    tallyVitest(withoutCrashes(report, { files: ['crashed.test.ts'], otherErrors }));
  expect(tally(0)).toEqual({ passed: 2, failed: 0, skipped: 1 });
  expect(tally(1).failed).toBe(1);
  const failing = { ...report, testResults: [...report.testResults, file('bad.test.ts', 'failed')] };
  expect(tallyVitest(withoutCrashes(failing, { files: ['crashed.test.ts'], otherErrors: 0 })).failed).toBe(1);
});
