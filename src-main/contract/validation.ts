import * as v from 'valibot';
import type { ConfigurationInput, RunConfiguration } from './configuration.ts';
import { configurationSchemaOf, keysOf, schemasOf } from './configuration-schema.ts';
import { listed, shortened } from './echo.ts';
import { defaultMethod, defaultsOf, isShared, type MethodCatalogue, type MethodDescription } from './methods.ts';
import { ReadableError } from './readable-error.ts';
import { unknownKey } from './unknown-key.ts';

/** One thing wrong with one field; `field` is empty where the whole input is at fault. */
export interface FieldIssue {
  field: string;
  message: string;
}

export type ConfigurationCheck = { ok: true; configuration: RunConfiguration } | { ok: false; issues: FieldIssue[] };

/**
 * Fills in the defaults of the chosen method and checks every field. A key of another method is checked, and left out.
 * A network that is not sparse always has sparsity 0, whatever the input says: it has no mask.
 * @param methods all that a configuration may name
 */
export function resolveConfiguration(input: unknown, methods: MethodCatalogue): ConfigurationCheck {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, issues: [{ field: '', message: 'a configuration must be an object of keys and values' }] };
  }
  const given = input as ConfigurationInput;
  const method = (typeof given.method === 'string' ? methods.get(given.method) : undefined) ?? defaultMethod(methods);
  const { own, issues } = sortKeys(given, method, methods);
  const merged: Record<string, unknown> = { ...defaultsOf(method), ...own };
  if (!method.sparse) merged.sparsity = 0;
  const result = v.safeParse(configurationSchemaOf(method, methods), merged);
  const all = [...(result.success ? [] : result.issues.map((issue) => toFieldIssue(issue, methods))), ...issues];
  if (result.success && all.length === 0) return { ok: true, configuration: result.output as RunConfiguration };
  return { ok: false, issues: all };
}

/** What of an input the chosen method takes, and what is wrong with values of keys that only other methods have. */
function sortKeys(given: ConfigurationInput, method: MethodDescription, methods: MethodCatalogue) {
  const own: [string, unknown][] = [];
  const issues: FieldIssue[] = [];
  for (const [key, value] of Object.entries(given)) {
    const others = Object.hasOwn(method.keys, key) || isShared(key) ? [] : schemasOf(key, methods);
    if (others.length === 0) own.push([key, value]);
    else {
      const results = others.map((schema) => v.safeParse(schema, value));
      if (!results.some(({ success }) => success)) {
        issues.push({ field: key, message: results[0].issues?.[0].message ?? '' });
      }
    }
  }
  return { own: Object.fromEntries(own), issues };
}

/** The same, for a caller that treats invalid input as an error. @throws InvalidConfigurationError */
export function requireConfiguration(input: unknown, methods: MethodCatalogue): RunConfiguration {
  const check = resolveConfiguration(input, methods);
  if (check.ok) return check.configuration;
  throw new InvalidConfigurationError(check.issues);
}

export class InvalidConfigurationError extends ReadableError {
  override readonly name = 'InvalidConfigurationError';
  readonly issues: FieldIssue[];

  constructor(issues: FieldIssue[]) {
    super(listed(issues.map(issueText)).join('\n'));
    this.issues = issues;
  }
}

/** Longer than any message of a field, the list of all keys among them; the keys of an input are shortened before. */
const LONGEST_MESSAGE = 2000;

/** One line, whatever the input that it repeats. */
const issueText = ({ field, message }: FieldIssue): string => {
  const text = shortened(message, LONGEST_MESSAGE);
  return field ? `${shortened(field, LONGEST_MESSAGE)}: ${text}` : text;
};

/** Where an issue stands: keys and indices joined by dots; an empty key is shown as one. Empty where all is at fault. */
export function fieldOf({ path }: v.BaseIssue<unknown>): string {
  if (!path) return '';
  return path.map(({ key }) => (key === '' ? '""' : String(key))).join('.');
}

function toFieldIssue(issue: v.BaseIssue<unknown>, methods: MethodCatalogue): FieldIssue {
  const field = shortened(fieldOf(issue));
  // Only where a key is not the schema's: wrong values have types of their own.
  if (issue.type === 'strict_object' && issue.path) return { field, message: unknownKey(field, keysOf(methods)) };
  return { field, message: issue.message };
}
