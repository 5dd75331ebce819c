import { expect, it } from 'vitest';
import { closingLine, tallyPlaywright, tallyVitest } from '../../src-main/toolchain/testing/tally.ts';

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

it('counts a test file that does not load as a failure', () => {
  const broken = { status: 'failed', assertionResults: [] };
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
