import { MOST_RUNS_AT_ONCE } from '../contract/index.ts';
import { type Command, type OptionValues } from './command.ts';
import { wholeNumber } from './values.ts';

/** Option of every command that trains. */
export const AT_ONCE_HELP: Command['optionHelp'][number] = [
  '--at-once N',
  'runs that train side by side, sharing the cores; as the settings say (1) unless given',
];
export const AT_ONCE_OPTION: Command['options'] = { 'at-once': { type: 'string' } };

/** @throws UsageError where `--at-once` is there and not a whole number of 1 to `MOST_RUNS_AT_ONCE` */
export const chosenRunsAtOnce = (values: OptionValues): number | undefined =>
  wholeNumber(values, 'at-once', { least: 1, most: MOST_RUNS_AT_ONCE });
