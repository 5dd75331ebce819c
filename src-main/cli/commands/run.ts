import { presets } from '../../lab/presets.ts';
import type { ConfigurationInput } from '../../contract/index.ts';
import { UsageError, type Command } from '../command.ts';
import { readAssignments, readConfigurationFile } from '../configurations.ts';
import { followRuns } from '../follow.ts';
import { textOf, textsOf } from '../values.ts';

export const run: Command = {
  name: 'run',
  usage: '--preset NAME | --config FILE',
  summary: 'trains, and prints what came of it',
  optionHelp: [
    ['--preset NAME', `one of ${presets.map((preset) => preset.id).join(', ')}`],
    ['--config FILE', 'JSON: a configuration, an array of them, or { "runs": [...] }'],
    ['--set key=value', 'sets a key in every run; may be repeated, or followed by more pairs'],
    ['--json', 'prints an array of run summaries'],
  ],
  options: {
    preset: { type: 'string' },
    config: { type: 'string' },
    set: { type: 'string', multiple: true },
  },
  positionals: { least: 0, most: 100 },
  access: 'write',

  async run(context) {
    const { lab, values, positionals, say } = context;
    const stray = positionals.find((text) => !text.includes('='));
    if (stray !== undefined) throw new UsageError(`run: ${stray} is neither an option nor key=value`);
    const assignments = [...textsOf(values, 'set'), ...positionals];
    const { inputs, study } = chosenRuns(textOf(values, 'preset'), textOf(values, 'config'), assignments.length > 0);
    const changes = readAssignments(assignments);
    const configurations = inputs.map((input) => ({ ...input, ...changes }));

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

function chosenRuns(
  preset: string | undefined,
  config: string | undefined,
  hasAssignments: boolean,
): { inputs: ConfigurationInput[]; study: string | null } {
  if (preset !== undefined && config !== undefined) throw new UsageError('--preset and --config exclude each other');
  if (preset !== undefined) {
    const found = presets.find((each) => each.id === preset);
    if (found) return { inputs: found.configurations, study: found.study };
    const ids = presets.map((each) => each.id).join(', ');
    throw new UsageError(`--preset: there is no preset "${preset}"; the presets are ${ids}`);
  }
  if (config !== undefined) return { inputs: readConfigurationFile(config) as ConfigurationInput[], study: null };
  if (hasAssignments) return { inputs: [{}], study: null };
  throw new UsageError('run: say what to train with --preset NAME, --config FILE or --set key=value');
}
