import { type PresetScale, type StudyDefinition, type StudyPreset, shortened } from '../../../contract/index.ts';
import { itopPresets } from './itop.ts';

export const studyPresets: readonly StudyPreset[] = itopPresets;

const among = (ids: readonly string[]): string => ids.join(', ');

/**
 * The studies of a published experiment at a scale: one sweep of it, or every one where `sweep` is null.
 * @throws RangeError where there is no such preset or sweep, listing those there are
 */
export function presetStudies(id: string, sweep: string | null, scale: PresetScale): StudyDefinition[] {
  const preset = studyPresets.find((one) => one.id === id);
  if (!preset)
    throw new RangeError(
      `there is no study preset "${shortened(id)}"; they are ${among(studyPresets.map((p) => p.id))}`,
    );
  const sweeps = sweep === null ? preset.sweeps : preset.sweeps.filter((one) => one.id === sweep);
  if (sweeps.length === 0) {
    throw new RangeError(
      `${id} has no sweep "${shortened(String(sweep))}"; it has ${among(preset.sweeps.map((one) => one.id))}`,
    );
  }
  return sweeps.map(({ studies }) => studies[scale]);
}
