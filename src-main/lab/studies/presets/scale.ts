import {
  PRESET_SCALES,
  type PresetScale,
  type StudyDefinition,
  type StudyPresetSweep,
} from '../../../contract/index.ts';

const SHARE: Record<PresetScale, number> = { quick: 0.1, half: 0.5, full: 1 };
const SEEDS: Record<PresetScale, number[]> = { quick: [1], half: [1, 2, 3], full: [1, 2, 3] };
/** Keys that count steps or epochs of training. */
const LENGTHS = ['epochs', 'updateEvery', 'warmupEpochs'];

/** A sweep at full length, before seeds and scale. */
export interface Experiment extends Omit<StudyPresetSweep, 'studies'> {
  base: StudyDefinition['base'];
  grid?: StudyDefinition['grid'];
  variants?: StudyDefinition['variants'];
}

/** The experiment as a study at every scale. Lengths keep at least 1; `preset` begins the studies' names. */
export function atEveryScale(preset: string, experiment: Experiment): StudyPresetSweep {
  const { id, title, question } = experiment;
  const studies = PRESET_SCALES.map((scale) => [scale, studyAt(preset, experiment, scale)] as const);
  return { id, title, question, studies: Object.fromEntries(studies) as StudyPresetSweep['studies'] };
}

function studyAt(preset: string, experiment: Experiment, scale: PresetScale): StudyDefinition {
  const { id, base, grid = {}, variants = [] } = experiment;
  const scaled = (key: string, value: unknown): unknown =>
    LENGTHS.includes(key) && typeof value === 'number' && value > 0
      ? Math.max(1, Math.round(value * SHARE[scale]))
      : value;
  const scaleAll = <T extends object>(part: T): T =>
    Object.fromEntries(Object.entries(part).map(([key, value]) => [key, scaled(key, value)])) as T;
  return {
    name: `${preset} · ${id} · ${scale}`,
    base: scaleAll(base),
    grid: Object.fromEntries(
      Object.entries(grid).map(([key, values]) => [key, [...new Set(values.map((value) => scaled(key, value)))]]),
    ),
    variants: variants.map(scaleAll),
    seeds: SEEDS[scale],
  };
}
