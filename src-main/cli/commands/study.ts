import {
  counted,
  DEFAULT_PRESET_SCALE,
  STUDY_FORMATS,
  PRESET_SCALES,
  expandStudy,
  sameStudy,
  visibleText,
  type StudyDefinition,
  type StudyFormat,
  type StudyListItem,
  shortened,
  listed,
} from '../../contract/index.ts';
import type { Lab } from '../../lab/lab.ts';
import { studyRows } from '../../lab/studies/study-formats.ts';
import { studyPresets } from '../../lab/studies/presets/index.ts';
import { EXIT, UsageError, type Command, type CommandContext } from '../command.ts';
import { printJson } from '../output.ts';
import { showProgress } from '../progress.ts';
import { isOfDivergence, sayWarnings } from '../run-warnings.ts';
import { AT_ONCE_HELP, AT_ONCE_OPTION } from '../runs-at-once.ts';
import { onEndingSignal } from '../signals.ts';
import { DRAWING_HELP, chosenDrawing, drawStudy, type Drawing } from '../study-drawing.ts';
import { chosenStudies } from '../study-definitions.ts';
import { formatTable } from '../table.ts';
import { textOf } from '../values.ts';

const FORMATS = ['table', ...STUDY_FORMATS] as const;
type Format = 'table' | StudyFormat;

const SWEEPS = [...new Set(studyPresets.flatMap(({ sweeps }) => sweeps.map(({ id }) => id)))];

export const study: Command = {
  name: 'study',
  usage: 'FILE | --preset NAME | --results NAME|ID',
  summary: 'trains a study (base × grid × seeds) and prints mean ± deviation; called again, it goes on',
  optionHelp: [
    ['FILE', 'JSON: { "name", "base": {}, "grid": { key: [] }, "variants": [{ "label" }], "seeds": [] }'],
    ['--preset NAME', `a published experiment: ${studyPresets.map(({ id }) => id).join(', ')}`],
    ['--sweep NAME', `one of its sweeps (${SWEEPS.join(', ')}); all unless given`],
    ['--scale SCALE', `${PRESET_SCALES.join(', ')}: how much of it is run; ${DEFAULT_PRESET_SCALE} unless given`],
    ['--results NAME|ID', 'prints what a study has so far, without training'],
    ['--format FORMAT', `one of ${FORMATS.join(', ')}; table unless given`],
    ...DRAWING_HELP,
    AT_ONCE_HELP,
    ['--dry-run', 'prints how many runs there would be, with --json each of them, and trains none'],
    ['--json', 'the same as --format json'],
  ],
  options: {
    preset: { type: 'string' },
    sweep: { type: 'string' },
    scale: { type: 'string' },
    results: { type: 'string' },
    format: { type: 'string' },
    chart: { type: 'string' },
    out: { type: 'string', multiple: true },
    ...AT_ONCE_OPTION,
    'dry-run': { type: 'boolean' },
  },
  positionals: { least: 0, most: 1 },
  access: 'write',
  accessFor: (values) => (values.results !== undefined || values['dry-run'] === true ? 'read' : 'write'),

  async run(context) {
    const { lab, values, positionals } = context;
    const format = chosenFormat(context);
    const drawing = chosenDrawing(values);
    const wanted = textOf(values, 'results');
    const sources = [wanted, textOf(values, 'preset'), positionals[0]].filter((source) => source !== undefined);
    if (sources.length !== 1) {
      throw new UsageError(
        'study: name the FILE of a study, a published one by --preset NAME, or one that is there by --results NAME',
      );
    }
    if (wanted !== undefined) return show(context, (await findStudy(lab, wanted)).id, format, drawing);

    const definitions = chosenStudies(context);
    if (format === 'json' && definitions.length > 1 && values['dry-run'] !== true) {
      throw new UsageError('--json: prints one study; name one of the preset with --sweep');
    }
    if (drawing && definitions.length > 1) {
      throw new UsageError('--chart: draws one study; name one of the preset with --sweep');
    }
    if (values['dry-run'] === true) return dryRun(context, definitions);
    let exit: number = EXIT.done;
    for (const definition of definitions) {
      const ended = await train(context, definition, format, drawing);
      if (ended === null) return EXIT.failure;
      if (ended !== EXIT.done) exit = ended;
    }
    return exit;
  },
};

