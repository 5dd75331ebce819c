import { ReadableError } from '../contract/index.ts';
import type { ParseArgsConfig } from 'node:util';
import type { Lab } from '../lab/lab.ts';
import type { StoreAccess } from '../store/methods.ts';

/** Exit codes. */
export const EXIT = { done: 0, failure: 1, invalidInput: 2 } as const;

export type OptionValues = Record<string, string | boolean | (string | boolean)[] | undefined>;

export interface CommandContext {
  lab: Lab;
  values: OptionValues;
  positionals: string[];
  /** One JSON document on standard output, and nothing else there. */
  json: boolean;
  /** The command's answer, to standard output. */
  print(text: string): void;
  /** The same without ending the line, for a part of a document. */
  write(text: string): void;
  /** Everything else, to standard error. */
  say(text: string): void;
}

export interface Command {
  name: string;
  /** After the name: `ID METRIC`. */
  usage: string;
  summary: string;
  /** A line per option: what is typed, and what it does. */
  optionHelp: readonly (readonly [option: string, help: string])[];
  options: NonNullable<ParseArgsConfig['options']>;
  positionals: { least: number; most: number };
  access: StoreAccess;
  /** Whether it opens a folder of which a run or a study cannot be read. */
  skipsUnreadable?(values: OptionValues): boolean;
  /** Where the access depends on the options. */
  accessFor?(values: OptionValues, positionals: readonly string[]): StoreAccess;
  /** Returns the exit code. */
  run(context: CommandContext): Promise<number>;
}

/** Invalid input; the message names the argument or field at fault. */
export class UsageError extends ReadableError {
  override readonly name = 'UsageError';
}
