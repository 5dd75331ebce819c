import {
  defaultMethod,
  defaultsOf,
  isMeant,
  type FieldDescription,
  type MethodCatalogue,
  type MethodDescription,
} from '../../src-main/contract/index.ts';
import { readVariants, type StudyDraft } from './draft.ts';

/** A value that a field left alone takes, and the methods for which it does. */
export interface MethodDefault {
  value: string | boolean;
  /** Their names. */
  methods: string[];
}

/**
 * The methods that a study's runs will have: a variant's own before the grid's before the base's. Never empty.
 * @param key only those of the variants that leave it to the base, where any does
 */
export function methodsOf(
  { base, rows, variants }: StudyDraft,
  { fields, all }: { fields: readonly FieldDescription[]; all: MethodCatalogue },
  key: string | null = null,
): MethodDescription[] {
  const usual = defaultMethod(all);
  const row = rows.find(({ key }) => key === 'method');
  const common: unknown[] = row ? row.text.split(',').map((part) => part.trim()) : [base.method ?? usual.name];
  const read = readVariants(variants, fields, []);
  const left = read.filter((variant) => key === null || !(key in variant));
  const meant = left.length > 0 ? left : read;
  const named = meant.length === 0 ? common : meant.flatMap((variant) => variant.method ?? common);
  // What is half typed is no method yet.
  const known = [...all.values()].filter(({ name }) => named.includes(name));
  return known.length > 0 ? known : [usual];
}

/** What a field left alone will be, for those of the methods that use it: none, one value, or several. */
export function defaultsByMethod(
  { key }: FieldDescription,
  methods: readonly MethodDescription[],
  usual: MethodDescription,
): MethodDefault[] {
  if (key === 'method') return [{ value: usual.name, methods: methods.map(({ name }) => name) }];
  const groups = new Map<string | boolean, string[]>();
  for (const method of methods) {
    if (!isMeant(key, method)) continue;
    const held = defaultsOf(method)[key];
    const value = typeof held === 'boolean' ? held : String(held);
    groups.set(value, [...(groups.get(value) ?? []), method.name]);
  }
  return [...groups].map(([value, users]) => ({ value, methods: users }));
}

/** `0.75 for rigl; 1 for set, static`. */
export const defaultWords = (defaults: readonly MethodDefault[]): string =>
  defaults.map(({ value, methods }) => `${String(value)} for ${methods.join(', ')}`).join('; ');
