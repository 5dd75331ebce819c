import { CONFIGURATION_KEYS, type RunConfiguration } from './configuration.ts';
import { baseDefaults, methodDefaults } from './defaults.ts';
import { isMeant } from './study-points.ts';

/**
 * A configuration as its method takes it: a key that the schema says the method does not use has the method's default,
 * whatever a person wrote, so that it cannot change a run. Studies count on that where they merge runs (`groupKey`).
 */
export function usedConfiguration(configuration: RunConfiguration): RunConfiguration {
  const { method, name, seed } = configuration;
  const unused = CONFIGURATION_KEYS.filter((key) => !isMeant(key, { method }));
  const defaults = { ...baseDefaults, ...methodDefaults[method] };
  const ofMethod = Object.fromEntries(unused.map((key) => [key, defaults[key]]));
  return { ...configuration, ...ofMethod, name, seed };
}
