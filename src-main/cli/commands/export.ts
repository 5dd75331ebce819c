import { shortened } from '../../contract/index.ts';
import { EXIT, UsageError, type Command } from '../command.ts';
import { findRun, textOf } from '../values.ts';

export const exportRuns: Command = {
  name: 'export',
  usage: 'ID... --format csv|json',
  summary: 'prints summaries and configurations of runs',
  optionHelp: [['--format FORMAT', 'csv (a line a run) or json; json unless given']],
  options: { format: { type: 'string' } },
  positionals: { least: 1, most: 10_000 },
  access: 'read',

  async run({ lab, positionals, values, json, print }) {
    const format = textOf(values, 'format') ?? 'json';
    if (format !== 'csv' && format !== 'json')
      throw new UsageError(`--format: must be csv or json, not ${shortened(format)}`);
    if (json && format === 'csv') throw new UsageError('--format: csv and --json exclude each other');
    const runs = await Promise.all(positionals.map((id) => findRun(lab, id)));
    const text = await lab.exportRuns(
      runs.map(({ id }) => id),
      format,
    );
    print(text.trimEnd());
    return EXIT.done;
  },
};
