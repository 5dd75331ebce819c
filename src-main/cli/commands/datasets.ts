import * as v from 'valibot';
import {
  defaultImportChoices,
  importChoicesSchema,
  type DatasetDescription,
  type ImportChoices,
  type ImportReport,
} from '../../contract/index.ts';
import { EXIT, UsageError, type Command, type CommandContext, type OptionValues } from '../command.ts';
import { duration } from '../formats.ts';
import { showImport } from '../import-progress.ts';
import { printJson } from '../output.ts';
import { formatTable, type Column } from '../table.ts';
import { textOf } from '../values.ts';

const count = (value: number): string => value.toLocaleString('en-GB');

const columns: Column<DatasetDescription>[] = [
  { title: 'ID', align: 'left', cell: ({ id }) => id },
  { title: 'Title', align: 'left', cell: ({ title }) => title },
  { title: 'State', align: 'left', cell: ({ state }) => state },
  { title: 'Shape', align: 'left', cell: ({ shape }) => shape.join(' × ') },
  { title: 'Classes', align: 'right', cell: ({ classes }) => count(classes.length) },
  { title: 'Training', align: 'right', cell: ({ trainCount }) => count(trainCount) },
  { title: 'Test', align: 'right', cell: ({ testCount }) => count(testCount) },
];

/** What the options of an import are called, and the choice they make. */
const IMPORT_OPTIONS = {
  name: { type: 'string' },
  'on-bad-file': { type: 'string' },
  size: { type: 'string' },
  resize: { type: 'string' },
  channels: { type: 'string' },
  'test-share': { type: 'string' },
  seed: { type: 'string' },
  labels: { type: 'string' },
} as const;

const OPTION_OF: Record<keyof ImportChoices, keyof typeof IMPORT_OPTIONS> = {
  name: 'name',
  onBadFile: 'on-bad-file',
  size: 'size',
  resize: 'resize',
  channels: 'channels',
  testShare: 'test-share',
  seed: 'seed',
  labels: 'labels',
};

export const datasets: Command = {
  name: 'datasets',
  usage: '[list | import PATH]',
  summary: 'shows the datasets, or imports a folder or file',
  optionHelp: [
    ['--name ID', 'import: the dataset’s identifier, as in dataset=ID; else one is made from its content'],
    ['--on-bad-file stop|skip', 'import: whether a file that cannot be used ends the import (default stop)'],
    ['--size HEIGHTxWIDTH', 'import: size of every image; else they must all have that of the first'],
    ['--resize stretch|cover|contain', 'import: how images get that size (default stretch)'],
    ['--channels as-is|grey|rgb', 'import: what every image is converted to (default as-is)'],
    ['--test-share SHARE', 'import: of every class, where the files have no test split (default 0.2)'],
    ['--seed N', 'import: of that split (default 1)'],
    ['--labels COLUMN', 'import: the column or array of labels, where there are several'],
    ['--json', 'prints one document'],
  ],
  options: IMPORT_OPTIONS,
  positionals: { least: 0, most: 2 },
  access: 'read',
  accessFor: (_, [action]) => (action === undefined || action === 'list' ? 'read' : 'write'),

  async run(context) {
    const [action = 'list', path] = context.positionals;
    if (action === 'list' && path === undefined) return listDatasets(context);
    if (action === 'import' && path !== undefined) return importDataset(context, path);
    throw new UsageError(`usage: datasets ${datasets.usage}`);
  },
};

async function listDatasets({ lab, json, print, say }: CommandContext): Promise<number> {
  const found = await lab.listDatasets();
  if (json) {
    printJson(print, found);
    return EXIT.done;
  }
  print(formatTable(columns, found));
  for (const { id, hint } of found) if (hint) say(`${id}: ${hint}`);
  return EXIT.done;
}

async function importDataset({ lab, values, json, print, say }: CommandContext, path: string): Promise<number> {
  const choices = readChoices(values);
  const onSignal = (): void => void lab.cancelImport();
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const stop = showImport(lab, process.stderr);
  try {
    const report = await lab.importDataset({ path }, choices);
    stop();
    if (!report) return EXIT.failure;
    if (json) printJson(print, report);
    else print(describe(report));
    for (const { file, problem } of report.skipped) say(`Skipped ${file}: ${problem}`);
    return EXIT.done;
  } finally {
    stop();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function readChoices(values: OptionValues): ImportChoices {
  const size = textOf(values, 'size');
  const given = {
    name: textOf(values, 'name'),
    onBadFile: textOf(values, 'on-bad-file'),
    size: size === undefined ? undefined : readSize(size),
    resize: textOf(values, 'resize'),
    channels: textOf(values, 'channels'),
    testShare: readNumber(values, 'test-share'),
    seed: readNumber(values, 'seed'),
    labels: textOf(values, 'labels'),
  };
  const chosen = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const result = v.safeParse(importChoicesSchema, { ...defaultImportChoices, ...chosen });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const key = String(issue.path?.[0]?.key) as keyof ImportChoices;
  throw new UsageError(`--${OPTION_OF[key]}: ${issue.message}`);
}

function readSize(text: string): [number, number] {
  const match = /^(\d+)(?:x(\d+))?$/.exec(text);
  if (!match) throw new UsageError(`--size: must be HEIGHTxWIDTH such as 32x32, not ${text}`);
  return [Number(match[1]), Number(match[2] ?? match[1])];
}

function readNumber(values: OptionValues, option: string): number | undefined {
  const text = textOf(values, option);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new UsageError(`--${option}: must be a number, not ${text}`);
}

function describe({ dataset, kind, contentSha256, skippedCount, notes, seconds }: ImportReport): string {
  const { id, shape, classes, trainCount, testCount } = dataset;
  return [
    `Imported ${id} from ${kind} in ${duration(seconds)}: use it with --set dataset=${id}`,
    `Images    ${count(trainCount)} for training, ${count(testCount)} for testing, ${shape.join(' × ')}`,
    `Classes   ${classes.length}: ${classes.join(', ')}`,
    `Skipped   ${skippedCount === 0 ? 'nothing' : count(skippedCount)}`,
    `Content   SHA-256 ${contentSha256}`,
    ...notes.map((note) => `Note      ${note}`),
  ].join('\n');
}
