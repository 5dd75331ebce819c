import * as v from 'valibot';
import { defaultSettings, labArguments, type LabSettings } from '../contract/index.ts';
import type { Store } from '../store/client.ts';

/** The person's settings, in memory as they are stored. */
export interface Settings {
  get(): LabSettings;
  change(change: Partial<LabSettings>): Promise<LabSettings>;
}

/** Reads the settings once; an unreadable one is its default. */
export async function openSettings(store: Store): Promise<Settings> {
  let settings: LabSettings = { ...defaultSettings };
  for (const [key, value] of Object.entries(await store.read.settings())) {
    const parsed = v.safeParse(labArguments.changeSettings, [{ [key]: value }]);
    if (parsed.success) settings = { ...settings, ...parsed.output[0] };
  }
  return {
    get: () => settings,
    async change(change) {
      await store.write.changeSettings(change);
      settings = { ...settings, ...change };
      return settings;
    },
  };
}
