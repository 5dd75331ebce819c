import { statSync } from 'node:fs';
import { shortened, InvalidConfigurationError, visibleBlock, visibleLines, visibleText } from '../contract/index.ts';
import { checkDataFolder } from '../lab/check-data-folder.ts';
import { namedDataFolder } from '../lab/data-folder.ts';
import { createLab } from '../lab/lab.ts';
import { StoreError } from '../store/errors.ts';
import { removeUnusedFolder } from '../store/unused-folder.ts';
import { closeLab } from './closing.ts';
import { DatasetError } from '../datasets/dataset-error.ts';
import { EXIT, UsageError, type Command, type OptionValues } from './command.ts';
import { sourceEnvironment } from './environment.ts';
import { commandHelp, generalHelp } from './help.ts';
import { parseCommandLine, requireCommand } from './parse-command-line.ts';
import { chosenRunsAtOnce } from './runs-at-once.ts';
import { textOf } from './values.ts';

/** Whoever puts a name into text of several lines shows it by `visibleText`; nothing else of it acts on a terminal. */
const write = (text: string): void => void process.stdout.write(visibleLines(text));
const print = (text: string): void => write(`${text}\n`);
/** One line, whatever it echoes. */
const say = (text: string): void => void process.stderr.write(`${visibleText(text)}\n`);

/** Runs one command line, and says on standard error what was wrong with it. @returns the exit code */
export async function runCommandLine(args: string[]): Promise<number> {
  try {
    const line = parseCommandLine(args);
    return line.type === 'help' ? help(line.topic) : await execute(line.command, line.values, line.positionals);
  } catch (error) {
    return report(error);
  }
}

function help(topic: string | null): number {
  print(topic === null ? generalHelp() : commandHelp(requireCommand(topic)));
  return EXIT.done;
}

async function execute(command: Command, values: OptionValues, positionals: string[]): Promise<number> {
  const access = command.accessFor?.(values, positionals) ?? command.access;
  const named = textOf(values, 'data');
  if (named === '') throw new UsageError('--data: name a folder');
  const environment = sourceEnvironment(named, access, {
    runsAtOnce: chosenRunsAtOnce(values),
    methodsFolder: chosenMethodsFolder(values),
  });
  const made = checkDataFolder(environment.dataFolder, access, namedDataFolder(named) !== undefined);
  try {
    const lab = await createLab({ ...environment, skipsUnreadable: command.skipsUnreadable?.(values) });
    try {
      for (const { state, message } of lab.methodFiles()) if (state === 'broken' && message) say(`Warning: ${message}`);
      return await command.run({ lab, values, positionals, json: values.json === true, print, write, say });
    } finally {
      await closeLab(lab, say);
    }
  } catch (error) {
    // What was refused leaves nothing behind.
    if (made !== null) removeUnusedFolder(environment.dataFolder, made);
    throw error;
  }
}

/** @throws UsageError where it is no folder: a method would be missed in silence */
function chosenMethodsFolder(values: OptionValues): string | undefined {
  const folder = textOf(values, 'methods');
  if (folder === undefined) return undefined;
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`--methods: ${shortened(folder)} is not a folder`);
  return folder;
}

/** Invalid input is reported by field; anything else in one line, unless someone is looking for its cause. */
function report(error: unknown): number {
  const isDebugged = process.env.ESPALIER_DEBUG && error instanceof Error;
  const text = isDebugged ? visibleLines(error.stack ?? error.message) : inWords(error);
  process.stderr.write(`${text}\n`);
  const isInvalid =
    error instanceof UsageError ||
    (error instanceof DatasetError && error.fault === 'input') ||
    error instanceof InvalidConfigurationError ||
    (error instanceof StoreError && (error.kind === 'missing' || error.kind === 'unfit'));
  return isInvalid ? EXIT.invalidInput : EXIT.failure;
}

/** Messages echo what was given, whose line ends must not make a line of their own. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return visibleBlock(String(error));
  if (error instanceof UsageError) return visibleText(error.message);
  if (!(error instanceof InvalidConfigurationError)) return visibleBlock(error.message);
  return visibleLines(error.message);
}
