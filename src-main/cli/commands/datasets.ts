import {
  isImportQuestion,
  shortened,
  visibleText,
  type DatasetDescription,
  type ImportReport,
} from '../../contract/index.ts';
import { UndecidedImportError } from '../../datasets/naming/undecided-import.ts';
import type { Lab } from '../../lab/lab.ts';
import { EXIT, UsageError, type Command, type CommandContext } from '../command.ts';
import { describeDataset, describeSummary } from '../dataset-text.ts';
import { count, duration } from '../formats.ts';
import { IMPORT_OPTIONS, IMPORT_OPTION_HELP, readImportChoices } from '../import-choices.ts';
import { showImport } from '../import-progress.ts';
import { printJson } from '../output.ts';
import { formatTable, type Column } from '../table.ts';

const columns: Column<DatasetDescription>[] = [
  { title: 'ID', align: 'left', cell: ({ id }) => id },
  { title: 'Title', align: 'left', cell: ({ title }) => title },
  { title: 'State', align: 'left', cell: ({ state }) => state },
  { title: 'Shape', align: 'left', cell: ({ shape }) => shape.join(' × ') },
  { title: 'Classes', align: 'right', cell: ({ classes }) => count(classes.length) },
  { title: 'Training', align: 'right', cell: ({ trainCount }) => count(trainCount) },
  { title: 'Test', align: 'right', cell: ({ testCount }) => count(testCount) },
];

export const datasets: Command = {
  name: 'datasets',
  usage: '[list | show ID | download ID | import PATH]',
  summary: 'shows the datasets, downloads a known one, or imports a folder or file',
  optionHelp: [
    ...IMPORT_OPTION_HELP,
    ['--json', 'prints one document'],
    ['', 'ESPALIER_DATASETS is an address that holds official files as ID/FILE, instead of their publishers'],
  ],
  options: IMPORT_OPTIONS,
  positionals: { least: 0, most: 2 },
  access: 'read',
  accessFor: (_, [action]) => (action === 'import' || action === 'download' ? 'write' : 'read'),

  async run(context) {
    const [action = 'list', what] = context.positionals;
    if (action === 'list' && what === undefined) return listDatasets(context);
    if (action === 'show' && what !== undefined) return showDataset(context, what);
    if (action === 'download' && what !== undefined) return downloadDataset(context, what);
    if (action === 'import' && what !== undefined) return importDataset(context, what);
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

async function showDataset({ lab, json, print }: CommandContext, id: string): Promise<number> {
  const all = await lab.listDatasets();
  const dataset = all.find((each) => each.id === id);
  if (!dataset) {
    throw new UsageError(
      `ID: there is no dataset ${shortened(id)}; the datasets are ${all.map((each) => each.id).join(', ')}`,
    );
  }
  const content = dataset.state === 'ready' ? await lab.readDatasetContent(id) : null;
  // Pictures are for the window.
  if (json) printJson(print, { ...dataset, content: content && { ...content, examples: undefined } });
  else print(describeDataset(dataset, content));
  return EXIT.done;
}

async function downloadDataset({ lab, json, print }: CommandContext, id: string): Promise<number> {
  const dataset = await watched(lab, () => lab.downloadDataset(id));
  const { shape, trainCount, testCount } = dataset;
  if (json) printJson(print, dataset);
  else {
    print(`${visibleText(dataset.title)} is ready: use it with --set dataset=${id}`);
    print(`Images    ${count(trainCount)} for training, ${count(testCount)} for testing, ${shape.join(' × ')}`);
  }
  return EXIT.done;
}

async function importDataset({ lab, values, json, print, say }: CommandContext, path: string): Promise<number> {
  const choices = readImportChoices(values);
  const report = await watched(lab, () => lab.importDataset({ path }, choices));
  if (!report) return EXIT.failure;
  if (isImportQuestion(report)) throw new UndecidedImportError(report);
  if (json) printJson(print, report);
  else print(describeReport(report));
  for (const { file, problem } of report.skipped) say(`Skipped ${file}: ${problem}`);
  return EXIT.done;
}

/** Shows how the work comes along; Ctrl+C cancels it in good order. */
async function watched<T>(lab: Lab, work: () => Promise<T>): Promise<T> {
  const onSignal = (): void => void lab.cancelImport();
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const stop = showImport(lab, process.stderr);
  try {
    return await work();
  } finally {
    stop();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function describeReport({ dataset, kind, contentSha256, seconds, ...summary }: ImportReport): string {
  const { id, shape, classes, trainCount, testCount } = dataset;
  return [
    `Imported ${id} from ${kind} in ${duration(seconds)}: use it with --set dataset=${id}`,
    `Images    ${count(trainCount)} for training, ${count(testCount)} for testing, ${shape.join(' × ')}`,
    `Classes   ${classes.length}: ${classes.join(', ')}`,
    `Content   SHA-256 ${contentSha256}`,
    ...describeSummary(summary),
  ]
    .map(visibleText)
    .join('\n');
}
