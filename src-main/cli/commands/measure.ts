import {
  MEASURE_NAMES,
  MEASURE_OPTIONS,
  optionsOfMeasure,
  type MeasureName,
  type MeasureResult,
  type MeasureTable,
  shortened,
} from '../../contract/index.ts';
import { EXIT, UsageError, type Command } from '../command.ts';
import { printJson } from '../output.ts';
import { formatTable } from '../table.ts';
import { findRun, textOf, wholeNumber } from '../values.ts';

export const measure: Command = {
  name: 'measure',
  usage: 'ID --measure NAME',
  summary: "measures the life of a run's masks from the stored history",
  optionHelp: [
    ['--measure NAME', `one of ${MEASURE_NAMES.join(', ')}`],
    ['--layer L', 'one layer, counted from 0; all unless given'],
    ['--other ID', `the run to compare with: for ${MEASURE_OPTIONS.other.join(', ')}`],
    ['--update U', `where ${MEASURE_OPTIONS.update.join(', ')} look; the last unless given`],
    ['--tau N', `${MEASURE_OPTIONS.tau.join(', ')}: only what lived for at least N update intervals`],
    ['--json', 'prints { runId, measure, title, source, layers, total }; NaN is text'],
  ],
  options: {
    measure: { type: 'string' },
    layer: { type: 'string' },
    other: { type: 'string' },
    update: { type: 'string' },
    tau: { type: 'string' },
  },
  positionals: { least: 1, most: 1 },
  access: 'read',

  async run({ lab, positionals: [given], values, json, print }) {
    const name = requireMeasure(textOf(values, 'measure'));
    const other = textOf(values, 'other');
    const [layer, update, tau] = ['layer', 'update', 'tau'].map((option) => wholeNumber(values, option));
    if (name === 'overlap-other' && other === undefined) {
      throw new UsageError('--other: name the run that overlap-other compares with');
    }
    const taken: readonly string[] = optionsOfMeasure(name);
    for (const [option, measures] of Object.entries(MEASURE_OPTIONS)) {
      if (values[option] === undefined || taken.includes(option)) continue;
      throw new UsageError(`--${option}: is of ${measures.join(', ')}; leave it out for ${name}`);
    }
    const { id } = await findRun(lab, given);
    const result = await lab.measureRun(id, name, {
      layer,
      other: other === undefined ? undefined : (await findRun(lab, other)).id,
      update,
      tau,
    });
    if (json) printJson(print, result);
    else print(inWords(result));
    return EXIT.done;
  },
};

function requireMeasure(name: string | undefined): MeasureName {
  const found = MEASURE_NAMES.find((known) => known === name);
  if (found) return found;
  const known = `the measures are ${MEASURE_NAMES.join(', ')}`;
  throw new UsageError(
    `--measure: ${name === undefined ? `name one; ${known}` : `there is no ${shortened(name)}; ${known}`}`,
  );
}

/** The total, or every layer where there is none. */
function inWords({ title, source, layers, total }: MeasureResult): string {
  const parts = total && layers.length !== 1 ? [section('All layers', total)] : [];
  if (parts.length === 0 || layers.some((layer) => Object.keys(layer.columns).length === 0)) {
    parts.push(...layers.map((layer) => section(layer.name, layer)));
  }
  return [`${title}\nSource: ${source}`, ...parts].join('\n\n');
}

function section(name: string, { columns, facts }: MeasureTable): string {
  const lines = [name, ...Object.entries(facts).map(([key, value]) => `${key} ${cell(value)}`)];
  const keys = Object.keys(columns);
  if (keys.length > 0) {
    const rows = columns[keys[0]].map((_, row) => row);
    lines.push(
      formatTable(
        keys.map((key) => ({ title: key, align: 'right' as const, cell: (row: number) => cell(columns[key][row]) })),
        rows,
      ),
    );
  }
  return lines.join('\n');
}

const cell = (value: number): string =>
  Number.isNaN(value) ? '–' : Number.isInteger(value) ? String(value) : value.toFixed(4);
