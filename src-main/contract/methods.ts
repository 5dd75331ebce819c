import { CONFIGURATION_KEYS, type ConfigurationInput, type RunConfiguration, type SharedKey } from './configuration.ts';
import { baseDefaults } from './defaults.ts';

/**
 * Keys that mean something only to the methods that name them in `uses`; every other key of the configuration means
 * something to all.
 */
export const METHOD_DEPENDENT_KEYS = [
  'sparsity',
  'initialSparsity',
  'sparsityEndFraction',
  'distribution',
  'scoringSamples',
  'updateEvery',
  'pruneRate',
  'pruneSchedule',
  'stopFraction',
  'growthInitialisation',
  'gradientBatches',
  'fidelity',
] as const satisfies readonly SharedKey[];
export type MethodDependentKey = (typeof METHOD_DEPENDENT_KEYS)[number];

interface KeyText {
  label: string;
  help: string;
  unit?: string;
}

/** A key of the configuration that a method brings along: how a form asks for it, what it may be, and what it is else. */
export type MethodKey = KeyText &
  (
    | { kind: 'number' | 'integer'; least: number; most: number; default: number }
    | { kind: 'choice'; choices: readonly [string, ...string[]]; default: string }
    | { kind: 'switch'; default: boolean }
  );
export type MethodKeys = Readonly<Record<string, MethodKey>>;

/** The values that a configuration has for such keys. */
export type MethodKeyValues<K extends MethodKeys> = {
  readonly [Name in keyof K]: K[Name] extends { kind: 'switch' }
    ? boolean
    : K[Name] extends { kind: 'choice'; choices: readonly (infer Choice)[] }
      ? Choice
      : number;
};

/**
 * What a method says of itself without its rules: what the form, the command line, plans, names, studies and help know
 * of it. Plain data, so that the window has it too.
 */
export interface MethodDescription {
  /** As a configuration names it. */
  name: string;
  title: string;
  /** Where it is published. */
  source: string;
  /** What an update drops and grows, in a few words; absent where masks never change. */
  drops?: string;
  grows?: string;
  /** false: every position is active for ever. */
  sparse: boolean;
  /** `reference` fidelity can be had. */
  hasReference: boolean;
  /** Each layer keeps its number of weights at an update; false: all are planned together. */
  keepsLayerCounts: boolean;
  /** Of the keys that depend on the method, those that mean something to it. */
  uses: readonly MethodDependentKey[];
  /** Where it departs from the defaults of all methods. */
  defaults: ConfigurationInput;
  /** Keys of its own. */
  keys: MethodKeys;
  /** What a configuration has that names no method; one of the catalogue. */
  isDefault?: boolean;
}

/** Methods by name, in the order in which lists show them. */
export type MethodCatalogue<M extends MethodDescription = MethodDescription> = ReadonlyMap<string, M>;

export const catalogueOf = <M extends MethodDescription>(methods: readonly M[]): MethodCatalogue<M> =>
  new Map(methods.map((method) => [method.name, method]));

/** @throws Error where the catalogue has no such method; what a person wrote is checked by `resolveConfiguration` */
export function requireMethod<M extends MethodDescription>(methods: MethodCatalogue<M>, name: string): M {
  const method = methods.get(name);
  if (!method) throw new Error(`There is no method ${name}; the methods are ${[...methods.keys()].join(', ')}.`);
  return method;
}

/** The method of a configuration that names none. */
export function defaultMethod<M extends MethodDescription>(methods: MethodCatalogue<M>): M {
  const found = [...methods.values()].find(({ isDefault }) => isDefault);
  if (!found) throw new Error('No method of the catalogue is the default.');
  return found;
}

const dependent = new Set<string>(METHOD_DEPENDENT_KEYS);
const shared = new Set<string>(CONFIGURATION_KEYS);

/** Whether a key is one that no method brings along. */
export const isShared = (key: string): boolean => shared.has(key);

/** Whether a key says anything about a run of this method, seed and name aside. */
export function isMeant(key: string, { uses, keys }: Pick<MethodDescription, 'uses' | 'keys'>): boolean {
  if (key === 'seed' || key === 'name') return false;
  if (dependent.has(key)) return (uses as readonly string[]).includes(key);
  return isShared(key) || Object.hasOwn(keys, key);
}

/** Whether a key says nothing about a dense network: sparse runs are compared with a dense one whatever it is. */
export const dependsOnMethod = (key: string): boolean => dependent.has(key) || !isShared(key);

/** All keys that are meant for a method, in order. */
export const meantKeys = (method: Pick<MethodDescription, 'uses' | 'keys'>): string[] =>
  [...CONFIGURATION_KEYS, ...Object.keys(method.keys)].filter((key) => isMeant(key, method));

/** What a configuration of this method is where nothing is said. */
export function defaultsOf({ name, defaults, keys }: MethodDescription): RunConfiguration {
  const own = Object.fromEntries(Object.entries(keys).map(([key, { default: value }]) => [key, value]));
  return { ...baseDefaults, ...own, ...defaults, method: name };
}
