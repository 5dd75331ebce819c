import { parseArgs } from 'node:util';

/** What is asked of `npm run soak`. */
export interface SoakOptions {
  kills: number;
  seed: number;
  /** Folder of the state file and of what is trained; null: a new temporary one. */
  folder: string | null;
  /** Null: until all kills are made. */
  minutes: number | null;
  /** Kills the window instead of the command line. */
  isWindow: boolean;
}

export const USAGE = `npm run soak -- [--kills N] [--seed S] [--data DIR] [--minutes M] [--window]

Trains runs and studies by the command line, kills the process (SIGKILL) at random moments, resumes, and compares what
came of it bit for bit with the same runs left alone: weights, every mask update, every point of every series.

  --kills N    how many kills (default 200)
  --seed S     the same seed draws the same moments (default 1); what a moment hits depends on the machine
  --data DIR   where to work; the same command goes on there with what an earlier one left to do
  --window     trains in the window, on a display of its own, and kills its main process; with --data, the kills of the
               command line are counted and shown beside
  --minutes M  ends after the training that passes that time

Exit code: 0 nothing differs, 1 something differs, 2 wrong arguments.`;

/** @returns null where help is asked for. @throws TypeError saying which argument is wrong */
export function readSoakOptions(args: string[]): SoakOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      data: { type: 'string' },
      minutes: { type: 'string' },
      window: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    kills: whole('--kills', values.kills, 1),
    seed: whole('--seed', values.seed, 0),
    folder: values.data ?? null,
    minutes: values.minutes === undefined ? null : minutesOf(values.minutes),
    isWindow: values.window,
  };
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value < 2 ** 32) return value;
  throw new TypeError(`${option}: ${text} is not a whole number from ${least} and below 2^32`);
}

function minutesOf(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new TypeError(`--minutes: ${text} is not above 0`);
}
