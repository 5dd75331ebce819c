import {
  DEFAULT_PRESET_SCALE,
  expandStudy,
  type ConfigurationInput,
  type DatasetDescription,
  type FieldDescription,
  type MethodCatalogue,
  type PresetScale,
  type RunForecast,
  type StudyDefinition,
  type StudyPreset,
  type StudyPresetSweep,
} from '../../src-main/contract/index.ts';
import { duration, plural } from '../ui/format.ts';

/** One of the published experiments, by identifiers. */
export interface PresetChoice {
  preset: string;
  sweep: string;
  scale: PresetScale;
}

export interface ChosenStudy {
  preset: StudyPreset;
  sweep: StudyPresetSweep;
  definition: StudyDefinition;
}

/** The first there is, until something is chosen. */
export const FIRST_CHOICE: PresetChoice = { preset: '', sweep: '', scale: DEFAULT_PRESET_SCALE };

/** The study of a choice; where an experiment has no such sweep, its first. null where there is no experiment. */
export function chosenStudy(presets: readonly StudyPreset[], choice: PresetChoice): ChosenStudy | null {
  const preset = presets.find(({ id }) => id === choice.preset) ?? presets.at(0);
  const sweep = preset?.sweeps.find(({ id }) => id === choice.sweep) ?? preset?.sweeps.at(0);
  return preset && sweep ? { preset, sweep, definition: sweep.studies[choice.scale] } : null;
}

/** A line each: `Update interval: 10, 30` and `Variants: SET-ITOP, RigL-ITOP`. */
export function variedLines({ grid, variants }: StudyDefinition, fields: readonly FieldDescription[]): string[] {
  const labelOf = (key: string): string => fields.find((field) => field.key === key)?.label ?? key;
  const lines = Object.entries(grid).map(([key, values]) => `${labelOf(key)}: ${values.map(String).join(', ')}`);
  return variants.length === 0 ? lines : [...lines, `Variants: ${variants.map(({ label }) => label).join(', ')}`];
}

/** `21 runs over 3 seeds`. */
export const runsWords = (definition: StudyDefinition, methods: MethodCatalogue): string =>
  `${plural(expandStudy(definition, methods).length, 'run')} over ${plural(definition.seeds.length, 'seed')}`;

/** Those runs of a study whose times tell all: how long one takes has nothing to do with its seed. */
export const timedRuns = ({ seeds, ...definition }: StudyDefinition, methods: MethodCatalogue): ConfigurationInput[] =>
  expandStudy({ ...definition, seeds: seeds.slice(0, 1) }, methods);

/** How long an epoch takes and all runs together, of what `timedRuns` gave; or why that is not known. */
export function timeWords(
  { seeds }: StudyDefinition,
  runs: readonly { epochs: number; forecast: Pick<RunForecast, 'seconds' | 'secondsBasis'> }[],
): string {
  const unknown = runs.find(({ forecast }) => forecast.seconds === null);
  if (runs.length === 0 || unknown) return `Not known yet: ${unknown?.forecast.secondsBasis ?? 'there is no run'}.`;
  const epochs = runs.map(({ epochs, forecast }) => (forecast.seconds ?? 0) / epochs);
  const [least, most] = [duration(Math.min(...epochs)), duration(Math.max(...epochs))];
  const total = runs.reduce((sum, { forecast }) => sum + (forecast.seconds ?? 0), 0) * seeds.length;
  return (
    `About ${least === most ? least : `${least} to ${most}`} an epoch, ${duration(total)} for all runs one after ` +
    `another, by ${runs[0].forecast.secondsBasis}.`
  );
}

/** Whether the dataset of a study is there. `page` names the page that gets it, null where nothing is to be got. */
export function datasetWords(
  id: string,
  found: DatasetDescription | undefined,
): { text: string; page: 'dataset' | 'datasets' | null } {
  if (!found) return { text: `There is no dataset “${id}” here: import one under this name.`, page: 'datasets' };
  if (found.state === 'missing') return { text: `${found.title} is not on this machine.`, page: 'dataset' };
  return { text: `${found.title}, ${found.state === 'ready' ? 'ready' : 'prepared on first use'}.`, page: null };
}
