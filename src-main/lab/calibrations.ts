import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { ENGINE_NAMES, type EngineChoice } from '../contract/index.ts';

/** Of most recent use; far more than a person's networks, far less than a file that is slow to read. */
const MOST = 500;

const choiceSchema: v.GenericSchema<unknown, EngineChoice> = v.strictObject({
  key: v.string(),
  engine: v.picklist(ENGINE_NAMES),
  measured: v.array(
    v.strictObject({ engine: v.picklist(ENGINE_NAMES), title: v.string(), millisecondsPerStep: v.number() }),
  ),
  left: v.array(v.strictObject({ engine: v.picklist(ENGINE_NAMES), reason: v.string() })),
  remembered: v.boolean(),
});

/** What `auto` measured on this machine: a cache, safe to delete. */
export interface Calibrations {
  all(): readonly EngineChoice[];
  remember(choice: EngineChoice): void;
}

/** `engine-calibrations.json` in the data folder; one that cannot be read is as none. */
export function openCalibrations(dataFolder: string): Calibrations {
  const file = join(dataFolder, 'engine-calibrations.json');
  let choices: EngineChoice[] | null = null;
  const all = (): EngineChoice[] => (choices ??= readChoices(file));
  return {
    all,
    remember(choice) {
      // A machine with one engine has nothing to remember.
      if (choice.remembered || choice.measured.length === 0) return;
      choices = [choice, ...all().filter(({ key }) => key !== choice.key)].slice(0, MOST);
      writeFileSync(`${file}.new`, JSON.stringify(choices, null, 1));
      renameSync(`${file}.new`, file);
    },
  };
}

function readChoices(file: string): EngineChoice[] {
  try {
    const parsed = v.safeParse(v.array(choiceSchema), JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.output : [];
  } catch {
    return [];
  }
}
