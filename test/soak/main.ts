import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readSoakOptions, USAGE, type SoakOptions } from './options.ts';
import { plans } from './plans.ts';
import { soak } from './soak.ts';
import { soakTable } from './table.ts';

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
  const { kills, seed, minutes } = options;
  const folder = options.folder ? resolve(options.folder) : mkdtempSync(join(tmpdir(), 'espalier-soak-'));
  const startedAt = performance.now();
  let killsHere = 0;
  console.log(`Working in ${folder}.`);
  const state = await soak({
    ...{ plans, kills, seed, folder },
    until: minutes === null ? Infinity : startedAt + minutes * 60_000,
    onRound({ plan, kills: more, differences }, { rounds }) {
      killsHere += more;
      const made = rounds.reduce((sum, round) => sum + round.kills, 0);
      const left = ((performance.now() - startedAt) / 60_000 / Math.max(1, killsHere)) * (kills - made);
      console.log(
        `${made} of ${kills} kills: ${plan}, ${differences.length === 0 ? 'the same' : 'DIFFERS'}; about ${left.toFixed(0)} min left`,
      );
      for (const difference of differences) console.log(`  ${difference}`);
    },
  });
  console.log(`\n${soakTable(state)}`);
  return state.rounds.some(({ differences }) => differences.length > 0) ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
