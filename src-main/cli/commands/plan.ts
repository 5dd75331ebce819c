import { type RunForecast, shortened } from '../../contract/index.ts';
import { CONFIGURATION_OPTIONS, chosenConfigurations } from '../chosen-runs.ts';
import { EXIT, UsageError, type Command } from '../command.ts';
import { duration, fraction, sparsity } from '../formats.ts';
import { printJson } from '../output.ts';
import { formatTable, type Column } from '../table.ts';
import { textOf } from '../values.ts';

export const plan: Command = {
  name: 'plan',
  usage: '--preset NAME | --config FILE | --set key=value',
  summary: 'tells what a run would explore, cost and take, without running it',
  optionHelp: [
    ['--preset NAME', 'a preset, as for run'],
    ['--config FILE', 'JSON: a configuration, an array of them, or { "runs": [...] }'],
    ['--set key=value', 'sets a key in every run; may be repeated, or followed by more pairs'],
    ['--target-rs X', 'also tells which update interval, epochs or prune rate is expected to explore X (0 to 1)'],
    [
      '--json',
      'prints { method, updates, expectedRs, maxRs, layers, rsBasis, flops, seconds, warnings, target }, or an array of them',
    ],
  ],
  options: { ...CONFIGURATION_OPTIONS, 'target-rs': { type: 'string' } },
  positionals: { least: 0, most: 100 },
  access: 'read',

  async run(context) {
    const { lab, values, json, print } = context;
    const targetRs = readTarget(textOf(values, 'target-rs'));
    const { configurations } = chosenConfigurations(context, { name: 'plan', verb: 'plan' });
    const forecasts: RunForecast[] = [];
    for (const configuration of configurations) forecasts.push(await lab.forecastRun(configuration, targetRs));
    if (json) printJson(print, forecasts.length === 1 ? forecasts[0] : forecasts);
    else print(forecasts.map(inWords).join('\n\n'));
    return EXIT.done;
  },
};

function readTarget(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new UsageError(`--target-rs: must be a number between 0 and 1, not ${shortened(text)}`);
}

const known = (value: number | null): string => (value === null ? '–' : fraction(value));

const columns: Column<RunForecast['layers'][number]>[] = [
  { title: 'Layer', align: 'left', cell: (layer) => layer.name },
  { title: 'Weights', align: 'right', cell: (layer) => String(layer.prunableWeights) },
  { title: 'Sparsity', align: 'right', cell: (layer) => sparsity(1 - layer.density) },
  { title: 'Expected R_s', align: 'right', cell: (layer) => known(layer.expectedRs) },
  { title: 'R_s at most', align: 'right', cell: (layer) => known(layer.maxRs) },
];

function inWords(forecast: RunForecast): string {
  const { updates, totalSteps, expectedRs, maxRs, flops, seconds, secondsBasis, warnings, target } = forecast;
  const lines = [
    `${forecast.method.title}: ${forecast.method.source}.`,
    '',
    formatTable(columns, forecast.layers),
    '',
    `${updates} updates in ${totalSteps} steps: R_s ${fraction(expectedRs)} expected of random growth, ${fraction(maxRs)} at most.`,
    `R_s: ${forecast.rsBasis}.`,
    `FLOPs against dense: training ${flops.trainRatio.toFixed(3)}, inference ${flops.inferenceRatio.toFixed(3)}.`,
    `Training takes ${seconds === null ? 'an unknown time' : `about ${duration(seconds)}`}: ${secondsBasis}.`,
    ...warnings.map(({ field, message }) => `Warning: ${field}: ${message}`),
  ];
  if (target) {
    const cannot = 'cannot reach it alone';
    lines.push(
      `To explore ${target.rs} (${target.reached ? 'reached as it is' : 'not reached as it is'}), one of:`,
      `  update interval  ${target.updateEvery === null ? cannot : `at most ${target.updateEvery} steps`}`,
      `  epochs           ${target.epochs === null ? cannot : `at least ${target.epochs}`}`,
      `  prune rate       ${target.pruneRate === null ? cannot : `at least ${target.pruneRate}`}`,
    );
  }
  return lines.join('\n');
}
