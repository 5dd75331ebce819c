import * as v from 'valibot';
import { configurationEntries, type SharedConfiguration } from './configuration.ts';
import type { MethodCatalogue, MethodDescription, MethodKey } from './methods.ts';
import { choice, field, flag, integer, number } from './schema-parts.ts';

/** The schema of a key that a method brings along. */
function schemaOfKey(key: MethodKey): v.GenericSchema {
  const { label, help, unit } = key;
  return field(valueSchemaOf(key), label, help, { group: 'topology', ...(unit === undefined ? {} : { unit }) });
}

function valueSchemaOf(key: MethodKey): v.GenericSchema {
  switch (key.kind) {
    case 'number':
      return number(key.least, key.most, key.unit);
    case 'integer':
      return integer(key.least, key.most, key.unit);
    case 'choice':
      return choice(key.choices);
    case 'switch':
      return flag;
  }
}

/** The last of the shared keys that are about the topology; those of methods follow it. */
const LAST_OF_TOPOLOGY = 'fidelity';

/**
 * Every key that a configuration of these methods may have, in the order of a form: the shared ones, and after the last
 * of the topology what the methods bring along. Where two methods have a key of one name, it is the first one's here.
 * @param all what the key `method` may name
 */
export function entriesOf(
  methods: Iterable<Pick<MethodDescription, 'keys'>>,
  all: MethodCatalogue,
): Record<string, v.GenericSchema> {
  const own: Record<string, v.GenericSchema> = {};
  for (const { keys } of methods) {
    for (const [name, key] of Object.entries(keys)) own[name] ??= schemaOfKey(key);
  }
  const names = [...all.keys()] as [string, ...string[]];
  const method = field(choice(names), 'Method', 'How the topology is trained.', { group: 'what' });
  const shared = Object.entries({ ...configurationEntries, method });
  const upTo = shared.findIndex(([name]) => name === LAST_OF_TOPOLOGY) + 1;
  return Object.fromEntries([...shared.slice(0, upTo), ...Object.entries(own), ...shared.slice(upTo)]);
}

/** All keys that a configuration may have, whatever its method, in the order of a form. */
export const keysOf = (methods: MethodCatalogue): string[] => Object.keys(entriesOf(methods.values(), methods));

/** Of every method that brings this key along. */
export const schemasOf = (key: string, methods: MethodCatalogue): v.GenericSchema[] =>
  [...methods.values()].filter(({ keys }) => Object.hasOwn(keys, key)).map(({ keys }) => schemaOfKey(keys[key]));

type ConfigurationSchema = v.GenericSchema<unknown, SharedConfiguration>;

/** Built once for each method of a catalogue: a study checks thousands of configurations. */
const built = new WeakMap<MethodCatalogue, Map<string, ConfigurationSchema>>();

/** The schema of a whole configuration of one method. @param methods all that there are, for what messages offer */
export function configurationSchemaOf(method: MethodDescription, methods: MethodCatalogue): ConfigurationSchema {
  const ofCatalogue = built.get(methods) ?? new Map<string, ConfigurationSchema>();
  built.set(methods, ofCatalogue);
  const schema = ofCatalogue.get(method.name) ?? build(method, methods);
  ofCatalogue.set(method.name, schema);
  return schema;
}

function build(method: MethodDescription, methods: MethodCatalogue): ConfigurationSchema {
  const entries = entriesOf([method], methods) as unknown as typeof configurationEntries;
  const withReference = [...methods.values()].filter(({ hasReference }) => hasReference).map(({ name }) => name);
  return v.pipe(
    v.strictObject(entries),
    v.forward(
      v.check(
        ({ fidelity }) => fidelity === 'exact' || method.hasReference,
        ({ input }) =>
          `reference exists for ${withReference.join(', ')}, not for ${input.method}; choose exact fidelity`,
      ),
      ['fidelity'],
    ),
    v.forward(
      v.check(
        ({ activations, engine }) => activations === 'f32' || engine === 'webgpu',
        ({ input }) => `f16 exists for the engine webgpu, not for ${input.engine}; choose f32, or that engine`,
      ),
      ['activations'],
    ),
  );
}
