import { millisecondsText, type EngineCalibration } from '../../contract/index.ts';
import { CONFIGURATION_OPTIONS, chosenConfigurations } from '../chosen-runs.ts';
import { EXIT, type Command } from '../command.ts';
import { date } from '../formats.ts';
import { printJson } from '../output.ts';
import { formatTable, type Column } from '../table.ts';

export const calibrate: Command = {
  name: 'calibrate',
  usage: '--list | --preset NAME | --config FILE | --set key=value',
  summary: 'measures which engine is fastest for a network; engine=auto goes by it',
  optionHelp: [
    ['--list', 'shows what is remembered, and measures nothing'],
    ['--preset NAME', 'a preset, as for run'],
    ['--config FILE', 'JSON: a configuration, an array of them, or { "runs": [...] }'],
    ['--set key=value', 'sets a key in every run; may be repeated, or followed by more pairs'],
    ['--json', 'prints an array of { choice, subject, configuration, measuredAt }'],
  ],
  options: { ...CONFIGURATION_OPTIONS, list: { type: 'boolean' } },
  positionals: { least: 0, most: 100 },
  access: 'write',
  accessFor: (values) => (values.list === true ? 'read' : 'write'),

  async run(context) {
    const { lab, values, json, print } = context;
    const found: EngineCalibration[] = [];
    if (values.list === true) found.push(...(await lab.listCalibrations()));
    else {
      const { configurations } = chosenConfigurations(context, { name: 'calibrate', verb: 'measure' });
      for (const configuration of configurations) found.push(await lab.calibrateEngines(configuration));
    }
    if (json) printJson(print, found);
    else if (found.length === 0) print('Nothing has been measured yet.');
    else print(found.map(inWords).join('\n\n'));
    return EXIT.done;
  },
};

const columns: Column<EngineCalibration['choice']['measured'][number] & { taken: boolean }>[] = [
  { title: 'Engine', align: 'left', cell: ({ engine, taken }) => `${engine}${taken ? ' *' : ''}` },
  { title: 'ms a step', align: 'right', cell: ({ millisecondsPerStep }) => millisecondsText(millisecondsPerStep) },
  { title: 'What it is', align: 'left', cell: ({ title }) => title },
];

function inWords({ subject, choice, measuredAt }: EngineCalibration): string {
  const { engine, measured, left } = choice;
  const rows = measured.map((entry) => ({ ...entry, taken: entry.engine === engine }));
  return [
    `${subject.join(', ')} (${date(measuredAt)})`,
    measured.length === 0 ? `${engine} is the only engine here: nothing to measure.` : formatTable(columns, rows),
    ...left.map((entry) => `not measured: ${entry.engine}: ${entry.reason}`),
  ].join('\n');
}
