import {
  CONFIGURATION_KEYS,
  isMeant,
  type ConfigurationKey,
  type RunConfiguration,
} from '../../src-main/contract/index.ts';

const UNUSED = '–';

export interface ConfigurationRow {
  key: ConfigurationKey;
  /** One per run. */
  values: string[];
  isSame: boolean;
}

/** Every configuration key with each run's value as text, a dash where its method does not use it; `isSame` where all
 * that use it agree. */
export function compareConfigurations(configurations: readonly RunConfiguration[]): ConfigurationRow[] {
  return CONFIGURATION_KEYS.map((key) => {
    const says = (configuration: RunConfiguration): boolean =>
      key === 'name' || key === 'seed' || isMeant(key, configuration);
    const values = configurations.map((each) => (says(each) ? String(each[key]) : UNUSED));
    const used = values.filter((_, index) => says(configurations[index]));
    return { key, values, isSame: used.every((value) => value === used[0]) };
  });
}
