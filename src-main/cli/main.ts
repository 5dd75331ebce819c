import { parseArgs } from 'node:util';
import { InvalidConfigurationError, shortened, visibleBlock, visibleLines, visibleText } from '../contract/index.ts';
import { checkDataFolder } from '../lab/check-data-folder.ts';
import { namedDataFolder } from '../lab/data-folder.ts';
import { createLab } from '../lab/lab.ts';
import { StoreError } from '../store/errors.ts';
import { removeUnusedFolder } from '../store/unused-folder.ts';
import { UndecidedImportError } from '../datasets/naming/undecided-import.ts';
import { closeLab } from './closing.ts';
import { EXIT, UsageError, type Command, type OptionValues } from './command.ts';
import { commands } from './commands/index.ts';
import { sourceEnvironment } from './environment.ts';
import { commandHelp, generalHelp } from './help.ts';
import { chosenRunsAtOnce } from './runs-at-once.ts';
import { textOf } from './values.ts';

const COMMON_OPTIONS = {
  data: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Whoever puts a name into text of several lines shows it by `visibleText`; nothing else of it acts on a terminal. */
const print = (text: string): void => void process.stdout.write(`${visibleLines(text)}\n`);
/** One line, whatever it echoes. */
const say = (text: string): void => void process.stderr.write(`${visibleText(text)}\n`);

/** Runs one command line; returns the exit code. */
async function main(args: string[]): Promise<number> {
  const { name, rest } = findCommand(args);
  if (name === undefined || name === 'help') return help(rest.find((word) => !word.startsWith('-')));
  const command = requireCommand(name);
  const { values, positionals } = parse(command, rest);
  if (values.help) return help(command.name);
  return execute(command, values, positionals);
}

/** The first word that is neither an option nor its value: `--data DIR list` is `list --data DIR`. */
function findCommand(args: string[]): { name: string | undefined; rest: string[] } {
  const { tokens } = parseArgs({ args, options: COMMON_OPTIONS, allowPositionals: true, strict: false, tokens: true });
  const first = tokens.find((token) => token.kind === 'positional');
  return { name: first?.value, rest: args.filter((_, index) => index !== first?.index) };
}

function help(topic: string | undefined): number {
  print(topic === undefined ? generalHelp() : commandHelp(requireCommand(topic)));
  return EXIT.done;
}

function requireCommand(name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found) return found;
  const names = commands.map((command) => command.name).join(', ');
  throw new UsageError(`COMMAND: there is no command ${shortened(name)}; the commands are ${names}, help`);
}

/** Node's own words on options, which repeat what was given. */
const LONGEST_PARSING = 300;

function parse(command: Command, args: string[]): { values: OptionValues; positionals: string[] } {
  const options = { ...COMMON_OPTIONS, ...command.options };
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    const { least, most } = command.positionals;
    if (values.help || (positionals.length >= least && positionals.length <= most)) return { values, positionals };
  } catch (error) {
    throw new UsageError(`${command.name}: ${shortened((error as Error).message, LONGEST_PARSING)}`);
  }
  throw new UsageError(`usage: ${command.name} ${command.usage}`.trimEnd());
}

async function execute(command: Command, values: OptionValues, positionals: string[]): Promise<number> {
  const access = command.accessFor?.(values, positionals) ?? command.access;
  const named = textOf(values, 'data');
  if (named === '') throw new UsageError('--data: name a folder');
  const environment = sourceEnvironment(named, access, chosenRunsAtOnce(values));
  const made = checkDataFolder(environment.dataFolder, access, namedDataFolder(named) !== undefined);
  try {
    const lab = await createLab(environment);
    try {
      return await command.run({ lab, values, positionals, json: values.json === true, print, say });
    } finally {
      await closeLab(lab, say);
    }
  } catch (error) {
    // What was refused leaves nothing behind.
    if (made !== null) removeUnusedFolder(environment.dataFolder, made);
    throw error;
  }
}

/** Invalid input is told by field; anything else in one line, unless someone is looking for its cause. */
function report(error: unknown): number {
  const isDebugged = process.env.ESPALIER_DEBUG && error instanceof Error;
  const text = isDebugged ? visibleLines(error.stack ?? error.message) : inWords(error);
  process.stderr.write(`${text}\n`);
  const isInvalid =
    error instanceof UsageError ||
    error instanceof UndecidedImportError ||
    error instanceof InvalidConfigurationError ||
    (error instanceof StoreError && error.kind === 'missing');
  return isInvalid ? EXIT.invalidInput : EXIT.failure;
}

/** Messages echo what was given, whose line ends must not make a line of their own. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return visibleBlock(String(error));
  if (error instanceof UsageError) return visibleText(error.message);
  if (!(error instanceof InvalidConfigurationError)) return visibleBlock(error.message);
  return visibleLines(error.message);
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

// Nobody reads what is said along the way any more (`2>&1 | head`, a terminal that is gone): training goes on.
process.stderr.on('error', () => undefined);

process.exitCode = await main(process.argv.slice(2)).catch(report);
