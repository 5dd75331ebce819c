import { parseArgs } from 'node:util';
import { shortened } from '../contract/index.ts';
import { UsageError, type Command, type OptionValues } from './command.ts';
import { commands } from './commands/index.ts';

/** What a command line asks for. */
export type CommandLine =
  /** null: of everything. */
  | { type: 'help'; topic: string | null }
  | { type: 'command'; command: Command; values: OptionValues; positionals: string[] };

const COMMON_OPTIONS = {
  data: { type: 'string' },
  methods: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Node takes every letter after one dash for an option, in a time that grows with the square of their number. */
const LONGEST_SHORT_OPTIONS = 100;

/** @throws UsageError naming what is wrong */
export function parseCommandLine(args: string[]): CommandLine {
  const end = args.indexOf('--');
  const long = args
    .slice(0, end < 0 ? args.length : end)
    .find((word) => /^-[^-]/.test(word) && word.length > LONGEST_SHORT_OPTIONS);
  if (long !== undefined) throw new UsageError(`${shortened(long)}: there is no such option`);
  const { name, rest } = findCommand(args);
  if (name === undefined || name === 'help') {
    return { type: 'help', topic: rest.find((word) => !word.startsWith('-')) ?? null };
  }
  const command = requireCommand(name);
  const { values, positionals } = parse(command, rest);
  if (values.help) return { type: 'help', topic: command.name };
  return { type: 'command', command, values, positionals };
}

/** The first word that is neither an option nor its value: `--data DIR list` is `list --data DIR`. */
function findCommand(args: string[]): { name: string | undefined; rest: string[] } {
  const { tokens } = parseArgs({ args, options: COMMON_OPTIONS, allowPositionals: true, strict: false, tokens: true });
  const first = tokens.find((token) => token.kind === 'positional');
  return { name: first?.value, rest: args.filter((_, index) => index !== first?.index) };
}

/** @throws UsageError where there is no command of that name */
export function requireCommand(name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found) return found;
  const names = commands.map((command) => command.name).join(', ');
  throw new UsageError(`COMMAND: there is no command ${shortened(name)}; the commands are ${names}, help`);
}

/** Node's own words on options, which repeat what was given. */
const LONGEST_PARSING = 300;

function parse(command: Command, args: string[]): { values: OptionValues; positionals: string[] } {
  const options = { ...command.options, ...COMMON_OPTIONS };
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    const { least, most } = command.positionals;
    if (values.help || (positionals.length >= least && positionals.length <= most)) return { values, positionals };
  } catch (error) {
    throw new UsageError(`${command.name}: ${whyNotParsed(error as Error, Object.keys(options))}`);
  }
  throw new UsageError(`usage: ${command.name} ${command.usage}`.trimEnd());
}

/** What is wrong with the options, in Node's words where these lead on. */
function whyNotParsed(error: Error & { code?: string }, options: readonly string[]): string {
  const unknown = error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'(-[^]*?)'\./.exec(error.message) : null;
  if (!unknown) return shortened(error.message.replaceAll('\n', ' '), LONGEST_PARSING);
  const names = options.filter((name) => name !== 'help').map((name) => `--${name}`);
  const [last, ...others] = names.reverse();
  return `there is no option ${shortened(unknown[1])}; its options are ${others.reverse().join(', ')} and ${last}`;
}
