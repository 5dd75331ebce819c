import { baseDefaults, type StudyDefinition } from '../../src-main/contract/index.ts';
import { bridge } from '../state/bridge.ts';
import { go } from '../state/router.svelte.ts';
import { methods } from '../state/methods.svelte.ts';
import { FIRST_CHOICE, timedRuns, timeWords, type PresetChoice } from './presets.ts';

/** Choice and openness outlive the page, as the form does. */
let choice = $state.raw<PresetChoice>(FIRST_CHOICE);
let isOpen = $state(false);

export const published = {
  get choice(): PresetChoice {
    return choice;
  },
  get isOpen(): boolean {
    return isOpen;
  },
};

export const choosePublished = (part: Partial<PresetChoice>): void => void (choice = { ...choice, ...part });

export const unfoldPublished = (open: boolean): void => void (isOpen = open);

/** Leads to the published experiments from anywhere in the window. */
export function openPublished(): void {
  isOpen = true;
  go({ page: 'studies', id: 'new' });
}

/** How long the runs of a study would take here, in words. */
export async function reckonTime(definition: StudyDefinition): Promise<string> {
  const forecasts = timedRuns(definition, methods.all).map(async (run) => ({
    epochs: run.epochs ?? baseDefaults.epochs,
    forecast: await bridge.lab.forecastRun(run, null),
  }));
  return timeWords(definition, await Promise.all(forecasts));
}
