import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { ENGINE_NAMES, type ConfigurationInput, type EngineCalibration } from '../../contract/index.ts';
import { writeWhole } from '../../store/whole-files.ts';

/** Of most recent use; far more than a person's networks, far less than a file that is slow to read. */
const MOST = 500;

const calibrationSchema: v.GenericSchema<unknown, EngineCalibration> = v.strictObject({
  choice: v.strictObject({
    key: v.string(),
    engine: v.picklist(ENGINE_NAMES),
    measured: v.array(
      v.strictObject({ engine: v.picklist(ENGINE_NAMES), title: v.string(), millisecondsPerStep: v.number() }),
    ),
    left: v.array(v.strictObject({ engine: v.picklist(ENGINE_NAMES), reason: v.string() })),
    remembered: v.boolean(),
  }),
  subject: v.array(v.string()),
  // Checked as every configuration is, when it is measured again.
  configuration: v.record(v.string(), v.unknown()) as v.GenericSchema<unknown, ConfigurationInput>,
  measuredAt: v.number(),
});

/** What `auto` measured on this machine: a cache, safe to delete. */
export interface Calibrations {
  /** The latest first. */
  all(): readonly EngineCalibration[];
  find(key: string): EngineCalibration | undefined;
  remember(calibration: EngineCalibration): void;
}

/** `engine-calibrations.json` in the data folder; one that cannot be read is as none. */
export function openCalibrations(dataFolder: string): Calibrations {
  const file = join(dataFolder, 'engine-calibrations.json');
  let known: EngineCalibration[] | null = null;
  const all = (): EngineCalibration[] => (known ??= readCalibrations(file));
  const find = (key: string) => all().find(({ choice }) => choice.key === key);
  return {
    all,
    find,
    remember(calibration) {
      const { key } = calibration.choice;
      known = [calibration, ...all().filter(({ choice }) => choice.key !== key)].slice(0, MOST);
      writeWhole(file, new TextEncoder().encode(JSON.stringify(known, null, 1)));
    },
  };
}

function readCalibrations(file: string): EngineCalibration[] {
  try {
    const parsed = v.safeParse(v.array(calibrationSchema), JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.output : [];
  } catch {
    return [];
  }
}
