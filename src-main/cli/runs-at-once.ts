import { shortened } from '../contract/index.ts';
import { UsageError, type Command, type OptionValues } from './command.ts';

/** Option of every command that trains. */
export const AT_ONCE_HELP: Command['optionHelp'][number] = [
  '--at-once N',
  'runs that train side by side, sharing the cores; as the settings say (1) unless given',
];
export const AT_ONCE_OPTION: Command['options'] = { 'at-once': { type: 'string' } };

/** @throws UsageError where `--at-once` is there and not a whole number of 1 to 64 */
export function chosenRunsAtOnce({ 'at-once': text }: OptionValues): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 64) return value;
  throw new UsageError(`--at-once: must be a whole number of 1 to 64, not ${shortened(String(text))}`);
}
