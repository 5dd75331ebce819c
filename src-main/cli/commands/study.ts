import { readFileSync } from 'node:fs';
import {
  STUDY_FORMATS,
  expandStudy,
  requireStudy,
  sameStudy,
  type StudyDefinition,
  type StudyFormat,
  type StudyListItem,
} from '../../contract/index.ts';
import type { Lab } from '../../lab/lab.ts';
import { studyRows } from '../../lab/study-formats.ts';
import { EXIT, UsageError, type Command, type CommandContext } from '../command.ts';
import { showProgress } from '../progress.ts';
import { formatTable } from '../table.ts';
import { textOf } from '../values.ts';

const FORMATS = ['table', ...STUDY_FORMATS] as const;
type Format = 'table' | StudyFormat;

export const study: Command = {
  name: 'study',
  usage: 'FILE | --results NAME|ID',
  summary: 'trains a study (base × grid × seeds) and prints mean ± deviation; called again, it goes on',
  optionHelp: [
    ['FILE', 'JSON: { "name", "base": {}, "grid": { key: [] }, "variants": [{ "label" }], "seeds": [] }'],
    ['--results NAME|ID', 'prints what a study has so far, without training'],
    ['--format FORMAT', `one of ${FORMATS.join(', ')}; table unless given`],
    ['--dry-run', 'prints the runs that FILE makes, and trains none'],
    ['--json', 'the same as --format json'],
  ],
  options: { results: { type: 'string' }, format: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  positionals: { least: 0, most: 1 },
  access: 'write',
  accessFor: (values) => (values.results !== undefined || values['dry-run'] === true ? 'read' : 'write'),

  async run(context) {
    const { lab, values, positionals, say } = context;
    const format = chosenFormat(context);
    const wanted = textOf(values, 'results');
    if ((wanted === undefined) === (positionals.length === 0)) {
      throw new UsageError('study: name either the FILE of a study or, for one that is there, --results NAME');
    }
    if (wanted !== undefined) return printResults(context, (await findStudy(lab, wanted)).id, format);

    const definition = requireStudy(readStudyFile(positionals[0]));
    if (values['dry-run'] === true) return dryRun(context, definition);
    const there = (await lab.listStudies()).find(
      (one) => one.name === definition.name && sameStudy(one.definition, definition),
    );
    const item = there ? await lab.resumeStudy(there.id) : await lab.launchStudy(definition);
    if (there)
      say(`Going on with ${item.name} (${item.id}): ${item.counts.finished} of ${item.total} runs are finished.`);
    else say(`Queued ${item.name} (${item.id}): ${item.total} runs.`);
    const isDone = await followStudy(context, item);
    if (!isDone) return EXIT.failure;
    await printResults(context, item.id, format);
    const { counts, total } = (await lab.getStudyResults(item.id)).study;
    return counts.finished === total ? EXIT.done : EXIT.failure;
  },
};

function chosenFormat({ values, json }: CommandContext): Format {
  const format = textOf(values, 'format') ?? (json ? 'json' : 'table');
  if (!FORMATS.includes(format as Format)) {
    throw new UsageError(`--format: must be one of ${FORMATS.join(', ')}, not ${format}`);
  }
  if (json && format !== 'json') throw new UsageError(`--format: ${format} and --json exclude each other`);
  return format as Format;
}

async function dryRun({ lab, json, print }: CommandContext, definition: StudyDefinition): Promise<number> {
  const configurations = expandStudy(definition);
  for (const configuration of configurations) {
    const { issues } = await lab.checkConfiguration(configuration);
    if (issues.length > 0) throw new UsageError(`${issues[0].field}: ${issues[0].message}`);
  }
  if (json) print(JSON.stringify(configurations, null, 2));
  else print(`${definition.name}: ${configurations.length} runs`);
  return EXIT.done;
}

async function printResults({ lab, print }: CommandContext, id: string, format: Format): Promise<number> {
  if (format !== 'table') {
    print((await lab.exportStudy(id, format)).trimEnd());
    return EXIT.done;
  }
  const results = await lab.getStudyResults(id);
  const { columns, rows } = studyRows(results);
  print(
    formatTable(
      columns.map(({ title, text }, index) => ({
        title,
        align: text ? 'left' : 'right',
        cell: (row: string[]) => row[index],
      })),
      rows,
    ),
  );
  for (const note of results.notes) print(note);
  return EXIT.done;
}

/**
 * Watches a study to its end; false where Ctrl-C ended it before. Its runs are then suspended, not cancelled: the same
 * command goes on with them.
 */
async function followStudy({ lab, say }: CommandContext, { runIds, name }: StudyListItem): Promise<boolean> {
  const stopProgress = showProgress(lab, runIds, process.stderr);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  let stop: () => void = () => undefined;
  const stopped = new Promise<false>((resolve) => {
    stop = (): void => {
      say(`Stopping; what was reached is kept. The same command goes on with ${name}.`);
      for (const signal of signals) process.off(signal, stop);
      resolve(false);
    };
  });
  for (const signal of signals) process.on(signal, stop);
  try {
    return await Promise.race([lab.waitForEnd(runIds).then(() => true), stopped]);
  } finally {
    stopProgress();
    for (const signal of signals) process.off(signal, stop);
  }
}

function readStudyFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `FILE: ${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : String(error)}`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`FILE: ${file} is not JSON: ${(error as Error).message}`);
  }
}

async function findStudy(lab: Lab, wanted: string): Promise<StudyListItem> {
  const studies = await lab.listStudies();
  const found = studies.find(({ id }) => id === wanted) ?? studies.find(({ name }) => name === wanted);
  if (found) return found;
  const names = studies.map(({ name }) => `"${name}"`).join(', ');
  throw new UsageError(
    `--results: there is no study ${wanted}; ${names ? `the studies are ${names}` : 'there is none yet'}`,
  );
}
