import { expect, test } from 'vitest';
import { checkMethod } from '../../../src-main/lab/methods/check/check-method.ts';
import { openCpu } from '../../engine/cpu-support.ts';
import { methodOf } from '../../support/methods.ts';

/** One of each kind of counts, gradients, structure and memory: a check trains thirty times. */
const NAMES = ['static', 'set', 'rigl', 'granet', 'ac-dc', 'top-kast', 'srigl'];

test.each(NAMES)('%s does what it declares', async (name) => {
  const report = await checkMethod(`${name}.ts`, () => methodOf(name), { openEngine: openCpu });
  expect(report.checks.filter(({ state }) => state !== 'pass')).toEqual([]);
});
