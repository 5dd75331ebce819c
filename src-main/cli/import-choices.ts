import * as v from 'valibot';
import {
  defaultImportChoices,
  IMPORT_OPTION_OF,
  importChoicesSchema,
  type ImportChoices,
  parseSplitNames,
  shortened,
} from '../contract/index.ts';
import { UsageError, type OptionValues } from './command.ts';
import { textOf } from './values.ts';

/** What the options of an import are called, and the choice they make. */
export const IMPORT_OPTIONS = {
  name: { type: 'string' },
  'on-bad-file': { type: 'string' },
  size: { type: 'string' },
  resize: { type: 'string' },
  channels: { type: 'string' },
  'test-share': { type: 'string' },
  seed: { type: 'string' },
  'keep-files': { type: 'boolean' },
  labels: { type: 'string' },
  images: { type: 'string' },
  config: { type: 'string' },
  'train-split': { type: 'string' },
  'test-split': { type: 'string' },
  'value-range': { type: 'string' },
  'most-gib': { type: 'string' },
} as const;

/** A line of help for each. */
export const IMPORT_OPTION_HELP = [
  ['--name ID', 'import: the dataset’s identifier, as in dataset=ID; else one is made from its content'],
  ['--on-bad-file stop|skip', 'import: whether a file that cannot be used ends the import (default stop)'],
  ['--size HEIGHTxWIDTH', 'import: size of every image file; else they must all have that of the first'],
  ['--resize stretch|cover|contain', 'import: how images get that size (default stretch)'],
  ['--channels as-is|grey|rgb', 'import: what every image file is converted to (default as-is)'],
  ['--test-share SHARE', 'import: of every class, where the files have no test split (default 0.2)'],
  ['--seed N', 'import: of that split (default 1)'],
  ['--keep-files', 'import: leaves class folders of images where they are, for what is larger than memory'],
  ['--train-split NAME[,NAME]', 'import: the splits to train on, by their names; none where folders are classes'],
  ['--test-split NAME[,NAME]', 'import: the splits to test with; none draws them from the training data'],
  ['--config NAME', 'import: the folder of Parquet files to take, where a dataset has several configurations'],
  ['--images NAME', 'import: the column or array of training images, where there are several'],
  ['--labels NAME', 'import: the column or array of training labels, where there are several'],
  ['--value-range=LOW,HIGH', 'import: the values of arrays that become 0 and 255; else as they say'],
  ['--most-gib N', 'import: GiB of memory for what is read at once, such as an array (default 4)'],
] as const;

/** @throws UsageError that names the option at fault */
export function readImportChoices(values: OptionValues): ImportChoices {
  const size = textOf(values, 'size');
  const given = {
    name: textOf(values, 'name'),
    onBadFile: textOf(values, 'on-bad-file'),
    size: size === undefined ? undefined : readSize(size),
    resize: textOf(values, 'resize'),
    channels: textOf(values, 'channels'),
    testShare: readNumber(values, 'test-share'),
    seed: readNumber(values, 'seed'),
    keepFiles: values['keep-files'] === true,
    labels: textOf(values, 'labels'),
    images: textOf(values, 'images'),
    config: textOf(values, 'config'),
    trainSplits: readSplits(values, 'train-split'),
    testSplits: readSplits(values, 'test-split'),
    valueRange: readRange(textOf(values, 'value-range')),
    mostGibibytes: readNumber(values, 'most-gib'),
  };
  const chosen = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const result = v.safeParse(importChoicesSchema, { ...defaultImportChoices, ...chosen });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const key = String(issue.path?.[0]?.key) as keyof ImportChoices;
  throw new UsageError(`--${IMPORT_OPTION_OF[key]}: ${issue.message}`);
}

function readSplits(values: OptionValues, option: string): string[] | undefined {
  const text = textOf(values, option);
  return text === undefined ? undefined : (parseSplitNames(text) ?? ['']);
}

function readSize(text: string): [number, number] {
  const match = /^(\d+)(?:x(\d+))?$/.exec(text);
  if (!match) throw new UsageError(`--size: must be HEIGHTxWIDTH such as 32x32, not ${shortened(text)}`);
  return [Number(match[1]), Number(match[2] ?? match[1])];
}

function readRange(text: string | undefined): [number, number] | undefined {
  if (text === undefined) return undefined;
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.length === 2 && numbers.every(Number.isFinite)) return [numbers[0], numbers[1]];
  throw new UsageError(`--value-range: must be LOW,HIGH such as --value-range=0,4095, not ${shortened(text)}`);
}

function readNumber(values: OptionValues, option: string): number | undefined {
  const text = textOf(values, option);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new UsageError(`--${option}: must be a number, not ${shortened(text)}`);
}
