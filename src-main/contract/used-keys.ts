import { CONFIGURATION_KEYS, type RunConfiguration } from './configuration.ts';
import { defaultsOf, isMeant, type MethodDescription } from './methods.ts';

/**
 * A configuration as its method takes it: a key that means nothing to it has the method's default, whatever a person
 * wrote, so that it cannot change a run. Studies count on that where they merge runs (`groupKey`).
 */
export function usedConfiguration(configuration: RunConfiguration, method: MethodDescription): RunConfiguration {
  const { name, seed } = configuration;
  const defaults = defaultsOf(method);
  const unused = CONFIGURATION_KEYS.filter((key) => !isMeant(key, method));
  const ofMethod = Object.fromEntries(unused.map((key) => [key, defaults[key]]));
  return { ...configuration, ...ofMethod, name, seed };
}
