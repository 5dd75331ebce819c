import { relative } from 'node:path';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { entrances } from './entrances/index.ts';
import type { Entrance } from './harness/entrance.ts';
import { createHostKeeper, fuzz, type HostKeeper } from './harness/fuzz.ts';
import { keepReproduction, readReproduction, show } from './harness/reproduction.ts';
import { judgeInHost, shrink } from './harness/shrink.ts';
import { keepTally, readTally, type Tally } from './harness/tally.ts';
import { RULES } from './harness/verdict.ts';
import type { FuzzCommand } from './options.ts';
import { fuzzTable } from './table.ts';

const say = (text: string): void => console.log(text);
const count = (value: number): string => value.toLocaleString('en-GB');

/** Runs one kept case again. @returns the exit code */
export async function replay(name: string, file: string): Promise<number> {
  const kept = readReproduction(file);
  const entrance = entrances.find((one) => one.name === name);
  if (!entrance || kept.entrance !== name) {
    console.error(`${file} is a case of ${kept.entrance}, not of ${name}.`);
    return 2;
  }
  const keeper = createHostKeeper();
  try {
    say(`Input: ${show(kept.input)}`);
    const verdict = await judgeInHost(entrance, keeper, kept.input);
    if (verdict.kind === 'failed') say(`Failed: ${RULES[verdict.rule]}: ${verdict.detail}`);
    else say(verdict.kind === 'refused' ? `Refused: ${verdict.message}` : 'Accepted.');
    return verdict.kind === 'failed' ? 1 : 0;
  } finally {
    await keeper.drop();
  }
}

/** Prints the tallies that are kept. @returns the exit code */
export function showTallies(): number {
  const tallies = entrances.flatMap(({ name }) => readTally(name) ?? []);
  say(tallies.length === 0 ? 'Nothing was fuzzed here yet.' : fuzzTable(tallies));
  return tallies.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

/** Fuzzes what the command names, prints a table and what was found. @returns the exit code */
export async function fuzzAndReport(command: Extract<FuzzCommand, { type: 'fuzz' }>): Promise<number> {
  const chosen = entrances.filter(({ name }) => command.entrance === null || command.entrance === name);
  for (const { name } of command.isResumed ? chosen : []) {
    const kept = readTally(name);
    if (!kept || kept.seed === command.seed) continue;
    say(`--resume: ${name} stopped with --seed ${kept.seed}, not ${command.seed}`);
    return 2;
  }
  const tallies: Tally[] = [];
  for (const entrance of chosen) {
    const keeper = createHostKeeper();
    try {
      tallies.push(await fuzzOne(entrance, keeper, command));
    } finally {
      await keeper.drop();
    }
  }
  say(`\n${fuzzTable(tallies)}`);
  return tallies.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

async function fuzzOne(
  entrance: Entrance,
  keeper: HostKeeper,
  { cases, seed, minutes, isResumed }: Extract<FuzzCommand, { type: 'fuzz' }>,
): Promise<Tally> {
  const { name, goal = 100_000 } = entrance;
  const kept = isResumed ? readTally(name) : null;
  let toldAt = performance.now();
  const tally = await fuzz(entrance, keeper, {
    ...{ seed, cases: cases ?? goal, resumed: kept ?? undefined },
    until: minutes === null ? undefined : performance.now() + minutes * 60_000,
    onProgress(so) {
      keepTally(so);
      if (performance.now() - toldAt < 10_000) return;
      toldAt = performance.now();
      const speed = Math.round(so.cases / so.seconds);
      say(`${name}: ${count(so.cases)} cases, ${speed} a second, ${so.failures.length} kinds of failure`);
    },
  });
  keepTally(tally);
  say(`${name}: ${count(tally.cases)} cases with seed ${seed}, ${tally.failures.length} kinds of failure`);
  for (const [number, found] of tally.failures.entries()) {
    const { rule, detail } = found.verdict;
    say(`\n  ${number + 1}. ${RULES[rule]} (${count(found.count)} cases): ${detail}`);
    const shrunk = await shrink(entrance, keeper, found);
    const file = relative(projectRoot, keepReproduction(name, number + 1, found, shrunk));
    if (!shrunk.isRepeated) say('     It did not happen again by itself.');
    else if (shrunk.verdict.detail !== detail) say(`     Made small: ${shrunk.verdict.detail}`);
    say(`     Input: ${show(shrunk.input)}`);
    say(`     Seed ${found.seed}, path ${found.index}. Again: npm run fuzz -- ${name} --replay ${file}`);
  }
  return tally;
}
