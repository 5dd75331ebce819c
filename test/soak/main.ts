import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureBundle } from '../../src-main/toolchain/testing/bundle.ts';
import { readSoakOptions, USAGE, type SoakOptions } from './options.ts';
import { plans, windowPlans } from './plans.ts';
import { killsOf, soak } from './soak.ts';
import { soakTable } from './table.ts';
import { prepareWindows } from './window.ts';

/** `npm run soak`. @returns the exit code */
async function main(args: string[]): Promise<number> {
  let options: SoakOptions | null;
  try {
    options = readSoakOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  await ensureBundle();
  const { kills, seed, minutes, isWindow } = options;
  const folder = options.folder ? resolve(options.folder) : mkdtempSync(join(tmpdir(), 'espalier-soak-'));
  const startedAt = performance.now();
  const chosen = isWindow ? windowPlans : plans;
  const endWindows = isWindow ? await prepareWindows() : null;
  let killsHere = 0;
  console.log(`Working in ${folder}.`);
  let state;
  try {
    state = await soak({
      ...{ plans: chosen, kills, seed, folder },
      until: minutes === null ? Infinity : startedAt + minutes * 60_000,
      onRound({ plan, kills: more, differences }, so) {
        killsHere += more;
        const made = killsOf(so, chosen);
        const left = ((performance.now() - startedAt) / 60_000 / Math.max(1, killsHere)) * (kills - made);
        console.log(
          `${made} of ${kills} kills: ${plan}, ${differences.length === 0 ? 'the same' : 'DIFFERS'}; about ${left.toFixed(0)} min left`,
        );
        for (const difference of differences) console.log(`  ${difference}`);
      },
    });
  } finally {
    await endWindows?.();
  }
  console.log(`\n${soakTable(state)}`);
  return state.rounds.some(({ differences }) => differences.length > 0) ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
