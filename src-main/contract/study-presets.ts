import type { StudyDefinition } from './study-definition.ts';

/** How much of a published experiment is run; `PRESET_SCALE_MEANINGS` says what each changes. */
export const PRESET_SCALES = ['quick', 'half', 'full'] as const;
export type PresetScale = (typeof PRESET_SCALES)[number];
/** Where nobody has said how much. */
export const DEFAULT_PRESET_SCALE: PresetScale = 'quick';

export const PRESET_SCALE_MEANINGS: Readonly<Record<PresetScale, string>> = {
  quick:
    'A tenth of the epochs and of the update intervals, one seed: as many updates, and so about the same R_s, but a ' +
    'grown weight gets a tenth of the steps before it competes, and the network a tenth of its training.',
  half: 'Half of the epochs and of the update intervals, three seeds: as many updates, half of the training.',
  full: 'As published: all epochs and update intervals, three seeds.',
};

/** One question of a published experiment, as a study at every scale. */
export interface StudyPresetSweep {
  id: string;
  title: string;
  /** What the reader learns from it. */
  question: string;
  studies: Record<PresetScale, StudyDefinition>;
}

/** A published experiment as studies that can be run. */
export interface StudyPreset {
  id: string;
  title: string;
  description: string;
  /** Where its settings are from, and what differs. */
  source: string;
  sweeps: StudyPresetSweep[];
}
