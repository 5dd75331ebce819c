import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { windowPlans, type Plan } from '../soak/plans.ts';
import { soak } from '../soak/soak.ts';
import { expect, test } from './support/launch.ts';

/** `npm run soak -- --window` kills many times; this is one of them. */
const SHORT: readonly Plan[] = windowPlans.flatMap((plan) =>
  plan.kind === 'runs' && plan.runs.length === 1
    ? [{ ...plan, runs: plan.runs.map((run) => ({ ...run, epochs: 5 })) }]
    : [],
);

test('a run whose window is killed goes on in the next one, to what the command line trains undisturbed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-e2e-'));
  try {
    const { rounds } = await soak({ plans: SHORT, kills: 1, seed: 2, folder, until: Infinity });
    expect(rounds.reduce((sum, { kills }) => sum + kills, 0)).toBe(1);
    expect(rounds.flatMap(({ differences }) => differences)).toEqual([]);
    expect(rounds[0].updates).toBeGreaterThan(20);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
