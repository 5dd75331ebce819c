import {
  DEFAULT_PRESET_SCALE,
  PRESET_SCALE_MEANINGS,
  PRESET_SCALES,
  requireStudy,
  type PresetScale,
  type StudyDefinition,
  shortened,
} from '../contract/index.ts';
import { presetStudies } from '../lab/studies/presets/index.ts';
import { UsageError, type CommandContext } from './command.ts';
import { readJsonFile } from './input-file.ts';
import { textOf } from './values.ts';

/**
 * The studies a command line asks for: the one in a file, or those of a preset (one sweep, or all).
 * @throws UsageError naming the argument at fault
 */
export function chosenStudies({ lab, values, positionals, say }: CommandContext): StudyDefinition[] {
  const preset = textOf(values, 'preset');
  const sweep = textOf(values, 'sweep');
  const scale = textOf(values, 'scale');
  if (preset === undefined) {
    if (sweep !== undefined) throw new UsageError('--sweep: belongs to --preset');
    if (scale !== undefined) throw new UsageError('--scale: belongs to --preset');
    return [requireStudy(readJsonFile('FILE', positionals[0]), lab.methods())];
  }
  const chosen = chosenScale(scale);
  const studies = presetStudiesOf(preset, sweep ?? null, chosen);
  say(`Scale ${chosen}: ${PRESET_SCALE_MEANINGS[chosen]}`);
  return studies;
}

function chosenScale(scale: string | undefined): PresetScale {
  if (scale === undefined) return DEFAULT_PRESET_SCALE;
  const found = PRESET_SCALES.find((one) => one === scale);
  if (found) return found;
  throw new UsageError(`--scale: must be one of ${PRESET_SCALES.join(', ')}, not ${shortened(scale)}`);
}

function presetStudiesOf(preset: string, sweep: string | null, scale: PresetScale): StudyDefinition[] {
  try {
    return presetStudies(preset, sweep, scale);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--preset: ${error.message}`);
    throw error;
  }
}
