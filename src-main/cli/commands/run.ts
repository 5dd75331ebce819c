import { presets } from '../../lab/runs/presets.ts';
import { CONFIGURATION_OPTIONS, chosenConfigurations } from '../chosen-runs.ts';
import type { Command } from '../command.ts';
import { followRuns } from '../follow.ts';
import { AT_ONCE_HELP, AT_ONCE_OPTION } from '../runs-at-once.ts';

export const run: Command = {
  name: 'run',
  usage: '--preset NAME | --config FILE | --set key=value',
  summary: 'trains, and prints what came of it',
  optionHelp: [
    ['--preset NAME', `one of ${presets.map((preset) => preset.id).join(', ')}`],
    ['--config FILE', 'JSON: a configuration, an array of them, or { "runs": [...] }'],
    ['--set key=value', 'sets a key in every run; may be repeated, or followed by more pairs'],
    AT_ONCE_HELP,
    ['--json', 'prints an array of run summaries'],
  ],
  options: { ...CONFIGURATION_OPTIONS, ...AT_ONCE_OPTION },
  positionals: { least: 0, most: 100 },
  access: 'write',

  async run(context) {
    const { lab, say } = context;
    const { configurations, study } = chosenConfigurations(context, { name: 'run', verb: 'train' });
    for (const configuration of configurations) {
      const { warnings } = await lab.checkConfiguration(configuration);
      for (const { field, message } of warnings) say(`Warning: ${field}: ${message}`);
    }
    const launched = await lab.launchRuns(configurations, study);
    return followRuns(
      context,
      launched.map((item) => item.id),
    );
  },
};
