import { requireMethod, type MethodCatalogue, type MethodDescription } from '../contract/index.ts';
import { builtInMethods, type Method } from '../topology/methods/index.ts';

/** The training methods of a lab. */
export interface LabMethods {
  /** Those that a configuration may name. */
  all(): MethodCatalogue<Method>;
  /** @throws Error where there is no such method */
  get(name: string): Method;
}

/** The methods that Espalier brings along. */
export function createLabMethods(): LabMethods {
  return { all: () => builtInMethods, get: (name) => requireMethod(builtInMethods, name) };
}

/** What a method says of itself without its rules, as it goes to the window. */
export const describeMethod = ({
  name,
  title,
  source,
  drops,
  grows,
  sparse,
  changesMasks,
  hasReference,
  uses,
  defaults,
  keys,
  isDefault,
}: Method): MethodDescription => ({
  ...{ name, title, source, drops, grows, sparse, changesMasks, hasReference, uses, defaults, keys },
  ...(isDefault ? { isDefault } : {}),
});
