import type { MethodDescription } from '../../contract/index.ts';
import type { Method } from '../../topology/methods/index.ts';

/** What a method says of itself without its rules, as it goes to the window. */
export const describeMethod = ({
  name,
  title,
  source,
  drops,
  grows,
  sparse,
  hasReference,
  keepsLayerCounts,
  uses,
  defaults,
  keys,
  isDefault,
}: Method): MethodDescription => ({
  ...{ name, title, source, sparse, hasReference, keepsLayerCounts, uses, defaults, keys },
  ...(drops === undefined ? {} : { drops }),
  ...(grows === undefined ? {} : { grows }),
  ...(isDefault ? { isDefault } : {}),
});
