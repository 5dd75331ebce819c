import { type ConfigurationInput, shortened } from '../contract/index.ts';
import { presets } from '../lab/runs/presets.ts';
import { UsageError, type CommandContext } from './command.ts';
import { readAssignments, readConfigurationFile } from './configurations.ts';
import { textOf, textsOf } from './values.ts';

/** Options of the commands that take configurations. */
export const CONFIGURATION_OPTIONS = {
  preset: { type: 'string' },
  config: { type: 'string' },
  set: { type: 'string', multiple: true },
} as const;

/**
 * The configurations that `--preset`, `--config` and `--set` name.
 * @param command its name and what it does, for the message where nothing is named
 * @throws UsageError
 */
export function chosenConfigurations(
  { lab, values, positionals }: Pick<CommandContext, 'lab' | 'values' | 'positionals'>,
  command: { name: string; verb: string },
): { configurations: ConfigurationInput[]; study: string | null } {
  const stray = positionals.find((text) => !text.includes('='));
  if (stray !== undefined)
    throw new UsageError(`${command.name}: ${shortened(stray)} is neither an option nor key=value`);
  const assignments = [...textsOf(values, 'set'), ...positionals];
  const [preset, config] = [textOf(values, 'preset'), textOf(values, 'config')];
  if (preset === undefined && config === undefined && assignments.length === 0) {
    const options = '--preset NAME, --config FILE or --set key=value';
    throw new UsageError(`${command.name}: say what to ${command.verb} with ${options}`);
  }
  const { inputs, study } = namedRuns(preset, config);
  const changes = readAssignments(assignments, lab.methods());
  return { configurations: inputs.map((input) => ({ ...input, ...changes })), study };
}

function namedRuns(
  preset: string | undefined,
  config: string | undefined,
): { inputs: ConfigurationInput[]; study: string | null } {
  if (preset !== undefined && config !== undefined) throw new UsageError('--preset and --config exclude each other');
  if (config !== undefined) return { inputs: readConfigurationFile(config) as ConfigurationInput[], study: null };
  if (preset === undefined) return { inputs: [{}], study: null };
  const found = presets.find((each) => each.id === preset);
  if (found) return { inputs: found.configurations, study: found.study };
  const ids = presets.map((each) => each.id).join(', ');
  throw new UsageError(`--preset: there is no preset "${shortened(preset)}"; the presets are ${ids}`);
}
