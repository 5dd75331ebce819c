import {
  isMeant,
  isShared,
  keysOf,
  type MethodCatalogue,
  type RunConfiguration,
} from '../../src-main/contract/index.ts';

const UNUSED = '–';

export interface ConfigurationRow {
  key: string;
  /** One per run. */
  values: string[];
  isSame: boolean;
}

/**
 * Every configuration key with each run's value as text, a dash where its method does not use it; `isSame` where all
 * that use it agree. Of keys that only some methods have, those that some run has.
 */
export function compareConfigurations(
  configurations: readonly RunConfiguration[],
  methods: MethodCatalogue,
): ConfigurationRow[] {
  const says = (key: string, configuration: RunConfiguration): boolean => {
    const method = methods.get(configuration.method);
    return key === 'name' || key === 'seed' || (method ? isMeant(key, method) : key in configuration);
  };
  const keys = keysOf(methods).filter((key) => isShared(key) || configurations.some((each) => says(key, each)));
  return keys.map((key) => {
    const values = configurations.map((each) => (says(key, each) ? String(each[key]) : UNUSED));
    const used = values.filter((_, index) => says(key, configurations[index]));
    return { key, values, isSame: used.every((value) => value === used[0]) };
  });
}
