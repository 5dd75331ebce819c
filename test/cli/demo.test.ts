import { expect, it } from 'vitest';
import type { RunSummary } from '../../src-main/contract/index.ts';
import { espalier, temporaryFolder } from './support/command-line.ts';

it('run --preset demo trains the four runs to the accuracy they should have', { timeout: 600_000 }, async () => {
  const result = await espalier('run', '--preset', 'demo', '--json', '--data', temporaryFolder());
  expect(result.code).toBe(0);

  const runs = JSON.parse(result.stdout) as RunSummary[];
  expect(runs.map(({ method, status, seed }) => [method, status, seed])).toEqual([
    ['dense', 'finished', 1],
    ['static', 'finished', 1],
    ['set', 'finished', 1],
    ['rigl', 'finished', 1],
  ]);
  const [dense, fixed, set, rigl] = runs;
  expect(dense.final?.testAccuracy).toBeGreaterThanOrEqual(0.95);
  expect(rigl.final?.testAccuracy).toBeGreaterThanOrEqual(0.92);
  const density = fixed.activeWeights / fixed.prunableWeights;
  expect(density).toBeCloseTo(0.05, 3);
  expect(fixed.rs).toBe(density);
  expect(set.rs).toBeGreaterThan(density);
  expect(rigl.rs).toBeGreaterThan(density);
  expect(rigl.activeWeights).toBe(fixed.activeWeights);
});