/** Trains a study to its end and prints it; null where a person stopped it before. */
async function train(
  context: CommandContext,
  definition: StudyDefinition,
  format: Format,
  drawing: Drawing | null,
): Promise<number | null> {
  const { lab, say } = context;
  const there = (await lab.listStudies()).find(
    (one) => one.name === definition.name && sameStudy(one.definition, definition),
  );
  if (there && there.trashedRunIds.length > 0) {
    const ids = there.trashedRunIds;
    say(
      `Runs of this study in the trash, trained anew: ${ids.length}. To have them back instead, stop this and ` +
        `restore them: restore ${ids.slice(0, 3).join(' ')}${ids.length > 3 ? ' …' : ''}`,
    );
  }
  const item = there ? await lab.resumeStudy(there.id) : await lab.launchStudy(definition);
  if (there)
    say(`Going on with ${item.name} (${item.id}): ${item.counts.finished} of ${counted(item.total, 'run')} finished.`);
  else say(`Queued ${item.name} (${item.id}): ${counted(item.total, 'run')}.`);
  if (!(await followStudy(context, item))) return null;
  await show(context, item.id, format, drawing);
  const { counts, total, runIds } = (await lab.getStudyResults(item.id)).study;
  const members = new Set(runIds);
  // The notes have the other warnings, one for each kind and group.
  sayWarnings(
    say,
    (await lab.listRuns()).filter(({ id }) => members.has(id)),
    isOfDivergence,
  );
  return counts.finished === total ? EXIT.done : EXIT.failure;
}

function chosenFormat({ values, json }: CommandContext): Format {
  const format = textOf(values, 'format') ?? (json ? 'json' : 'table');
  if (!FORMATS.includes(format as Format)) {
    throw new UsageError(`--format: must be one of ${FORMATS.join(', ')}, not ${shortened(format)}`);
  }
  if (json && format !== 'json') throw new UsageError(`--format: ${format} and --json exclude each other`);
  return format as Format;
}

async function dryRun({ lab, json, print }: CommandContext, definitions: StudyDefinition[]): Promise<number> {
  const expanded = definitions.map((definition) => ({
    definition,
    configurations: expandStudy(definition, lab.methods()),
  }));
  for (const configuration of expanded.flatMap(({ configurations }) => configurations)) {
    const { issues } = await lab.checkConfiguration(configuration);
    if (issues.length > 0) throw new UsageError(`${issues[0].field}: ${issues[0].message}`);
  }
  if (json)
    printJson(
      print,
      expanded.flatMap(({ configurations }) => configurations),
    );
  else
    for (const { definition, configurations } of expanded)
      print(`${visibleText(definition.name)}: ${counted(configurations.length, 'run')}`);
  return EXIT.done;
}

async function show(context: CommandContext, id: string, format: Format, drawing: Drawing | null): Promise<number> {
  await printResults(context, id, format);
  if (drawing) await drawStudy(context, id, drawing);
  return EXIT.done;
}

async function printResults({ lab, print }: CommandContext, id: string, format: Format): Promise<void> {
  if (format !== 'table') {
    print((await lab.exportStudy(id, format)).trimEnd());
    return;
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
  for (const note of results.notes) print(visibleText(note));
}

/**
 * Watches a study to its end; false where Ctrl-C or another signal ended it before. Its runs are then suspended, not
 * cancelled: the same command goes on with them.
 */
async function followStudy(context: CommandContext, { runIds, name }: StudyListItem): Promise<boolean> {
  const { lab, say } = context;
  const stopProgress = showProgress(lab, runIds, process.stderr);
  let stopListening: () => void = () => undefined;
  const stopped = new Promise<false>((resolve) => {
    stopListening = onEndingSignal(context, () => {
      say(`Stopping; what was reached is kept. The same command goes on with ${name}.`);
      resolve(false);
    });
  });
  try {
    return await Promise.race([lab.waitForEnd(runIds).then(() => true), stopped]);
  } finally {
    stopProgress();
    stopListening();
  }
}

async function findStudy(lab: Lab, wanted: string): Promise<StudyListItem> {
  const studies = await lab.listStudies();
  const found = studies.find(({ id }) => id === wanted) ?? studies.find(({ name }) => name === wanted);
  if (found) return found;
  const names = listed(studies.map(({ name }) => `"${name}"`)).join(', ');
  throw new UsageError(
    `--results: there is no study ${shortened(wanted)}; ${names ? `the studies are ${names}` : 'there is none yet'}`,
  );
}
