import { MOST_SERIES_POINTS, shortened } from '../../contract/index.ts';
import { EXIT, UsageError, type Command } from '../command.ts';
import { printJson } from '../output.ts';
import { findRun, wholeNumber } from '../values.ts';

export const series: Command = {
  name: 'series',
  usage: 'ID METRIC',
  summary: 'prints one metric by step',
  optionHelp: [
    ['--max-points N', 'thins out to the minima and maxima of equal buckets'],
    ['--json', 'prints { runId, metric, steps, values, ... }; NaN and infinities are text'],
  ],
  options: { 'max-points': { type: 'string' } },
  positionals: { least: 2, most: 2 },
  access: 'read',

  async run({ lab, positionals: [given, metric], values, json, print }) {
    const maxPoints = wholeNumber(values, 'max-points', { least: 2, most: MOST_SERIES_POINTS });
    const { id } = await findRun(lab, given);
    const names = (await lab.listMetrics(id)).map((summary) => summary.metric);
    if (!names.includes(metric)) {
      const known = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none yet';
      throw new UsageError(`METRIC: run ${id} has no metric ${shortened(metric)}; ${known}`);
    }
    const [found] = await lab.readSeries({ runIds: [id], metric, maxPoints });
    if (json) {
      printJson(print, { ...found, steps: [...found.steps], values: [...found.values] });
      return EXIT.done;
    }
    const lines = Array.from(found.steps, (step, index) => `${step}\t${found.values[index]}`);
    print([`step\t${metric}`, ...lines].join('\n'));
    return EXIT.done;
  },
};
