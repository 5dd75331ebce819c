import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createStream } from '../../src-main/numerics/random.ts';
import { runPlan, type Ending } from './command.ts';
import { contentOf, differences, type FolderContent } from './outcome.ts';
import type { Plan } from './plans.ts';
import { runWindow } from './window.ts';

/** Kills of one training, from its start to its end; what is left is then trained undisturbed. */
const KILLS_A_ROUND = 6;

/** A plan left alone. */
interface Alone {
  /** Of the whole command. */
  seconds: number;
  content: FolderContent;
}

export interface Round {
  plan: string;
  kills: number;
  points: number;
  updates: number;
  runs: number;
  /** Empty where nothing differs; the folder is kept otherwise. */
  differences: string[];
}

/** What the state file holds: all that is needed to go on. */
export interface SoakState {
  seed: number;
  alone: Record<string, Alone>;
  rounds: Round[];
}

export interface Soaking {
  plans: readonly Plan[];
  kills: number;
  seed: number;
  folder: string;
  /** By `performance.now()`; Infinity: none. */
  until: number;
  onRound?(round: Round, state: SoakState): void;
}

/** Of these plans, those before this call too. */
export const killsOf = ({ rounds }: SoakState, plans: readonly Plan[]): number =>
  roundsOf(rounds, plans).reduce((sum, { kills }) => sum + kills, 0);

const roundsOf = (rounds: readonly Round[], plans: readonly Plan[]): readonly Round[] =>
  rounds.filter(({ plan }) => plans.some(({ name }) => name === plan));

/**
 * Rounds of kills until there are as many of these plans as asked for; goes on where an earlier call with this folder
 * stopped.
 * @throws where the folder is of another seed, or a command fails that nobody killed
 */
export async function soak({ plans, kills, seed, folder, until, onRound }: Soaking): Promise<SoakState> {
  const file = join(folder, 'soak.json');
  const state = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as SoakState)
    : { seed, alone: {}, rounds: [] };
  if (state.seed !== seed) throw new Error(`${file} is of --seed ${state.seed}, not of ${seed}.`);
  mkdirSync(folder, { recursive: true });
  const keep = (): void => {
    writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
    renameSync(`${file}.new`, file);
  };

  while (killsOf(state, plans) < kills && performance.now() < until) {
    const number = state.rounds.length;
    const plan = plans[roundsOf(state.rounds, plans).length % plans.length];
    state.alone[plan.name] ??= await leaveAlone(plan, join(folder, 'alone'));
    keep();
    const most = Math.min(KILLS_A_ROUND, kills - killsOf(state, plans));
    const round = await killAndCompare(plan, state.alone[plan.name], { number, seed, most, folder });
    state.rounds.push(round);
    keep();
    onRound?.(round, state);
  }
  return state;
}

/** By the command line, whatever is killed. */
async function leaveAlone(plan: Plan, folder: string): Promise<Alone> {
  rmSync(folder, { recursive: true, force: true });
  const ending = await runPlan(plan, folder, null);
  if (ending === null || ending.killed || ending.code !== 0) throw new Error(`${plan.name}: ${said(ending)}`);
  const content = await contentOf(folder);
  rmSync(folder, { recursive: true });
  return { seconds: ending.seconds, content };
}

interface Chance {
  number: number;
  seed: number;
  most: number;
  folder: string;
}

/** One training, killed at most `most` times at moments drawn evenly over the time that it takes when left alone. */
async function killAndCompare(plan: Plan, alone: Alone, { number, seed, most, folder }: Chance): Promise<Round> {
  const data = join(folder, `round-${number}`);
  rmSync(data, { recursive: true, force: true });
  const stream = createStream(seed, 'soak kills', number);
  // A command is killed from its start on, a window from when it is told to train; that one starts long, and so has its
  // kills closer together.
  const [session, takes] =
    plan.through === 'window' ? [runWindow, alone.content.seconds / plan.atOnce / 3] : [runPlan, alone.seconds];
  let kills = 0;
  for (let attempt = 0; ; attempt++) {
    const moment = kills < most ? stream.uniform(attempt) * takes * 1000 : null;
    const ending = await session(plan, data, moment);
    if (ending === null) break;
    if (ending.killed) kills++;
    else if (ending.code !== 0) throw new Error(`${plan.name}, after ${kills} kills in ${data}: ${said(ending)}`);
  }
  const content = await contentOf(data);
  const found = differences(content, alone.content);
  if (found.length === 0) rmSync(data, { recursive: true });
  const runs = Object.keys(content.runs).length;
  return { plan: plan.name, kills, points: content.points, updates: content.updates, runs, differences: found };
}

const said = (ending: Ending | null): string => {
  if (ending === null) return 'nothing was left to train';
  return ending.killed ? 'somebody else killed it' : `exit code ${ending.code}: ${ending.stderr.slice(-2000)}`;
};
