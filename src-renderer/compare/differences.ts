import { CONFIGURATION_KEYS, type ConfigurationKey, type RunConfiguration } from '../../src-main/contract/index.ts';

export interface ConfigurationRow {
  key: ConfigurationKey;
  /** One per run. */
  values: string[];
  isSame: boolean;
}

/** Every configuration key with each run's value as text; `isSame` where all agree. */
export function compareConfigurations(configurations: readonly RunConfiguration[]): ConfigurationRow[] {
  return CONFIGURATION_KEYS.map((key) => {
    const values = configurations.map((configuration) => String(configuration[key]));
    return { key, values, isSame: values.every((value) => value === values[0]) };
  });
}
