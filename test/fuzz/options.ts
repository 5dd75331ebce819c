import { parseArgs } from 'node:util';

/** What is asked of `npm run fuzz`. */
export type FuzzCommand =
  | { type: 'help' }
  | { type: 'list' }
  /** What was fuzzed until now. */
  | { type: 'table' }
  | { type: 'replay'; entrance: string; file: string }
  | {
      type: 'fuzz';
      /** null: all of them, one after the other. */
      entrance: string | null;
      /** null: as many as each entrance is meant to have. */
      cases: number | null;
      seed: number;
      /** For each entrance; null: until its cases are through. */
      minutes: number | null;
      /** Goes on with the kept tallies instead of from the first case. */
      isResumed: boolean;
    };

export const USAGE = `npm run fuzz -- ENTRANCE [--cases N] [--seed S] [--minutes M] [--resume]
npm run fuzz -- all [--cases N] [--seed S] [--minutes M] [--resume]
npm run fuzz -- ENTRANCE --replay FILE
npm run fuzz -- list
npm run fuzz -- table

Gives an entrance of Espalier broken and hostile input, made by mutating valid documents, and checks each case:
no crash, no hang, no memory beyond the caps, no file touched outside, a refusal that names the cause, and an accepted
input that makes sense. Failing cases are made small and kept in test-results/fuzz.

  list          the entrances
  table         what was fuzzed until now
  --cases N     how many cases (default: the goal of the entrance, 100,000)
  --seed S      the same seed gives the same cases (default 1)
  --minutes M   ends an entrance after that time
  --resume      goes on where the last run with this seed stopped, up to N cases in all
  --replay FILE runs one kept case again

Exit code: 0 nothing found, 1 something found, 2 wrong arguments.`;

/** @throws TypeError saying which argument is wrong */
export function readFuzzOptions(args: string[], entrances: readonly string[]): FuzzCommand {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      cases: { type: 'string' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      replay: { type: 'string' },
      resume: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [name, ...more] = positionals;
  if (values.help || name === 'help') return { type: 'help' };
  if (name === undefined) throw new TypeError('say which entrance, or all, or list');
  if (more.length > 0) throw new TypeError(`one entrance at a time, or all; not ${positionals.join(' and ')}`);
  if (name === 'list' || name === 'table') return { type: name };
  if (name !== 'all' && !entrances.includes(name)) {
    throw new TypeError(`there is no entrance ${name}; there are ${entrances.join(', ')}`);
  }
  if (values.replay !== undefined) {
    if (name === 'all') throw new TypeError('--replay: name the entrance of the file');
    return { type: 'replay', entrance: name, file: values.replay };
  }
  return {
    type: 'fuzz',
    entrance: name === 'all' ? null : name,
    cases: values.cases === undefined ? null : count('--cases', values.cases),
    seed: seedOf(values.seed),
    minutes: values.minutes === undefined ? null : minutesOf(values.minutes),
    isResumed: values.resume,
  };
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new TypeError(`${option}: ${text} is not a whole number from 1`);
}

function seedOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && Math.abs(value) < 2 ** 31) return value;
  throw new TypeError(`--seed: ${text} is not a whole number below 2^31`);
}

function minutesOf(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new TypeError(`--minutes: ${text} is not above 0`);
}
